/// Keys are made and rotated at /api/edge/keys; in the admin UI one can be renamed or revoked, and nothing else.

onRecordCreateRequest(() => {
  require(`${__hooks}/lib/base/problem.js`).fail(403, 'forbidden', 'Keys are made at /api/keys.');
}, 'api_keys');

onRecordUpdateRequest((e) => {
  const original = e.record.original();
  for (const name of e.collection.fields.fieldNames()) {
    if (name !== 'name' && name !== 'revoked_at') e.record.setRaw(name, original.getRaw(name));
  }
  return require(`${__hooks}/lib/base/audit.js`).rememberCaller(e);
}, 'api_keys');

onModelUpdateExecute((e) => {
  const { SYSTEM } = require(`${__hooks}/lib/base/caller.js`);
  const { auditRevocation } = require(`${__hooks}/lib/keys/keys.js`);
  const { fail } = require(`${__hooks}/lib/base/problem.js`);
  const { inTransaction } = require(`${__hooks}/lib/base/transaction.js`);
  inTransaction(e, (tx) => {
    const stored = tx.findRecordById('api_keys', e.model.id);
    if (stored.getString('revoked_at') && stored.getString('revoked_at') !== e.model.getString('revoked_at')) {
      fail(403, 'forbidden', 'A revoked key stays revoked.');
    }
    auditRevocation(tx, e.model, e.model.get('@caller') ?? SYSTEM);
    e.model.ignoreUnchangedFields(true); // else last_used_at may go back
    e.next();
  });
}, 'api_keys');
