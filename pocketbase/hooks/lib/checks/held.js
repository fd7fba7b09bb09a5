const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { all, run } = require(`${__hooks}/lib/base/sql.js`);
const { SECOND, stamp } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const { reachOf } = require(`${__hooks}/lib/checks/claim.js`);
const { retrySql } = require(`${__hooks}/lib/checks/lost.js`);
const { serveDocument } = require(`${__hooks}/lib/documents/download.js`);
const { runnerOf } = require(`${__hooks}/lib/keys/grants.js`);

const TEXTS = [
  'id',
  'profile',
  'partner',
  'type',
  'provider',
  'status',
  'outcome',
  'held_by',
  'locked_until',
  'next_attempt_at',
  'external_ref',
  'result',
];
const NUMBERS = ['attempt', 'evidence_version', 'round'];
const SHAPE = {
  ...Object.fromEntries(TEXTS.map((name) => [name, ''])),
  ...Object.fromEntries(NUMBERS.map((name) => [name, 0])),
  inputs: '',
  redacted_at: '',
};
const CHECK = `SELECT ${[...TEXTS, ...NUMBERS].map((name) => `c.${name}`)}, IFNULL(c.inputs, '[]') AS inputs, p.redacted_at
  FROM checks c JOIN profiles p ON p.id = c.profile WHERE c.id = {:id}`;

/**
 * A check that was given to the caller. One that another runner has by now is told by the number of the attempt; one that the caller never
 * had is as absent as one that never was.
 * @param attempt of the claim; none for what is asked while the lease holds
 * @throws 404, 410 after an erasure, 409 `status_conflict` for an attempt that is over
 */
function findHeld(app, caller, id, attempt) {
  const [check] = all(app, CHECK, SHAPE, { id });
  const runner = runnerOf(app, caller);
  const reach = reachOf(runner, caller);
  const isReached =
    check &&
    (runner.types === null || runner.types.includes(check.type)) &&
    (reach === null || reach.includes(check.partner));
  const isOwn = isReached && check.held_by === caller.credentialId;
  const isOver = isReached && attempt > 0 && attempt < check.attempt;
  if (!isOwn && !isOver) fail(404, 'not_found', 'There is no such check.');
  if (check.redacted_at) fail(410, 'gone', 'The profile has been erased.');
  if (isOver || (attempt !== undefined && attempt !== check.attempt)) refuseAttempt();
  return { ...check, inputs: JSON.parse(check.inputs) };
}

function refuseAttempt() {
  fail(409, 'status_conflict', 'The check is no longer yours.');
}

const isLeased = ({ locked_until }) => locked_until > stamp(Date.now());

/** The very version that the check is about, while the lease holds. */
function serveInput(e, caller, { id, kind }) {
  const check = findHeld(e.app, caller, id);
  if (!isLeased(check)) refuseAttempt();
  const input = check.inputs.find((one) => one.kind === kind);
  if (!input) fail(404, 'not_found', 'The check has no such document.', { reason: 'document' });
  return serveDocument(e, caller, { id: check.profile, kind, version: input.version });
}

/** The lease begins once more. A callback that came meanwhile is kept: it has made the check due. */
function extend(app, caller, id, { attempt, lease_seconds }) {
  let answer;
  transact(app, (tx) => {
    const check = findHeld(tx, caller, id, attempt);
    if (check.status !== 'pending' || !check.locked_until) refuseAttempt();
    const until = Date.now() + lease_seconds * SECOND;
    const sql = `UPDATE checks SET locked_until = {:until},
      next_attempt_at = IIF(next_attempt_at < locked_until, next_attempt_at, ${retrySql(until, 'lost - 1')}) WHERE id = {:id}`;
    run(tx, sql, { id, until: stamp(until) });
    answer = { id, attempt, locked_until: stamp(until) };
  });
  return answer;
}

/**
 * Gives a check back without a result. With the vendor's reference it waits for the vendor, as often as that takes; without one the lease
 * was lost.
 */
function release(app, caller, id, { attempt, external_ref, after_seconds }) {
  transact(app, (tx) => {
    const check = findHeld(tx, caller, id, attempt);
    if (check.status !== 'pending' || !check.locked_until) refuseAttempt();
    if (external_ref && !external_ref.startsWith(id)) {
      const errors = [{ pointer: '/external_ref', detail: 'Begins with the id of the check' }];
      fail(422, 'validation_failed', 'The reference is not of this check.', { errors });
    }
    const now = Date.now();
    const next = external_ref
      ? 'lost = 0, is_waiting = TRUE, external_ref = {:ref}, next_attempt_at = IIF(next_attempt_at < locked_until, next_attempt_at, {:next})'
      : `next_attempt_at = ${retrySql(now, 'lost - 1')}`;
    run(tx, `UPDATE checks SET ${next}, locked_until = '' WHERE id = {:id}`, {
      id,
      ...(external_ref && { ref: external_ref, next: stamp(now + after_seconds * SECOND) }),
    });
  });
  return { id, status: external_ref ? 'waiting' : 'queued', outcome: '' };
}

module.exports = { extend, findHeld, refuseAttempt, release, serveInput };
