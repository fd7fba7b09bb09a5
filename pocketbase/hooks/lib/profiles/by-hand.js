/// What a superuser does to profiles and notes in PocketBase's admin UI: the same functions as for everybody.

const { callerOf } = require(`${__hooks}/lib/base/caller.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { enrol } = require(`${__hooks}/lib/profiles/enrol.js`);
const { TEXTS } = require(`${__hooks}/lib/profiles/fields.js`);
const { updateProfile } = require(`${__hooks}/lib/profiles/update.js`);
const { addNote } = require(`${__hooks}/lib/review/notes.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const { changeStatus } = require(`${__hooks}/lib/status/change-status.js`);
const sets = require(`${__hooks}/lib/shared/status-sets.json`);

/** The record's fields that the request changes: all of a new one. PocketBase has no null for texts. */
function fieldsOf(record) {
  const before = record.original();
  const given = [...Object.keys(TEXTS), 'metadata']
    .filter((name) => record.isNew() || record.getString(name) !== before.getString(name))
    .map((name) => [name, record.getString(name)]);
  const { metadata, ...texts } = Object.fromEntries(given);
  return metadata === undefined ? texts : { ...texts, metadata: JSON.parse(metadata || 'null') };
}

function createByHand(e) {
  const caller = callerOf(e);
  const { id, created } = enrol(e.app, caller, { ...fieldsOf(e.record), partner: e.record.getString('partner') });
  if (!created) fail(409, 'duplicate_applicant', 'Another profile has this document.');
  return e.json(200, e.app.findRecordById('profiles', id));
}

/** The admin UI sends whole forms: what only hooks write is silently kept, and so is what did not change. All of it or nothing. */
function updateByHand(e) {
  const caller = callerOf(e);
  const { id } = e.record;
  const status = e.record.getString('status');
  const before = e.record.original().getString('status');
  const steps = [
    (tx) => updateProfile(tx, caller, id, { fields: fieldsOf(e.record) }),
    (tx) => status !== before && changeStatus(tx, caller, id, { to: status }),
  ];
  // A decided profile is reopened before it is changed.
  if (sets.final.includes(before)) steps.reverse();
  transact(e.app, (tx) => {
    for (const step of steps) step(tx);
  });
  return e.json(200, e.app.findRecordById('profiles', id));
}

function noteByHand(e) {
  const { id } = addNote(e.app, callerOf(e), e.record.getString('profile'), { text: e.record.getString('text') });
  return e.json(200, e.app.findRecordById('notes', id));
}

module.exports = { createByHand, noteByHand, updateByHand };
