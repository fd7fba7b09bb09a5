/** What has happened to a profile, and what reviewers wrote about it. */

import { Csrf, StatusPill, Time } from '../layout.tsx';
import { REASON_NAMES } from '../words.ts';
import { actorText, DraftBack, draftOf, type ProfileProps, Section } from './case.tsx';

export function History({ history, reviewers, session }: ProfileProps) {
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

export function Notes({ record, notes, reviewers, session, noteError }: ProfileProps) {
  return (
    <Section id="notes" title="Notes">
      <form
        method="post"
        action={`/dashboard/profiles/${record.id}/notes`}
        class="stack"
        data-stay
        {...draftOf({ session, record }, 'note')}
      >
        <Csrf session={session} />
        <DraftBack />
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
