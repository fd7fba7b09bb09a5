const { checkReviewer } = require(`${__hooks}/lib/claims.js`);

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_DAYS = 90;
const COUNTED = ['pending', 'approved', 'rejected', 'resubmission_requested'];

const THROUGHPUT = `SELECT substr(created, 1, 10) AS day, "to", COUNT(*) AS n FROM status_history
  WHERE "to" IN ('pending', 'approved', 'rejected', 'resubmission_requested') AND created >= {:since} GROUP BY day, "to"`;

/** From entering the queue, else from the profile's creation, to each decision; then the middle one of each day. */
const MEDIAN = `WITH waited AS (SELECT substr(d.created, 1, 10) AS day, unixepoch(d.created, 'subsec') - unixepoch(IFNULL(
    (SELECT q.created FROM status_history q WHERE q.profile = d.profile AND q.seq < d.seq AND q."to" = 'pending' ORDER BY q.seq DESC LIMIT 1),
    (SELECT f.created FROM status_history f WHERE f.profile = d.profile AND f.seq = 1)), 'subsec') AS seconds
  FROM status_history d WHERE d."to" IN ('approved', 'rejected') AND d.created >= {:since}),
  ranked AS (SELECT day, seconds, ROW_NUMBER() OVER (PARTITION BY day ORDER BY seconds) AS rank, COUNT(*) OVER (PARTITION BY day) AS n FROM waited)
  SELECT day, AVG(seconds) AS seconds FROM ranked WHERE rank IN ((n + 1) / 2, (n + 2) / 2) GROUP BY day`;

/** What came in and went out per day (UTC), oldest first, days without anything included. */
function dailyFigures(app, caller, query) {
  checkReviewer(caller);
  const days = Math.min(MAX_DAYS, Math.max(1, Number(query.days) || 30));
  const names = Array.from({ length: days }, (_, index) => dayOf(Date.now() - (days - 1 - index) * DAY_MS));
  const all = (sql, shape) => {
    const rows = arrayOf(new DynamicModel(shape));
    app.db().newQuery(sql).bind({ since: names[0] }).all(rows);
    return rows;
  };
  const counted = all(THROUGHPUT, { day: '', to: '', n: 0 });
  const medians = all(MEDIAN, { day: '', seconds: -0 });
  const items = names.map((day) => {
    const count = (to) => counted.find((row) => row.day === day && row.to === to)?.n ?? 0;
    const median = medians.find((row) => row.day === day)?.seconds ?? null;
    return { day, ...Object.fromEntries(COUNTED.map((to) => [to, count(to)])), median_seconds: median };
  });
  return { items };
}

const dayOf = (time) => new Date(time).toISOString().slice(0, 10);

module.exports = { dailyFigures };
