const { findEarlier, remembered } = require(`${__hooks}/lib/base/idempotency.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { ask } = require(`${__hooks}/lib/base/sql.js`);
const { findStand, writeProfile } = require(`${__hooks}/lib/base/stand.js`);
const { HOUR, SECOND, stamp } = require(`${__hooks}/lib/base/time.js`);
const { levelOf } = require(`${__hooks}/lib/levels/level.js`);
const { beginRound, roundsLeft } = require(`${__hooks}/lib/levels/round.js`);
const { runnerSeen } = require(`${__hooks}/lib/review/metrics.js`);
const { noteReading } = require(`${__hooks}/lib/review/readings.js`);
const sets = require(`${__hooks}/lib/shared/status-sets.json`);

const TEXTS = ['id', 'type', 'outcome', 'created', 'completed'];
const JSONS = ['findings', 'inputs', 'done_by', 'scores', 'facts'];
const SHAPE = {
  ...Object.fromEntries([...TEXTS, ...JSONS, 'status'].map((name) => [name, ''])),
  evidence_version: 0,
  attempt: 0,
};
const STATUS = `CASE WHEN status != 'pending' THEN status WHEN locked_until > {:now} THEN 'running' WHEN is_waiting THEN 'waiting' ELSE 'queued' END`;
const CHECKS = `SELECT ${TEXTS.join()}, ${JSONS.map((name) => `IFNULL(${name}, 'null') AS ${name}`)}, ${STATUS} AS status, evidence_version, attempt
  FROM checks WHERE profile = {:id}`;
const PAGE = `${CHECKS} AND created <= {:created} AND (created < {:created} OR id < {:after}) ORDER BY created DESC, id DESC LIMIT {:limit}`;
const ROUND = `${CHECKS} AND round = {:round} ORDER BY created DESC, id DESC`;
const MOST_ON_A_PAGE = 101;

/** The checks of a profile, the newest first. What was read is for those who review. */
function readChecks(app, caller, id, { limit, created = '9', after = '' }) {
  const { partner } = findStand(app, caller, id);
  noteReading(app, caller, id, partner);
  const most = Math.min(Number(limit) || MOST_ON_A_PAGE, MOST_ON_A_PAGE);
  const rows = ask(app, PAGE, SHAPE, { id, created, after, limit: most, now: stamp(Date.now()) });
  const seen = caller.type === 'reviewer' ? runnerSeen(app) : 0;
  return {
    items: rows.map((row) => present(row, caller)),
    rounds_left: roundsLeft(app, id),
    runner_seen: seen > 0 ? stamp(seen * SECOND) : '',
  };
}

function present(row, caller) {
  const { done_by, scores, facts, findings, inputs } = Object.fromEntries(
    JSONS.map((name) => [name, JSON.parse(row[name])]),
  );
  const { id, type, status, outcome, evidence_version, attempt, created, completed } = row;
  const said = { id, type, status, outcome, evidence_version, attempt, created, completed };
  const known = { ...said, findings: findings ?? [], inputs: inputs ?? [], provider: done_by };
  return caller.type === 'partner' ? known : { ...known, scores: scores ?? {}, facts: facts ?? {} };
}

/** Another round on the evidence as it stands. @throws 429 after the last one of the day, 409 in a final status, 422 when the level asks for none */
function checkAgain(app, caller, id) {
  if (!['reviewer', 'service'].includes(caller.type))
    fail(403, 'forbidden', 'Checks are asked for by those who review.');
  return writeProfile(app, caller, id, (db, stand) => {
    const earlier = findEarlier(db, caller, id);
    if (earlier) return { items: roundOf(db, caller, id, Number(earlier.target)), replayed: true };
    if (sets.final.includes(stand.status)) fail(409, 'profile_locked', 'The profile is locked in its present status.');
    if (levelOf(db, stand).checks.length === 0) fail(422, 'validation_failed', 'The level asks for no checks.');
    const round = stand.checks_round + 1;
    const members = { ...remembered(caller, String(round), true), audit: [{ action: 'checks.requested' }] };
    if (!beginRound(db, caller, stand, members)) {
      fail(429, 'rate_limited', 'The profile has had its rounds of checks for today.', {
        retry_after: HOUR / SECOND,
      });
    }
    return { items: roundOf(db, caller, id, round) };
  });
}

const roundOf = (app, caller, id, round) =>
  ask(app, ROUND, SHAPE, { id, round, now: stamp(Date.now()) }).map((row) => present(row, caller));

module.exports = { checkAgain, readChecks };
