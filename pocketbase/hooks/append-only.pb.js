/// What nobody changes or removes, superusers included. Triggers say the same below (migrations/*_invariants.js).

onRecordCreateRequest(() => {
  require(`${__hooks}/lib/problem.js`).fail(403, 'forbidden', 'History is written by changing a status.');
}, 'status_history');

onRecordCreateRequest(
  () => {
    require(`${__hooks}/lib/problem.js`).fail(403, 'forbidden', 'Events are written by what they report.');
  },
  'events',
  'webhook_deliveries',
);

onRecordUpdate(
  () => {
    require(`${__hooks}/lib/problem.js`).fail(403, 'forbidden', 'History is append-only.');
  },
  'status_history',
  'events',
);

onRecordDelete(
  (e) => {
    const collection = e.record.collection().name;
    require(`${__hooks}/lib/problem.js`).fail(403, 'forbidden', `Records of ${collection} are never deleted.`);
  },
  'status_history',
  'events',
  'profiles',
  'partners',
);

onRecordUpdate((e) => {
  const { fail } = require(`${__hooks}/lib/problem.js`);
  const isRenamed = e.record.getString('slug') !== e.record.original().getString('slug');
  if (isRenamed) fail(422, 'validation_failed', 'The slug of a partner never changes.');
  e.record.ignoreUnchangedFields(true); // else a stale update carries old values back
  return e.next();
}, 'partners');
