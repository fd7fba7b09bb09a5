/// Partners are created by an operator, or by their first profile; both stand in the audit log.

onRecordCreateRequest((e) => {
  e.record.set('@caller', require(`${__hooks}/lib/base/caller.js`).callerOf(e));
  return e.next();
}, 'partners');

onRecordUpdateRequest((e) => {
  e.record.set('@caller', require(`${__hooks}/lib/base/caller.js`).callerOf(e));
  return e.next();
}, 'partners');

onRecordUpdate((e) => {
  const { fail } = require(`${__hooks}/lib/base/problem.js`);
  const isRenamed = e.record.getString('slug') !== e.record.original().getString('slug');
  if (isRenamed) fail(422, 'validation_failed', 'The slug of a partner never changes.');
  e.record.ignoreUnchangedFields(true); // else a stale update carries old values back
  return e.next();
}, 'partners');

onModelCreateExecute((e) => {
  const { SYSTEM } = require(`${__hooks}/lib/base/caller.js`);
  const { audit } = require(`${__hooks}/lib/base/audit.js`);
  const { inTransaction } = require(`${__hooks}/lib/base/transaction.js`);
  inTransaction(e, (tx) => {
    const slug = e.model.getString('slug');
    audit(tx, e.model.get('@caller') ?? SYSTEM, 'partner.created', { partner: slug, target: slug });
    e.next();
  });
}, 'partners');

onModelUpdateExecute((e) => {
  const { SYSTEM } = require(`${__hooks}/lib/base/caller.js`);
  const { audit } = require(`${__hooks}/lib/base/audit.js`);
  const { inTransaction } = require(`${__hooks}/lib/base/transaction.js`);
  inTransaction(e, (tx) => {
    const slug = e.model.getString('slug');
    audit(tx, e.model.get('@caller') ?? SYSTEM, 'partner.updated', { partner: slug, target: slug });
    e.next();
  });
}, 'partners');
