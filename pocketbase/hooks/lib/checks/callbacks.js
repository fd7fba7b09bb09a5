const { checkReach } = require(`${__hooks}/lib/base/caller.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { run } = require(`${__hooks}/lib/base/sql.js`);
const { DAY, stamp } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);

const KEPT_DAYS = 7;
const ID_LENGTH = 15;
const DIGEST = /^[0-9a-f]{64}$/;
/** Of one that is out with a runner now: it stands before the end of the lease, and so is kept when the runner gives the check back. */
const WAKE = `UPDATE checks SET next_attempt_at = {:now} WHERE id = {:id} AND provider = {:provider} AND status = 'pending'
  AND next_attempt_at > {:now} AND (external_ref = '' OR external_ref = {:ref})`;

/**
 * What a vendor has called for, once an event. Only the runner that fetches the result is believed.
 * @param body `{provider, event, external_ref}`, `event` a digest of its id
 */
function wake(app, caller, { provider, event, external_ref }) {
  checkReach(caller);
  if (!DIGEST.test(event)) fail(422, 'validation_failed', 'The event comes as a digest.');
  let isWoken = false;
  transact(app, (tx) => {
    const now = stamp(Date.now());
    const isNew =
      run(tx, 'INSERT OR IGNORE INTO ekyc_callbacks (id, created) VALUES ({:event}, {:now})', { event, now }) > 0;
    const ref = String(external_ref ?? '');
    isWoken = isNew && run(tx, WAKE, { now, provider, ref, id: ref.slice(0, ID_LENGTH) }) > 0;
  });
  return { woken: isWoken };
}

/** @returns how many events were forgotten */
function forgetCallbacks(tx, limit) {
  const sql = `DELETE FROM ekyc_callbacks WHERE id IN (SELECT id FROM ekyc_callbacks WHERE created < {:before} LIMIT {:limit})`;
  return run(tx, sql, { before: stamp(Date.now() - KEPT_DAYS * DAY), limit });
}

module.exports = { forgetCallbacks, wake };
