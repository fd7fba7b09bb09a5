/** The newest round of automated checks: what each has found, and what keeps it waiting. */
import codes from '../../../../pocketbase/hooks/lib/shared/check-codes.json' with { type: 'json' };
import type { Check, Finding } from '../../../schemas/check.ts';
import { FINAL_STATUSES } from '../../../schemas/status.ts';
import { Csrf, Time } from '../layout.tsx';
import { Outcome } from '../outcome.tsx';
import { IDENTITY_NAMES, KIND_NAMES } from '../words.ts';
import type { ProfileProps } from './case.tsx';
import { CHECK_NAMES, CHECK_STATUS_NAMES, CODE_WORDS } from './check-words.ts';
import { othersOf } from './facts.ts';

/** A runner asks for work every few seconds. */
const RUNNER_LOST_MS = 60_000;

export function Checks(props: ProfileProps) {
  const { record, round, checksError } = props;
  const { checks } = round;
  const isOld = checks.some((check) => check.evidence_version !== record.evidence_version);
  return (
    <section class="panel" id="checks" aria-labelledby="checks-title" data-live="checks">
      <div class="title">
        <h2 id="checks-title">Checks</h2>
        <CheckAgain {...props} />
      </div>
      {checksError && (
        <p class="error" role="alert">
          {checksError}
        </p>
      )}
      {isOld && <p class="blocked">The evidence has changed since. These checks looked at what was there before.</p>}
      <Waiting {...props} />
      {checks.length === 0 ? (
        <p class="hint">None yet. They begin when the profile is submitted, if its level asks for any.</p>
      ) : (
        <ul class="checks">
          {checks.toReversed().map((check) => (
            <Item check={check} />
          ))}
        </ul>
      )}
    </section>
  );
}

function CheckAgain({ record, round, session, scopes }: ProfileProps) {
  if (!scopes.has('checks:manage') || FINAL_STATUSES.includes(record.status)) return null;
  if (round.rounds_left === 0) return <span class="hint">No more rounds today</span>;
  return (
    <form method="post" action={`/dashboard/profiles/${record.id}/checks`} data-stay>
      <Csrf session={session} />
      <button type="submit" id="check-again">
        Run again
      </button>
    </form>
  );
}

const isOpen = ({ status }: Check) => status === 'queued' || status === 'running' || status === 'waiting';

/** With a runner at work the page reads itself again until all are done: a check that ends before the last of its round is no event. */
function Waiting({ round, now }: ProfileProps) {
  const { checks, runner_seen } = round;
  if (!checks.some(isOpen)) return null;
  if (runner_seen && now - Date.parse(runner_seen) < RUNNER_LOST_MS) return <span data-follow hidden></span>;
  if (!checks.some(({ status }) => status === 'queued')) return null;
  return (
    <p class="blocked">
      The checks wait: no runner was seen since {runner_seen ? <Time iso={runner_seen} /> : 'PocketBase was started'}.
    </p>
  );
}

function Item({ check }: { check: Check }) {
  const hints = check.findings.filter(isHint);
  const { provider, completed } = check;
  return (
    <li id={check.id}>
      <p class="what">
        <strong>{CHECK_NAMES[check.type]}</strong>
        {check.outcome ? (
          <Outcome outcome={check.outcome} />
        ) : (
          <span class="outcome open">{CHECK_STATUS_NAMES[check.status]}</span>
        )}
      </p>
      <Findings check={check} />
      {hints.length > 0 && (
        <div class="hints">
          <span class="mark">Hints</span>
          <ul>
            {hints.map((hint) => (
              <li>{wordsOf(hint)}</li>
            ))}
          </ul>
        </div>
      )}
      {(provider || completed) && (
        <p class="hint">
          {provider && (
            <code>
              {provider.name} {provider.version}
            </code>
          )}{' '}
          {completed && <Time iso={completed} />}
        </p>
      )}
    </li>
  );
}

const isHint = ({ code }: Finding) => codes[code] === 'hint';

function Findings({ check }: { check: Check }) {
  const { status, outcome, attempt } = check;
  const facts = check.findings.filter((finding) => !isHint(finding));
  if (status === 'failed') return <p>Given out {attempt} times, and no result came.</p>;
  if (outcome === 'pass') return <p>Nothing speaks against it.</p>;
  return (
    <ul class="findings">
      {facts.map((finding) => (
        <li>
          {wordsOf(finding)}
          {othersOf(check, finding).map((profile) => (
            <>
              {' '}
              <a href={`/dashboard/profiles/${profile}`}>
                <code>{profile}</code>
              </a>
            </>
          ))}
        </li>
      ))}
    </ul>
  );
}

function wordsOf({ code, kind, field }: Finding): string {
  const names: Record<string, string> = { ...IDENTITY_NAMES, expiry: 'Expiry' };
  const about = [kind && KIND_NAMES[kind], field && names[field]].filter(Boolean).join(', ');
  return about ? `${CODE_WORDS[code]} (${about})` : CODE_WORDS[code];
}
