const { SYSTEM } = require(`${__hooks}/lib/base/caller.js`);
const { lease } = require(`${__hooks}/lib/base/lease.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { all, ask } = require(`${__hooks}/lib/base/sql.js`);
const { readStand } = require(`${__hooks}/lib/base/stand.js`);
const { SECOND, stamp } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const { MOST_LOST, failLost, retrySql } = require(`${__hooks}/lib/checks/lost.js`);
const { runnerOf } = require(`${__hooks}/lib/keys/grants.js`);
const { levelOf } = require(`${__hooks}/lib/levels/level.js`);
const { noteRunner } = require(`${__hooks}/lib/review/metrics.js`);
const checkTypes = require(`${__hooks}/lib/shared/check-types.json`);

const TABLE = 'checks';
const MOST_AT_ONCE = 5;
/** Of one key, so that a runner that takes more than it can do keeps none from others. */
const MOST_HELD = 8;

/** The oldest few of each type. CROSS JOIN keeps SQLite from starting with all checks there are. */
const DUE = `SELECT c.id FROM json_each({:types}) t CROSS JOIN checks c ON c.id IN (
    SELECT id FROM checks
    WHERE status = 'pending' AND type = t.value AND provider = {:provider} AND next_attempt_at <= {:now} AND locked_until <= {:now}
      AND lost <= ${MOST_LOST} AND ({:all} OR partner IN (SELECT value FROM json_each({:partners})))
    ORDER BY next_attempt_at LIMIT {:limit}
  )
  ORDER BY c.next_attempt_at LIMIT {:limit}`;
const HELD = `SELECT COUNT(*) AS n FROM checks WHERE held_by = {:holder} AND status = 'pending' AND locked_until != '' AND locked_until > {:now}`;

/** Gives a runner checks that are due, for so many seconds. Nothing is written when there are none. */
function claim(app, caller, body) {
  const runner = runnerOf(app, caller);
  checkClaim(body);
  noteRunner(app);
  const reach = reachOf(runner, caller);
  const params = {
    types: JSON.stringify(body.types.filter((type) => runner.types === null || runner.types.includes(type))),
    provider: body.provider.name,
    all: reach === null,
    partners: JSON.stringify(reach ?? []),
    limit: body.limit,
  };
  if (ask(app, DUE, { id: '' }, { ...params, now: stamp(Date.now()) }).length === 0) return [];
  let items = [];
  transact(app, (tx) => {
    failLost(tx, caller);
    items = take(tx, caller.credentialId, params, body.lease_seconds * SECOND).map((id) => describe(tx, id));
  });
  return items;
}

/** The Worker has said so in better words. */
function checkClaim({ provider, types, limit, lease_seconds }) {
  const isWhole = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
  const isValid = isWhole(limit, 1, MOST_AT_ONCE) && isWhole(lease_seconds, 30, 900) && Array.isArray(types);
  if (!isValid || !provider?.name) fail(422, 'validation_failed', 'The claim is not valid.');
}

function take(tx, holder, params, leaseMs) {
  const now = Date.now();
  const [{ n }] = all(tx, HELD, { n: 0 }, { holder, now: stamp(now) });
  if (n >= MOST_HELD) return [];
  const set = {
    held_by: '{:holder}',
    is_waiting: 'FALSE',
    lost: 'lost + 1',
    next_attempt_at: retrySql(now + leaseMs, 'lost'),
  };
  const limit = Math.min(params.limit, MOST_HELD - n);
  return lease(tx, TABLE, DUE, { now, leaseMs, set, params: { ...params, limit, holder } });
}

/** The partners whose checks the request may see; null for all. */
function reachOf({ partners }, caller) {
  if (caller.partner === '*') return partners;
  return partners === null || partners.includes(caller.partner) ? [caller.partner] : [];
}

const TEXTS = ['id', 'type', 'profile', 'partner', 'locked_until', 'external_ref', 'created'];
const SHAPE = {
  ...Object.fromEntries(TEXTS.map((name) => [name, ''])),
  attempt: 0,
  evidence_version: 0,
  documents: '',
};
const CLAIMED = `SELECT ${TEXTS.map((name) => `c.${name}`)}, c.attempt, c.evidence_version,
    (SELECT json_group_array(json_object('kind', d.kind, 'version', d.version, 'content_type', d.content_type, 'size', d.size, 'sha256', d.sha256))
      FROM json_each(c.inputs) i JOIN documents d
        ON d.profile = c.profile AND d.kind = i.value ->> 'kind' AND d.version = i.value ->> 'version' AND d.state != 'staged') AS documents
  FROM checks c WHERE c.id = {:id}`;

/** All that the type needs, and no more. */
function describe(tx, id) {
  const [row] = all(tx, CLAIMED, SHAPE, { id });
  const stand = readStand(tx, SYSTEM, row.profile);
  const { name, version, min_age, photo_reuse } = levelOf(tx, stand);
  const declared = checkTypes[row.type].declared.map((field) => [field, stand[field] || null]);
  return {
    ...row,
    documents: JSON.parse(row.documents),
    declared: Object.fromEntries(declared),
    level: { name, version, min_age, photo_reuse },
  };
}

module.exports = { claim, reachOf };
