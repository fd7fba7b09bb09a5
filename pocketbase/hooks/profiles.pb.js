/// The invariants of a profile, whichever door a change comes through.

onRecordCreateRequest((e) => {
  require(`${__hooks}/lib/profiles/profile-request.js`).prepareCreate(e);
  return e.next();
}, 'profiles');

onRecordUpdateRequest((e) => {
  require(`${__hooks}/lib/profiles/profile-request.js`).prepareUpdate(e);
  return e.next();
}, 'profiles');

onRecordViewRequest((e) => {
  const { callerOf, checkLink, headerOf } = require(`${__hooks}/lib/base/caller.js`);
  if (headerOf(e, 'x-actor-type') === 'applicant') checkLink(callerOf(e), e.record);
  return e.next();
}, 'profiles');

onRecordCreate((e) => {
  e.record.set('status', 'unverified');
  return e.next();
}, 'profiles');

onRecordUpdate((e) => {
  require(`${__hooks}/lib/profiles/profile.js`).noteChanges(e.record);
  try {
    return e.next();
  } catch (error) {
    // An erasure that empties the folder while an upload is copied into it shows as a fault of the storage.
    require(`${__hooks}/lib/base/caller.js`).checkNotRedacted(e.app.findRecordById('profiles', e.record.id));
    throw error;
  }
}, 'profiles');

onModelCreateExecute((e) => {
  require(`${__hooks}/lib/profiles/profile.js`).insertProfile(e);
}, 'profiles');

onModelUpdateExecute((e) => {
  require(`${__hooks}/lib/profiles/profile.js`).updateProfile(e);
}, 'profiles');

onModelAfterUpdateSuccess((e) => {
  require(`${__hooks}/lib/profiles/profile.js`).removeSuperseded(e.app, e.model);
  return e.next();
}, 'profiles');

onFileDownloadRequest((e) => {
  require(`${__hooks}/lib/documents/documents.js`).auditDownload(e);
  return e.next();
}, 'profiles');
