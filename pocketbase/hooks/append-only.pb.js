/// What nobody changes or removes, superusers included. Triggers say the same below (migrations).

onRecordCreateRequest(() => {
  require(`${__hooks}/lib/base/problem.js`).fail(403, 'forbidden', 'History is written by changing a status.');
}, 'status_history');

onRecordCreateRequest(() => {
  require(`${__hooks}/lib/base/problem.js`).fail(403, 'forbidden', 'The audit log is written by what it reports.');
}, 'audit_log');

onRecordCreateRequest(
  () => {
    require(`${__hooks}/lib/base/problem.js`).fail(403, 'forbidden', 'Events are written by what they report.');
  },
  'events',
  'webhook_deliveries',
);

onRecordCreateRequest(
  () => {
    require(`${__hooks}/lib/base/problem.js`).fail(403, 'forbidden', 'Documents are supplied at /api/profiles.');
  },
  'documents',
  'evidence',
);

onRecordCreateRequest(() => {
  require(`${__hooks}/lib/base/problem.js`).fail(403, 'forbidden', 'Words are written with the name they are of.');
}, 'name_words');

onRecordCreateRequest(() => {
  require(`${__hooks}/lib/base/problem.js`).fail(403, 'forbidden', 'Levels are made at /api/levels.');
}, 'levels');

onRecordCreateRequest(() => {
  require(`${__hooks}/lib/base/problem.js`).fail(403, 'forbidden', 'Consents are given by applicants and partners.');
}, 'consents');

onRecordCreateRequest(
  () => {
    require(`${__hooks}/lib/base/problem.js`).fail(403, 'forbidden', 'Checks are written by what asks for them.');
  },
  'checks',
  'photo_hashes',
);

onRecordUpdate(
  (e) => {
    const collection = e.record.collection().name;
    require(`${__hooks}/lib/base/problem.js`).fail(403, 'forbidden', `${collection} is append-only.`);
  },
  'status_history',
  'audit_log',
  'events',
  'notes',
  'name_words',
  'documents',
  'evidence',
  'levels',
  'consents',
  'checks',
  'photo_hashes',
);

onRecordDelete(
  (e) => {
    const collection = e.record.collection().name;
    require(`${__hooks}/lib/base/problem.js`).fail(403, 'forbidden', `Records of ${collection} are never deleted.`);
  },
  'status_history',
  'audit_log',
  'events',
  'notes',
  'name_words',
  'documents',
  'evidence',
  'levels',
  'consents',
  'checks',
  'photo_hashes',
  'profiles',
  'partners',
  'api_keys',
  'reviewers',
  'services',
);
