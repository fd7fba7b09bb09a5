/// Profiles and notes in PocketBase's admin UI: each door leads to the functions that the Worker's routes call.

onRecordCreateRequest((e) => require(`${__hooks}/lib/profiles/by-hand.js`).createByHand(e), 'profiles');

onRecordUpdateRequest((e) => require(`${__hooks}/lib/profiles/by-hand.js`).updateByHand(e), 'profiles');

onRecordCreateRequest((e) => require(`${__hooks}/lib/profiles/by-hand.js`).noteByHand(e), 'notes');

/// No other way in: a record that is saved would be written past history, evidence, events and audit log.
onRecordCreate(
  () => {
    require(`${__hooks}/lib/base/problem.js`).fail(403, 'forbidden', 'Profiles are written by their acts.');
  },
  'profiles',
  'notes',
);

onRecordUpdate(() => {
  require(`${__hooks}/lib/base/problem.js`).fail(403, 'forbidden', 'Profiles are written by their acts.');
}, 'profiles');

onRecordViewRequest(
  (e) => {
    const { callerOf } = require(`${__hooks}/lib/base/caller.js`);
    const { noteReadings } = require(`${__hooks}/lib/review/readings.js`);
    noteReadings(e.app, callerOf(e), [e.record]);
    return e.next();
  },
  'profiles',
  'status_history',
  'notes',
  'evidence',
  'consents',
);

onRecordsListRequest(
  (e) => {
    if (e.records.length === 0) return e.next(); // guests and reviewers find nothing here, and are no callers
    const { callerOf } = require(`${__hooks}/lib/base/caller.js`);
    const { noteReadings } = require(`${__hooks}/lib/review/readings.js`);
    const caller = callerOf(e);
    // A reviewer's list of profiles is no reading of each; the admin UI shows all that they hold.
    if (e.collection.name !== 'profiles' || caller.type === 'superuser') noteReadings(e.app, caller, e.records);
    return e.next();
  },
  'profiles',
  'status_history',
  'notes',
  'evidence',
  'consents',
);

onFileDownloadRequest((e) => {
  require(`${__hooks}/lib/documents/download.js`).auditDownload(e);
  return e.next();
}, 'documents');
