const { checkReviewer } = require(`${__hooks}/lib/base/caller.js`);
const { all, listed } = require(`${__hooks}/lib/base/sql.js`);
const { DAY, HOUR } = require(`${__hooks}/lib/base/time.js`);
const { decisionsOf } = require(`${__hooks}/lib/status/waited.js`);

const MAX_DAYS = 90;
const COUNTED = ['pending', 'approved', 'rejected', 'resubmission_requested'];

const THROUGHPUT = `SELECT "to", COUNT(*) AS n FROM status_history
  WHERE "to" IN (${listed(COUNTED)}) AND created >= {:from} AND created < {:until} GROUP BY "to"`;

/** What came in and went out per day (UTC), oldest first, days without anything included. */
function dailyFigures(app, caller, query) {
  checkReviewer(caller);
  const days = Math.min(MAX_DAYS, Math.max(1, Number(query.days) || 30));
  const items = Array.from({ length: days }, (_, index) =>
    figuresOf(app, dayOf(Date.now() - (days - 1 - index) * DAY)),
  );
  return { items };
}

/** A day that is over never changes, not even by an erasure: it is read once in the life of the process. */
function figuresOf(app, day) {
  const key = `ekyc.figures.${day}`;
  const known = app.store().get(key);
  if (known) return JSON.parse(known);
  const until = dayOf(Date.parse(day) + DAY);
  const counted = all(app, THROUGHPUT, { to: '', n: 0 }, { from: day, until });
  const count = (to) => counted.find((row) => row.to === to)?.n ?? 0;
  const { median_seconds } = decisionsOf(app, day, until);
  const figures = { day, ...Object.fromEntries(COUNTED.map((to) => [to, count(to)])), median_seconds };
  // A row is dated before it is committed, so the last hour of a day may still be on its way.
  if (until <= dayOf(Date.now() - HOUR)) app.store().set(key, JSON.stringify(figures));
  return figures;
}

const dayOf = (time) => new Date(time).toISOString().slice(0, 10);

module.exports = { dailyFigures };
