import type { PropsWithChildren } from 'hono/jsx';
import type { Session } from '../../auth/session.ts';
import { durationText } from '../../lib/duration.ts';
import type { NoteRow } from '../../pocketbase/records/notes.ts';
import type { StatusRow } from '../../pocketbase/records/status-history.ts';
import { type Case, isClaimed, isClaimedByAnother } from '../../services/review.ts';
import { DecisionPanel, type DecisionState } from './decision.tsx';
import { Documents } from './documents.tsx';
import { Age, Csrf, Notice, OpenNext, Page, type Shortcut, StatusPill, Time } from './layout.tsx';
import { countryName, DOCUMENT_TYPE_NAMES, REASON_NAMES, STATUS_NAMES } from './words.ts';

export interface ProfileProps extends Case {
  session: Session;
  now: number;
  decision: DecisionState;
  noteError?: { text: string; message: string } | undefined;
  /** The row of history that this reviewer has just written. */
  done?: string | undefined;
}

const SHORTCUTS: Shortcut[] = [
  { keys: ['c'], does: 'Claim the profile, or release it' },
  { keys: ['1', '2', '3', '4'], does: 'Go to a document' },
  { keys: ['+', '-', '0'], does: 'Enlarge, reduce or fit the document' },
  { keys: ['t'], does: 'Turn the document' },
  { keys: ['l'], does: 'Show the document large, or beside the others' },
  { keys: ['a', 'r', 's', 'v', 'x'], does: 'Choose approve, reject, send back, start review, cancel' },
  { keys: ['Ctrl Enter'], does: 'Send the form you are in' },
  { keys: ['n'], does: 'Write a note' },
  { keys: ['.'], does: 'Claim and open the next profile' },
];

export function ProfilePage(props: ProfileProps) {
  const { record, session, now, done } = props;
  const { id: newest, actor_id } = record.expand.latest_status;
  return (
    <Page title={record.full_name} session={session} live={`/dashboard/profiles/${record.id}`} shortcuts={SHORTCUTS}>
      <Heading {...props} />
      <div data-stale hidden>
        <Notice tone="bad">
          This profile has changed while you were writing. What you wrote is kept; sending it will show you what
          happened.
        </Notice>
      </div>
      {done === newest && actor_id === session.id && (
        <Notice tone="good">
          <p>
            <strong>{STATUS_NAMES[record.status]}.</strong> The decision is recorded.
          </p>
          <OpenNext session={session} label="Next profile" />
        </Notice>
      )}
      <div class="case">
        <Documents record={record} />
        <div class="rail">
          <Declared {...props} />
          <div
            data-live="decision"
            data-version={[record.status, isClaimedByAnother(record, session.id, now) && record.claimed_until].join()}
            id="decision"
          >
            <DecisionPanel {...props} />
          </div>
        </div>
        <Notes {...props} />
        <History {...props} />
      </div>
    </Page>
  );
}

function Heading({ record, session, reviewers, now }: ProfileProps) {
  return (
    <div class="heading" data-live="heading" id="heading">
      <p class="crumb">
        <a href="/dashboard">Queue</a>
      </p>
      <h1>{record.full_name}</h1>
      <div class="facts">
        <span data-said>
          <StatusPill status={record.status} />
        </span>
        <span>
          for <Age since={record.expand.latest_status.created} now={now} />
        </span>
        <span>{record.partner}</span>
        <code>{record.id}</code>
      </div>
      <Claim record={record} session={session} reviewers={reviewers} now={now} />
    </div>
  );
}

function Claim({ record, session, reviewers, now }: Pick<ProfileProps, 'record' | 'session' | 'reviewers' | 'now'>) {
  const path = `/dashboard/profiles/${record.id}`;
  if (!isClaimed(record, now)) {
    return (
      <form method="post" action={`${path}/claim`} class="claim-bar" data-stay>
        <Csrf session={session} />
        <button type="submit" id="claim" data-key="c">
          Claim for 10 minutes
        </button>
      </form>
    );
  }
  const left = durationText(Date.parse(record.claimed_until) - now);
  if (record.claimed_by !== session.id) {
    return (
      <p class="claim-bar other" data-until={record.claimed_until}>
        Taken by {reviewers.get(record.claimed_by ?? '') ?? 'another reviewer'} <span class="left">{left} left</span>
      </p>
    );
  }
  return (
    <div class="claim-bar own" data-until={record.claimed_until}>
      <span>
        Yours <span class="left">{left} left</span>
      </span>
      <form method="post" action={`${path}/claim`} data-stay>
        <Csrf session={session} />
        <button type="submit" id="extend">
          Extend
        </button>
      </form>
      <form method="post" action={`${path}/release`} data-stay>
        <Csrf session={session} />
        <button type="submit" id="release" data-key="c">
          Release
        </button>
      </form>
    </div>
  );
}

