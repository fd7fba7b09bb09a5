/// Accounts in the audit log: made and changed at PocketBase's start, or by a superuser.

onRecordCreateRequest(
  (e) => require(`${__hooks}/lib/base/audit.js`).rememberCaller(e),
  'reviewers',
  'services',
  '_superusers',
);

onRecordUpdateRequest(
  (e) => require(`${__hooks}/lib/base/audit.js`).rememberCaller(e),
  'reviewers',
  'services',
  '_superusers',
);

onModelCreateExecute(
  (e) => require(`${__hooks}/lib/base/audit.js`).auditModel(e, 'account.created', { target: e.model.id }),
  'reviewers',
  'services',
  '_superusers',
);

onModelUpdateExecute(
  (e) => require(`${__hooks}/lib/base/audit.js`).auditModel(e, 'account.updated', { target: e.model.id }),
  'reviewers',
  'services',
  '_superusers',
);

/// Reviewers and service accounts are never deleted (append-only.pb.js).
onRecordDeleteRequest((e) => require(`${__hooks}/lib/base/audit.js`).rememberCaller(e), '_superusers');

onModelDeleteExecute(
  (e) => require(`${__hooks}/lib/base/audit.js`).auditModel(e, 'account.deleted', { target: e.model.id }),
  '_superusers',
);
