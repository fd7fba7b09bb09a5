const { all, ask, listed } = require(`${__hooks}/lib/base/sql.js`);
const sets = require(`${__hooks}/lib/shared/status-sets.json`);

/** Since when, in seconds, the decision that comes next was waited for: the profile entered the queue then, or else was created. */
const SINCE = `SELECT unixepoch(IFNULL(
  (SELECT created FROM status_history WHERE profile = {:profile} AND seq < {:seq} AND "to" = 'pending' ORDER BY seq DESC LIMIT 1),
  (SELECT created FROM status_history WHERE profile = {:profile} AND seq = 1)), 'subsec') AS since`;

/** The act keeps what it took, as the figures read hundreds of thousands of rows. */
function waitingSince(app, profile, seq) {
  return ask(app, SINCE, { since: -0 }, { profile, seq })[0].since;
}

// Without window functions, which copy every row.
const DECIDED = `FROM status_history WHERE "to" IN (${listed(sets.decided)}) AND created >= {:from} AND created < {:until}`;
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

module.exports = { MIDDLE, decisionsOf, waitingSince };
