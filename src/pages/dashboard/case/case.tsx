/** What the parts of a profile's page share. */
import type { PropsWithChildren } from 'hono/jsx';
import type { Session } from '../../../auth/session.ts';
import type { NoteRow } from '../../../pocketbase/records/notes.ts';
import type { StatusRow } from '../../../pocketbase/records/status-history.ts';
import type { Scope } from '../../../schemas/key.ts';
import type { Status } from '../../../schemas/status.ts';
import type { Case } from '../../../services/review.ts';

export interface ProfileProps extends Case {
  session: Session;
  scopes: ReadonlySet<Scope>;
  now: number;
  decision: DecisionState;
  /** Why another round of checks was refused. */
  checksError?: string | undefined;
  noteError?: { text: string; message: string } | undefined;
  /** The row of history that this reviewer has just written. */
  done?: string | undefined;
}

/** What the form held when it could not be carried out, and why. */
export interface DecisionState {
  values: Record<string, string>;
  errors: Record<string, string>;
  /** Why it was refused, and the status that the reviewer saw. */
  conflict?: { reason: 'status' | 'claim' | 'evidence'; expected: Status };
}

export const NO_DECISION: DecisionState = { values: {}, errors: {} };

/** Put into a form whose words are kept until they are sent. */
export function draftOf({ session, record }: Pick<ProfileProps, 'session' | 'record'>, form: string) {
  return { 'data-draft': `${session.id}:${record.id}:${form}`, 'data-seen': record.latest_status.id };
}

export function DraftBack() {
  return (
    <p class="hint" data-draft-back hidden>
      What you wrote before is back. It stays in this browser until you send it.
    </p>
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
