import type { Session } from '../../auth/session.ts';
import { durationText } from '../../lib/duration.ts';
import type { QueueAnswer, QueueItem } from '../../pocketbase/records/review.ts';
import { OUTCOMES } from '../../schemas/check.ts';
import type { Scope } from '../../schemas/key.ts';
import { QUEUE_PAGES, type QueueQuery } from '../../schemas/review.ts';
import { FINAL_STATUSES, REVIEW_STATUSES } from '../../schemas/status.ts';
import { isClaimed } from '../../services/review.ts';
import { OUTCOME_WORDS } from './case/check-words.ts';
import type { Shortcut } from './help.tsx';
import { Age, Ignored, OpenNext, Page, StatusPill } from './layout.tsx';
import { Summary } from './outcome.tsx';
import { countryName, DOCUMENT_TYPE_NAMES, STATUS_NAMES } from './words.ts';

interface Props {
  session: Session;
  scopes: ReadonlySet<Scope>;
  query: QueueQuery;
  /** Names in the address that were not understood. */
  ignored: string[];
  queue: QueueAnswer;
  reviewers: Map<string, string>;
  now: number;
}

const SHORTCUTS: Shortcut[] = [
  { keys: ['j', 'k'], does: 'Next or previous profile' },
  { keys: ['Enter'], does: 'Open the profile' },
  { keys: ['.'], does: 'Claim and open the first profile to review that nobody has taken' },
  { keys: ['p'], does: 'Choose a partner' },
  { keys: ['o'], does: 'Choose an outcome of the checks' },
];

const TABS = [
  'review',
  'pending',
  'in_review',
  'resubmission_requested',
  'unverified',
  'approved',
  'rejected',
  'expired',
  'canceled',
] as const;

export function QueuePage(props: Props) {
  const { session, scopes, query, queue, ignored } = props;
  const title = query.status === 'review' ? 'To review' : STATUS_NAMES[query.status];
  return (
    <Page title={title} session={session} scopes={scopes} current="queue" live={hrefOf(query)} shortcuts={SHORTCUTS}>
      <div class="heading">
        <h1>{title}</h1>
        <Filter {...props} />
        <OpenNext session={session} query={query} label="Open next" />
      </div>
      <Ignored names={ignored} />
      <div data-live="queue" id="queue">
        <Tabs {...props} />
        <p class="summary" data-said>
          <strong>{countOf(queue, query.status)}</strong> {countOf(queue, query.status) === 1 ? 'profile' : 'profiles'}
          {query.partner && ` of ${query.partner}`}
          {query.outcome && ` whose checks say “${OUTCOME_WORDS[query.outcome].name}”`}, {orderText(query)}
        </p>
        {queue.items.length > 0 ? <Rows {...props} /> : <Empty query={query} />}
        <Pages {...props} />
      </div>
    </Page>
  );
}

function orderText(query: QueueQuery): string {
  if (query.order) return 'worst outcome of the checks first';
  return isArchive(query) ? 'latest decision first' : 'longest waiting first';
}

const isArchive = ({ status }: QueueQuery) => status !== 'review' && FINAL_STATUSES.includes(status);

function countOf({ counts }: QueueAnswer, status: QueueQuery['status']): number {
  const statuses = status === 'review' ? REVIEW_STATUSES : [status];
  return statuses.reduce((sum, one) => sum + (counts[one] ?? 0), 0);
}

function hrefOf({ status, partner, outcome, order, page }: QueueQuery): string {
  const query = new URLSearchParams({
    ...(status !== 'review' && { status }),
    ...(partner && { partner }),
    ...(outcome && { outcome }),
    ...(order && { order }),
    ...(page > 1 && { page: String(page) }),
  });
  return query.size > 0 ? `/dashboard?${query}` : '/dashboard';
}

