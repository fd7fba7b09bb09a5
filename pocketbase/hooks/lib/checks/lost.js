const { all } = require(`${__hooks}/lib/base/sql.js`);
const { SECOND, stamp } = require(`${__hooks}/lib/base/time.js`);
const { concludeCheck } = require(`${__hooks}/lib/checks/conclude.js`);

/** After a lease that brought nothing the check waits so long; after one more it has failed. The index of lost checks names their number. */
const PAUSES_MS = [0, 30, 300, 1800, 7200].map((seconds) => seconds * SECOND);
const MOST_LOST = PAUSES_MS.length;
const LOST = `SELECT id, profile, round, evidence_version FROM checks WHERE status = 'pending' AND lost > ${MOST_LOST} AND locked_until <= {:now} LIMIT 100`;

/**
 * When to give a check out again whose lease ends without a result: SQL.
 * @param before SQL of how many were lost before it
 */
function retrySql(ends, before) {
  const cases = PAUSES_MS.map((pause, lost) => `WHEN ${lost} THEN '${stamp(ends + pause)}'`);
  return `CASE ${before} ${cases.join(' ')} ELSE '${stamp(ends)}' END`;
}

const lostChecks = (app) =>
  all(app, LOST, { id: '', profile: '', round: 0, evidence_version: 0 }, { now: stamp(Date.now()) });

/** Ends what was given out too often. */
function failLost(tx, caller) {
  for (const check of lostChecks(tx)) concludeCheck(tx, caller, { ...check, status: 'pending' }, { status: 'failed' });
}

module.exports = { MOST_LOST, failLost, lostChecks, retrySql };
