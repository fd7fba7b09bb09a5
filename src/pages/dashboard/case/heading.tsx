import { durationText } from '../../../lib/duration.ts';
import { isClaimed } from '../../../services/review.ts';
import { Age, Csrf, StatusPill } from '../layout.tsx';
import { Summary } from '../outcome.tsx';
import type { ProfileProps } from './case.tsx';

export function Heading({ record, session, reviewers, now }: ProfileProps) {
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
          for <Age since={record.latest_status.created} now={now} />
        </span>
        {record.checks && (
          <a href="#checks">
            <span class="visually-hidden">Checks:</span> <Summary checks={record.checks} />
          </a>
        )}
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
  const left = durationText(Date.parse(record.claimed_until ?? '') - now);
  if (record.claimed_by !== session.id) {
    return (
      <p class="claim-bar other" data-until={record.claimed_until ?? ''}>
        Taken by {reviewers.get(record.claimed_by ?? '') ?? 'another reviewer'} <span class="left">{left} left</span>
      </p>
    );
  }
  return (
    <div class="claim-bar own" data-until={record.claimed_until ?? ''}>
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