function Tabs({ query, queue }: Props) {
  return (
    <nav class="tabs" aria-label="Profiles by status">
      <ul data-scroll>
        {TABS.map((status) => (
          <li>
            <a
              id={`tab-${status}`}
              href={hrefOf({ ...query, status, page: 1 })}
              aria-current={query.status === status ? 'page' : undefined}
            >
              {status === 'review' ? 'To review' : STATUS_NAMES[status]}{' '}
              <span class="count">{countOf(queue, status)}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Filter({ query, queue }: Props) {
  return (
    <form method="get" action="/dashboard" class="filter" data-submit-on-change>
      {query.status !== 'review' && <input type="hidden" name="status" value={query.status} />}
      <label>
        Partner{' '}
        <select name="partner" data-key="p">
          <option value="">All partners</option>
          {queue.partners.map(({ slug, name }) => (
            <option value={slug} selected={slug === query.partner}>
              {name || slug}
            </option>
          ))}
        </select>
      </label>
      <label>
        Checks{' '}
        <select name="outcome" data-key="o">
          <option value="">Any outcome</option>
          {OUTCOMES.map((outcome) => (
            <option value={outcome} selected={outcome === query.outcome}>
              {OUTCOME_WORDS[outcome].name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Order{' '}
        <select name="order">
          <option value="">{isArchive(query) ? 'Latest first' : 'Longest waiting'}</option>
          <option value="outcome" selected={query.order === 'outcome'}>
            Worst outcome
          </option>
        </select>
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

function Rows(props: Props) {
  return (
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">{isArchive(props.query) ? 'Since' : 'Waiting'}</th>
          <th scope="col">Applicant</th>
          <th scope="col">Document</th>
          <th scope="col">Partner</th>
          <th scope="col">Status</th>
          <th scope="col">Checks</th>
          <th scope="col">Taken by</th>
        </tr>
      </thead>
      <tbody>
        {props.queue.items.map((item) => (
          <Row item={item} {...props} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ item, session, reviewers, now }: Props & { item: QueueItem }) {
  const taken = isClaimed(item, now);
  const isOwn = item.claimed_by === session.id;
  return (
    <tr class={taken && !isOwn ? 'taken' : undefined} data-profile={item.id}>
      <td class="age">
        <Age since={item.since} now={now} />
      </td>
      <th scope="row">
        <a id={`open-${item.id}`} href={`/dashboard/profiles/${item.id}`} title={item.full_name} data-row>
          {item.full_name}
        </a>
      </th>
      <td>
        {DOCUMENT_TYPE_NAMES[item.document_type]}, {countryName(item.country)}
      </td>
      <td class="partner">{item.partner}</td>
      <td>
        <StatusPill status={item.status} />
      </td>
      <td class="checked">
        <Summary checks={item.checks_status && { status: item.checks_status, outcome: item.checks_outcome }} />
      </td>
      <td class="claim">
        {taken && (
          <span class={isOwn ? 'own' : 'other'} data-until={item.claimed_until}>
            {isOwn ? 'You' : (reviewers.get(item.claimed_by ?? '') ?? 'Another reviewer')}
            <span class="left">{durationText(Date.parse(item.claimed_until) - now)} left</span>
          </span>
        )}
      </td>
    </tr>
  );
}

function Empty({ query }: { query: QueueQuery }) {
  const isFiltered = query.partner !== '' || query.outcome !== '' || query.page > 1;
  return (
    <div class="empty">
      <p>
        {query.status === 'review'
          ? 'Nothing waits for a review.'
          : `No profile is ${STATUS_NAMES[query.status].toLowerCase()}.`}
      </p>
      <p class="hint">
        {isFiltered ? (
          <a href={hrefOf({ ...query, partner: '', outcome: '', page: 1 })}>
            Look at all partners and outcomes, from the first page
          </a>
        ) : (
          'What arrives appears here by itself.'
        )}
      </p>
    </div>
  );
}

function Pages({ query, queue }: Props) {
  const all = Math.ceil(countOf(queue, query.status) / queue.page_size);
  const last = Math.max(1, Math.min(all, QUEUE_PAGES));
  if (last === 1 && query.page === 1) return null;
  return (
    <nav class="pages" aria-label="Pages">
      {query.page > 1 && (
        <a class="button" href={hrefOf({ ...query, page: query.page - 1 })} rel="prev">
          Previous
        </a>
      )}
      <span>
        Page {query.page} of {last}
        {all > last && `, the first ${last * queue.page_size}`}
      </span>
      {query.page < last && (
        <a class="button" href={hrefOf({ ...query, page: query.page + 1 })} rel="next">
          Next
        </a>
      )}
    </nav>
  );
}
