const { checkReviewer } = require(`${__hooks}/lib/base/caller.js`);
const { take } = require(`${__hooks}/lib/review/claims.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { all, countByStatus } = require(`${__hooks}/lib/base/sql.js`);
const { findStand } = require(`${__hooks}/lib/base/stand.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
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
};
const COLUMNS = Object.keys(SHAPE).join().replace('since', 'status_since AS since');

/**
 * The profiles in the statuses asked for, by the time they have been there, with the counts that surround them.
 * `order`: `oldest` first is a queue, `newest` first an archive.
 */
function readQueue(app, caller, query) {
  checkReviewer(caller);
  const partner = query.partner ?? '';
  const page = Math.max(1, Number(query.page) || 1);
  const items = all(app, `${queueOf(query)} LIMIT {:limit} OFFSET {:offset}`, SHAPE, {
    partner,
    limit: PAGE_SIZE,
    offset: (page - 1) * PAGE_SIZE,
  });
  return {
    counts: countByStatus(app, partner),
    page,
    page_size: PAGE_SIZE,
    partners: all(app, 'SELECT slug, name FROM partners ORDER BY slug LIMIT 1000', { slug: '', name: '' }),
    items,
  };
}

/** Gives the calling reviewer the profile that has waited longest and that nobody has claimed; `id: null` when there is none. */
function takeNext(app, caller, body) {
  checkReviewer(caller);
  let id = null;
  transact(app, (tx) => {
    const free = "(claimed_by = '' OR claimed_until <= {:now})";
    const params = { partner: body.partner ?? '', now: stamp(Date.now()) };
    const [first] = all(tx, `${queueOf(body, free)} LIMIT 1`, SHAPE, params);
    if (!first) return;
    id = first.id;
    take(tx, caller, findStand(tx, caller, id));
  });
  return { id };
}

/** One ordered reading of the index per status, which SQLite merges: a list of statuses in one condition would be sorted anew each time. */
function queueOf({ status = '', partner = '', order = 'oldest' }, condition = 'TRUE') {
  const own = partner && 'AND partner = {:partner}';
  const direction = order === 'newest' ? 'DESC' : 'ASC';
  const parts = status
    .split(',')
    .filter((one) => statuses.includes(one))
    .map(
      (one) => `SELECT ${COLUMNS} FROM profiles WHERE redacted_at = '' AND status = '${one}' ${own} AND ${condition}`,
    );
  if (parts.length === 0) fail(422, 'validation_failed', 'There is no such status.');
  return `${parts.join(' UNION ALL ')} ORDER BY since ${direction}, id ${direction}`;
}

module.exports = { queueOf, readQueue, takeNext };
