import { isClaimedByAnother } from '../../services/review.ts';
import type { ProfileProps } from './case/case.tsx';
import { Checks } from './case/checks.tsx';
import { Comparison } from './case/comparison.tsx';
import { DecisionPanel } from './case/decision.tsx';
import { Declared } from './case/declared.tsx';
import { Documents } from './case/documents.tsx';
import { Heading } from './case/heading.tsx';
import { History, Notes } from './case/history.tsx';
import { Readings } from './case/readings.tsx';
import type { Shortcut } from './help.tsx';
import { Notice, OpenNext, Page } from './layout.tsx';
import { STATUS_NAMES } from './words.ts';

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

/** The newest row that the reviewer saw when they made the decision which the page says is recorded. */
function sentOn({ history, session, done }: ProfileProps): string | undefined {
  const index = history.items.findIndex(({ id }) => id === done);
  return history.items[index]?.actor_id === session.id ? history.items[index + 1]?.id : undefined;
}

export function ProfilePage(props: ProfileProps) {
  const { record, session, scopes, now, done } = props;
  const { id: newest, actor_id } = record.latest_status;
  return (
    <Page
      title={record.full_name}
      session={session}
      scopes={scopes}
      live={`/dashboard/profiles/${record.id}`}
      shortcuts={SHORTCUTS}
    >
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
      <div class="case" data-sent={sentOn(props)}>
        <Documents record={record}>
          <Readings {...props} />
          <Checks {...props} />
        </Documents>
        <div class="rail">
          <Comparison {...props} />
          <div
            data-live="decision"
            data-version={[
              record.status,
              record.evidence_version,
              isClaimedByAnother(record, session.id, now) && record.claimed_until,
            ].join()}
            id="decision"
          >
            <DecisionPanel {...props} />
          </div>
          <Declared {...props} />
        </div>
        <Notes {...props} />
        <History {...props} />
      </div>
    </Page>
  );
}
