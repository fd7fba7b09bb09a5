const { checkReviewer } = require(`${__hooks}/lib/base/caller.js`);
const { take } = require(`${__hooks}/lib/review/claims.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { all, countByStatus } = require(`${__hooks}/lib/base/sql.js`);
const { findStand } = require(`${__hooks}/lib/base/stand.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const outcomes = require(`${__hooks}/lib/shared/check-outcomes.json`);
const statuses = Object.keys(require(`${__hooks}/lib/shared/statuses.json`));

const PAGE_SIZE = 50;

const SHAPE = {
  id: '',
  partner: '',
  status: '',
  full_name: '',
  country: '',
  document_type: '',
  since: '',
  claimed_by: '',
  claimed_until: '',
  checks_status: '',
  checks_outcome: '',
};
/** Unfinished checks are last: they may still turn out well. */
const OUTCOMES = [...outcomes, ''];
const COLUMNS = Object.keys(SHAPE).join().replace('since', 'status_since AS since');

/**
 * The profiles in the statuses asked for, with the counts that surround them. `outcome` of their checks narrows both.
 * `order`: by the time they have been there `oldest` first is a queue, `newest` first an archive; `outcome` has the worst first.
 */
function readQueue(app, caller, query) {
  checkReviewer(caller);
  const { partner = '', outcome = '' } = query;
  const page = Math.max(1, Number(query.page) || 1);
  const items = all(app, `${queueOf(query)} LIMIT {:limit} OFFSET {:offset}`, SHAPE, {
    partner,
    outcome,
    limit: PAGE_SIZE,
    offset: (page - 1) * PAGE_SIZE,
    most: page * PAGE_SIZE,
  });
  return {
    counts: countByStatus(app, partner, outcome),
    page,
    page_size: PAGE_SIZE,
    partners: all(app, 'SELECT slug, name FROM partners ORDER BY slug LIMIT 1000', { slug: '', name: '' }),
    items,
  };
}

/** Gives the calling reviewer the first profile of the list that nobody has claimed; `id: null` when there is none. */
function takeNext(app, caller, body) {
  checkReviewer(caller);
  let id = null;
  transact(app, (tx) => {
    const free = "(claimed_by = '' OR claimed_until <= {:now})";
    const params = { partner: body.partner ?? '', outcome: body.outcome ?? '', most: 1, now: stamp(Date.now()) };
    const [first] = all(tx, `${queueOf(body, free)} LIMIT 1`, SHAPE, params);
    if (!first) return;
    id = first.id;
    take(tx, caller, findStand(tx, caller, id));
  });
  return { id };
}

/**
 * One ordered reading of an index per status, and per outcome where that is the order, which SQLite merges: a list in one condition would be
 * sorted anew each time. By outcome no reading gives more than what the page ends with (`most`), and these few are sorted.
 */
function queueOf({ status = '', partner = '', outcome = '', order = 'oldest' }, condition = 'TRUE') {
  const byOutcome = order === 'outcome' && !outcome;
  const found = byOutcome ? OUTCOMES.map((one) => `'${one}'`) : [outcome && '{:outcome}'];
  const own = partner && 'AND partner = {:partner}';
  const parts = status
    .split(',')
    .filter((one) => statuses.includes(one))
    .flatMap((one) =>
      found.map(
        (value, rank) => `SELECT ${COLUMNS}, ${rank} AS rank FROM profiles
        WHERE redacted_at = '' AND status = '${one}' ${own} ${value && `AND checks_outcome = ${value}`} AND ${condition}`,
      ),
    );
  if (parts.length === 0) fail(422, 'validation_failed', 'There is no such status.');
  if (byOutcome) {
    const first = parts.map((part) => `SELECT * FROM (${part} ORDER BY since, id LIMIT {:most})`);
    return `${first.join(' UNION ALL ')} ORDER BY rank, since, id`;
  }
  const direction = order === 'newest' ? 'DESC' : 'ASC';
  return `${parts.join(' UNION ALL ')} ORDER BY since ${direction}, id ${direction}`;
}

module.exports = { queueOf, readQueue, takeNext };
