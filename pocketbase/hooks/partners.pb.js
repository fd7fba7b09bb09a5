/// Partners are created by an operator, or by their first profile; both stand in the audit log.

onRecordCreateRequest((e) => require(`${__hooks}/lib/base/audit.js`).rememberCaller(e), 'partners');

onRecordUpdateRequest((e) => require(`${__hooks}/lib/base/audit.js`).rememberCaller(e), 'partners');

onRecordUpdate((e) => {
  const { fail } = require(`${__hooks}/lib/base/problem.js`);
  const isRenamed = e.record.getString('slug') !== e.record.original().getString('slug');
  if (isRenamed) fail(422, 'validation_failed', 'The slug of a partner never changes.');
  return e.next();
}, 'partners');

onModelCreateExecute(
  (e) =>
    require(`${__hooks}/lib/base/audit.js`).auditModel(e, 'partner.created', {
      partner: e.model.getString('slug'),
      target: e.model.getString('slug'),
    }),
  'partners',
);

onModelUpdateExecute(
  (e) =>
    require(`${__hooks}/lib/base/audit.js`).auditModel(e, 'partner.updated', {
      partner: e.model.getString('slug'),
      target: e.model.getString('slug'),
    }),
  'partners',
);
