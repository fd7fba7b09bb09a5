const { forgetCallbacks } = require(`${__hooks}/lib/checks/callbacks.js`);
const { EXPIRING, tellExpiry } = require(`${__hooks}/lib/checks/expiry.js`);
const { failLost, lostChecks } = require(`${__hooks}/lib/checks/lost.js`);
const { SYSTEM, checkReach } = require(`${__hooks}/lib/base/caller.js`);
const { cleanExcerpts, removeConcluded } = require(`${__hooks}/lib/webhooks/deliveries.js`);
const { KEPT_MS } = require(`${__hooks}/lib/base/idempotency.js`);
const { discard, removeFilesOf } = require(`${__hooks}/lib/documents/store.js`);
const { redact } = require(`${__hooks}/lib/profiles/redact.js`);
const { findStand } = require(`${__hooks}/lib/base/stand.js`);
const { move } = require(`${__hooks}/lib/status/change-status.js`);
const { all, listed, run } = require(`${__hooks}/lib/base/sql.js`);
const { HOUR, stamp } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);

const sets = require(`${__hooks}/lib/shared/status-sets.json`);

const BATCH = 100;
const ROWS = 1000; // one statement deletes them, and a minute must not bring more than the next sweep removes
const ROUNDS = 10;
/** Two hours after the last byte of an upload, which may have taken as long as 90 MB need at 400 kbit/s. */
const STAGED_MS = 2.5 * HOUR;

const ago = (days) => `strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-' || ${days} || ' days')`;

// CROSS JOIN: partners first. The conditions repeat those of the partial indexes word for word.
const IDLE = `FROM partners t CROSS JOIN profiles p ON p.partner = t.slug WHERE t.expire_after_days > 0
  AND p.redacted_at = '' AND p.status IN (${listed(sets.waiting)}) AND p.updated < ${ago('t.expire_after_days')}`;
const RETAINED_TOO_LONG = `FROM partners t CROSS JOIN profiles p ON p.partner = t.slug WHERE t.retention_days > 0
  AND p.legal_hold = FALSE AND p.redacted_at = '' AND p.final_since != '' AND p.final_since < ${ago('t.retention_days')}`;

/**
 * What time brings about: expiry, erasure, and the end of what is kept for a while. Bounded, and each profile in a transaction
 * that judges it once more, so two sweeps at once share the work.
 */
function sweep(app, caller) {
  checkReach(caller);
  const actor = { ...SYSTEM, requestId: caller.requestId };
  const expired = each(app, IDLE, (id) => expire(app, actor, id));
  const redacted = each(app, RETAINED_TOO_LONG, (id) =>
    redact(app, actor, id, (tx) => isAmong(tx, RETAINED_TOO_LONG, id)),
  );
  const expiring = each(app, EXPIRING, (id) => warn(app, actor, id));
  failChecks(app, actor);
  return {
    expired,
    redacted,
    expiring,
    cleaned: forget(app) + forgetDeliveries(app) + discardStaged(app) + finishErasures(app),
  };
}

/** How many of a batch `work` was done for. One that fails is left for the log and the next sweep. */
function each(app, from, work) {
  let done = 0;
  for (const id of select(app, `SELECT p.id ${from} LIMIT ${BATCH}`)) {
    try {
      if (work(id)) done++;
    } catch (error) {
      app.logger().error('A sweep failed', 'profile', id, 'error', String(error));
    }
  }
  return done;
}

const select = (app, sql, params) => all(app, sql, { id: '' }, params).map((row) => row.id);

const isAmong = (tx, from, id) => select(tx, `SELECT p.id ${from} AND p.id = {:id}`, { id }).length > 0;

function expire(app, actor, id) {
  let isExpired = false;
  transact(app, (tx) => {
    if (!isAmong(tx, IDLE, id)) return;
    move(tx, actor, findStand(tx, actor, id), { to: 'expired', reason_code: 'inactivity' });
    isExpired = true;
  });
  return isExpired;
}

function warn(app, actor, id) {
  let isTold = false;
  transact(app, (tx) => {
    isTold = tellExpiry(tx, actor, id);
  });
  return isTold;
}

/** Without a runner nobody else would notice. */
function failChecks(app, actor) {
  if (lostChecks(app).length === 0) return;
  transact(app, (tx) => failLost(tx, actor));
}

/** Idempotency rows, vendors' events and what endpoints answered, each at the end of its time. */
function forget(app) {
  let count = 0;
  transact(app, (tx) => {
    const sql = `DELETE FROM idempotency_keys WHERE id IN (SELECT id FROM idempotency_keys WHERE created <= {:since} LIMIT ${ROWS})`;
    const since = stamp(Date.now() - KEPT_MS);
    count = tx.db().newQuery(sql).bind({ since }).execute().rowsAffected();
    count += cleanExcerpts(tx, BATCH) + forgetCallbacks(tx, ROWS);
  });
  return count;
}

/** One event may have had many endpoints: in several transactions, between which others write. */
function forgetDeliveries(app) {
  let count = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let removed = 0;
    transact(app, (tx) => {
      removed = removeConcluded(tx, ROWS);
    });
    count += removed;
    if (removed < ROWS) break;
  }
  return count;
}

const STAGED = `SELECT id FROM documents WHERE state = 'staged' AND created < {:before} LIMIT ${BATCH}`;

/** What an upload has left that was never finished. */
function discardStaged(app) {
  const staged = all(app, STAGED, { id: '' }, { before: stamp(Date.now() - STAGED_MS) });
  discard(app, staged);
  return staged.length;
}

const DUE = `SELECT id FROM profiles WHERE files_due = TRUE AND redacted_at < {:before} LIMIT ${BATCH}`;

/** A second look into the folders of erased profiles: an upload or a crash may have left a file there after the first. */
function finishErasures(app) {
  const due = all(app, DUE, { id: '' }, { before: stamp(Date.now() - STAGED_MS) });
  for (const { id } of due) {
    removeFilesOf(app, id);
    run(app, 'UPDATE profiles SET files_due = FALSE WHERE id = {:id}', { id });
  }
  return due.length;
}

module.exports = { sweep };
