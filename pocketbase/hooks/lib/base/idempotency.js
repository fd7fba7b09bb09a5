const { newId } = require(`${__hooks}/lib/base/ids.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { all, run } = require(`${__hooks}/lib/base/sql.js`);
const { DAY, stamp } = require(`${__hooks}/lib/base/time.js`);

const KEPT_MS = DAY;
const DIGEST = /^[0-9a-f]{64}$/;
const FIND = 'SELECT id, body, profile, target, changed, created FROM idempotency_keys WHERE "key" = {:key}';
const SHAPE = { id: '', body: '', profile: '', target: '', changed: false, created: '' };

/** What the same request has made before, or null. Two at once: the key is unique, so the second judges again and finds the first. */
function findEarlier(app, { idempotency }, profileId) {
  if (!idempotency) return null;
  if (![idempotency.key, idempotency.body].every((digest) => DIGEST.test(digest))) {
    fail(422, 'validation_failed', 'Key and body of an idempotent request come as digests.');
  }
  const [earlier] = all(app, FIND, SHAPE, { key: idempotency.key });
  if (!earlier) return null;
  if (earlier.created <= stamp(Date.now() - KEPT_MS)) {
    run(app, 'DELETE FROM idempotency_keys WHERE id = {:id}', { id: earlier.id });
    return null;
  }
  if (earlier.body !== idempotency.body || earlier.profile !== profileId) {
    fail(422, 'idempotency_key_reused', 'The key came with another request before.');
  }
  return earlier;
}

/** The member of an act that remembers it. */
function remembered({ idempotency }, target, changed) {
  return idempotency ? { idempotency: { id: newId(), ...idempotency, target, changed } } : {};
}

/** For a request that changed nothing and so is no act. */
function remember(app, caller, profile, target) {
  const { idempotency } = remembered(caller, target, false);
  if (!idempotency) return;
  const sql = `INSERT INTO idempotency_keys (id, "key", body, profile, target, changed, created)
    VALUES ({:id}, {:key}, {:body}, {:profile}, {:target}, {:changed}, {:now})`;
  run(app, sql, { ...idempotency, profile, now: stamp(Date.now()) });
}

/** Whether another request with this key was faster. */
const isTwin = (error) => String(error).includes('idempotency_keys.key');

module.exports = { KEPT_MS, findEarlier, isTwin, remember, remembered };