function Declared({ record }: ProfileProps) {
  const fields: [string, string | null][] = [
    ['Full name', record.full_name],
    ['Date of birth', record.date_of_birth],
    ['Document', DOCUMENT_TYPE_NAMES[record.document_type] ?? record.document_type],
    ['Number', record.document_number],
    ['Country', `${countryName(record.country)} (${record.country})`],
    ['Email', record.email],
    ['Phone', record.phone],
    ['Language', record.locale],
    ['Partner’s id', record.external_id],
    ...Object.entries(record.metadata),
  ];
  return (
    <Section id="declared" title="Declared">
      <dl class="declared" data-live="declared">
        {fields.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd class={value ? undefined : 'none'}>{value ?? 'not given'}</dd>
          </div>
        ))}
        <div>
          <dt>Created</dt>
          <dd>
            <Time iso={record.created} />
          </dd>
        </div>
      </dl>
    </Section>
  );
}

function History({ history, reviewers, session }: ProfileProps) {
  return (
    <Section id="history" title="History">
      <ol class="history" data-live="history">
        {history.items.map((row) => (
          <li>
            <p class="what">
              <StatusPill status={row.to} />
              <span class="by">{actorText(row, reviewers, session)}</span>
              <Time iso={row.created} />
            </p>
            {row.reason_code && <p>{REASON_NAMES[row.reason_code]}</p>}
            {row.reason && <p class="said">{row.reason}</p>}
            {row.note && (
              <p class="said private">
                <span class="mark">Private</span> {row.note}
              </p>
            )}
          </li>
        ))}
        {history.hasEarlier && <Earlier what="changes" />}
      </ol>
    </Section>
  );
}

function Earlier({ what }: { what: string }) {
  return <li class="none">Earlier {what} are left out here; the API lists all of them.</li>;
}

const ACTOR_NAMES: Partial<Record<StatusRow['actor_type'], string>> = {
  applicant: 'Applicant',
  system: 'System',
  superuser: 'Administrator',
};

export function actorText(
  { actor_type, actor_id }: StatusRow | NoteRow,
  reviewers: Map<string, string>,
  session: Session,
): string {
  if (actor_type === 'reviewer') {
    return actor_id === session.id ? 'You' : (reviewers.get(actor_id ?? '') ?? 'A former reviewer');
  }
  const name = ACTOR_NAMES[actor_type];
  if (name) return name;
  return `${actor_id ?? ''} (${actor_type === 'partner' ? 'partner' : 'operator'})`.trim();
}

function Notes({ record, notes, reviewers, session, noteError }: ProfileProps) {
  return (
    <Section id="notes" title="Notes">
      <form method="post" action={`/dashboard/profiles/${record.id}/notes`} class="stack" data-stay>
        <Csrf session={session} />
        <label>
          Add a note <span class="hint">Internal</span>
          <textarea
            name="text"
            rows={2}
            required
            maxlength={4000}
            data-key="n"
            aria-invalid={noteError ? 'true' : undefined}
            aria-describedby={noteError ? 'note-error' : undefined}
          >
            {noteError?.text}
          </textarea>
        </label>
        {noteError && (
          <p class="error" id="note-error">
            {noteError.message}
          </p>
        )}
        <button type="submit">Add note</button>
      </form>
      <ol class="note-list" data-live="notes">
        {notes.items.map((note) => (
          <li>
            <p class="what">
              <span class="by">{actorText(note, reviewers, session)}</span>
              <Time iso={note.created} />
            </p>
            <p class="said">{note.text}</p>
          </li>
        ))}
        {notes.hasEarlier && <Earlier what="notes" />}
        {notes.items.length === 0 && <li class="none">No notes yet.</li>}
      </ol>
    </Section>
  );
}

export function Section({ id, title, children }: PropsWithChildren<{ id: string; title: string }>) {
  return (
    <section class="panel" aria-labelledby={`${id}-title`} id={id}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
}
