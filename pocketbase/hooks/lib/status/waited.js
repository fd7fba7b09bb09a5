const { all } = require(`${__hooks}/lib/base/sql.js`);

const DECISIONS = ['approved', 'rejected'];

/** Of the decision `d`: seconds since it entered the queue, else since the profile's creation. */
const WAITED = `unixepoch(d.created, 'subsec') - unixepoch(IFNULL(
  (SELECT q.created FROM status_history q WHERE q.profile = d.profile AND q.seq < d.seq AND q."to" = 'pending' ORDER BY q.seq DESC LIMIT 1),
  (SELECT f.created FROM status_history f WHERE f.profile = d.profile AND f.seq = 1)), 'subsec')`;

/** For a row that is about to be written. It is worked out once, as the figures read hundreds of thousands of them. */
function waitedUntil(tx, row) {
  if (!DECISIONS.includes(row.getString('to'))) return 0;
  const sql = `SELECT ${WAITED} AS seconds FROM (SELECT {:profile} AS profile, {:seq} AS seq, {:created} AS created) d`;
  const params = { profile: row.getString('profile'), seq: row.getInt('seq'), created: row.getString('created') };
  return all(tx, sql, { seconds: -0 }, params)[0].seconds;
}

// Without window functions, which copy every row.
const DECIDED = `FROM status_history WHERE "to" IN ('approved', 'rejected') AND created >= {:from} AND created < {:until}`;
const COUNT = `SELECT COUNT(*) AS n ${DECIDED}`;
const MIDDLE = `SELECT AVG(waited) AS seconds FROM (SELECT waited ${DECIDED} ORDER BY waited LIMIT {:limit} OFFSET {:offset})`;

/** How many decisions there were in a time, and the median of what they took. */
function decisionsOf(app, from, until) {
  const [{ n }] = all(app, COUNT, { n: 0 }, { from, until });
  if (n === 0) return { count: 0, median_seconds: null };
  const middle = { limit: 2 - (n % 2), offset: (n - 1) >> 1 };
  const [{ seconds }] = all(app, MIDDLE, { seconds: -0 }, { from, until, ...middle });
  return { count: n, median_seconds: seconds };
}

module.exports = { MIDDLE, WAITED, decisionsOf, waitedUntil };
