/// Notes number themselves and carry their author.

onRecordCreateRequest((e) => {
  e.record.set('@caller', require(`${__hooks}/lib/base/caller.js`).callerOf(e));
  return e.next();
}, 'notes');

onRecordCreate((e) => {
  const caller = e.record.get('@caller') ?? require(`${__hooks}/lib/base/caller.js`).SYSTEM;
  e.record.set('actor_type', caller.type);
  e.record.set('actor_id', caller.id);
  return e.next();
}, 'notes');

onModelCreateExecute((e) => {
  const { checkNotRedacted } = require(`${__hooks}/lib/base/caller.js`);
  const { nextSeq } = require(`${__hooks}/lib/status/history.js`);
  const { inTransaction } = require(`${__hooks}/lib/base/transaction.js`);
  inTransaction(e, (tx) => {
    const profile = e.model.getString('profile');
    checkNotRedacted(tx.findRecordById('profiles', profile));
    e.model.set('seq', nextSeq(tx, 'notes', profile));
    e.next();
  });
}, 'notes');

onModelUpdateExecute((e) => {
  const { checkNotRedacted } = require(`${__hooks}/lib/base/caller.js`);
  const { inTransaction } = require(`${__hooks}/lib/base/transaction.js`);
  inTransaction(e, (tx) => {
    checkNotRedacted(tx.findRecordById('profiles', e.model.getString('profile')));
    e.next();
  });
}, 'notes');

onModelDeleteExecute((e) => {
  require(`${__hooks}/lib/base/transaction.js`).inTransaction(e, () => e.next());
}, 'notes');
