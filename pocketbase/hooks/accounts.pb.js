/// Accounts in the audit log: made and changed at PocketBase's start, or by a superuser.

onRecordCreateRequest(
  (e) => {
    e.record.set('@caller', require(`${__hooks}/lib/base/caller.js`).callerOf(e));
    return e.next();
  },
  'reviewers',
  'services',
  '_superusers',
);

onRecordUpdateRequest(
  (e) => {
    e.record.set('@caller', require(`${__hooks}/lib/base/caller.js`).callerOf(e));
    return e.next();
  },
  'reviewers',
  'services',
  '_superusers',
);

onModelCreateExecute(
  (e) => {
    const { SYSTEM } = require(`${__hooks}/lib/base/caller.js`);
    const { audit } = require(`${__hooks}/lib/base/audit.js`);
    const { inTransaction } = require(`${__hooks}/lib/base/transaction.js`);
    inTransaction(e, (tx) => {
      audit(tx, e.model.get('@caller') ?? SYSTEM, 'account.created', { target: e.model.id });
      e.next();
    });
  },
  'reviewers',
  'services',
  '_superusers',
);

onModelUpdateExecute(
  (e) => {
    const { SYSTEM } = require(`${__hooks}/lib/base/caller.js`);
    const { audit } = require(`${__hooks}/lib/base/audit.js`);
    const { inTransaction } = require(`${__hooks}/lib/base/transaction.js`);
    e.model.ignoreUnchangedFields(true); // else a stale update carries old values back: an old token key, or an end that was undone
    inTransaction(e, (tx) => {
      audit(tx, e.model.get('@caller') ?? SYSTEM, 'account.updated', { target: e.model.id });
      e.next();
    });
  },
  'reviewers',
  'services',
  '_superusers',
);

/// Reviewers and service accounts are never deleted (append-only.pb.js).
onRecordDeleteRequest((e) => {
  e.record.set('@caller', require(`${__hooks}/lib/base/caller.js`).callerOf(e));
  return e.next();
}, '_superusers');

onModelDeleteExecute((e) => {
  const { SYSTEM } = require(`${__hooks}/lib/base/caller.js`);
  const { audit } = require(`${__hooks}/lib/base/audit.js`);
  const { inTransaction } = require(`${__hooks}/lib/base/transaction.js`);
  inTransaction(e, (tx) => {
    audit(tx, e.model.get('@caller') ?? SYSTEM, 'account.deleted', { target: e.model.id });
    e.next();
  });
}, '_superusers');
