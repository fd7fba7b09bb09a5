const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { DAY, stamp } = require(`${__hooks}/lib/base/time.js`);

const KEPT_MS = DAY;

/** What the same request has made before, or null. Asked in the writing transaction, so of two at once one sees the other. */
function findEarlier(tx, { idempotency }, profile) {
  if (!idempotency) return null;
  const found = arrayOf(new DynamicModel({ id: '', body: '', profile: '', target: '', changed: false, created: '' }));
  tx.db()
    .newQuery('SELECT id, body, profile, target, changed, created FROM idempotency_keys WHERE "key" = {:key}')
    .bind({ key: idempotency.key })
    .all(found);
  const [earlier] = found;
  if (!earlier) return null;
  if (earlier.created <= stamp(Date.now() - KEPT_MS)) {
    tx.db().newQuery('DELETE FROM idempotency_keys WHERE id = {:id}').bind({ id: earlier.id }).execute();
    return null;
  }
  if (earlier.body !== idempotency.body || earlier.profile !== profile.id) {
    fail(422, 'idempotency_key_reused', 'The key came with another request before.');
  }
  return earlier;
}

function remember(tx, { idempotency }, profile, { target, changed }) {
  if (!idempotency) return;
  const row = new Record(tx.findCachedCollectionByNameOrId('idempotency_keys'));
  row.load({ ...idempotency, profile: profile.id, target, changed });
  tx.save(row);
}

module.exports = { KEPT_MS, findEarlier, remember };
