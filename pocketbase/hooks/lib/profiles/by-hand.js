/// What a superuser does to profiles and notes in PocketBase's admin UI: the same functions as for everybody.

const { callerOf } = require(`${__hooks}/lib/base/caller.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { enrol } = require(`${__hooks}/lib/profiles/enrol.js`);
const { TEXTS } = require(`${__hooks}/lib/profiles/fields.js`);
const { updateProfile } = require(`${__hooks}/lib/profiles/update.js`);
const { addNote } = require(`${__hooks}/lib/review/notes.js`);
const { changeStatus } = require(`${__hooks}/lib/status/change-status.js`);
const sets = require(`${__hooks}/lib/shared/status-sets.json`);

/** The record's fields as the request leaves them. PocketBase has no null for texts. */
function fieldsOf(record) {
  const texts = Object.keys(TEXTS).map((name) => [name, record.getString(name)]);
  return { ...Object.fromEntries(texts), metadata: JSON.parse(record.getString('metadata') || 'null') };
}

function createByHand(e) {
  const caller = callerOf(e);
  const { id, created } = enrol(e.app, caller, { ...fieldsOf(e.record), partner: e.record.getString('partner') });
  if (!created) fail(409, 'duplicate_applicant', 'Another profile has this document.');
  return e.json(200, e.app.findRecordById('profiles', id));
}

/** The admin UI sends whole forms: what only hooks write is silently kept, and so is what did not change. */
function updateByHand(e) {
  const caller = callerOf(e);
  const { id } = e.record;
  const status = e.record.getString('status');
  const before = e.record.original().getString('status');
  const steps = [
    () => updateProfile(e.app, caller, id, { fields: fieldsOf(e.record) }),
    () => status !== before && changeStatus(e.app, caller, id, { to: status }),
  ];
  // A decided profile is reopened before it is changed.
  for (const step of sets.final.includes(before) ? steps.reverse() : steps) step();
  return e.json(200, e.app.findRecordById('profiles', id));
}

function noteByHand(e) {
  const { id } = addNote(e.app, callerOf(e), e.record.getString('profile'), { text: e.record.getString('text') });
  return e.json(200, e.app.findRecordById('notes', id));
}

module.exports = { createByHand, noteByHand, updateByHand };
