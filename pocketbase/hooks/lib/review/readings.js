const { audit, hasAudited } = require(`${__hooks}/lib/base/audit.js`);
const { HOUR } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);

const READ = 'profile.read';
const PERSONS = ['reviewer', 'superuser'];

/**
 * A person's reading of a profile, its history, notes or evidence: one row an hour, looked for before the writer is taken. Keys leave no row. A
 * page that reads itself again because something has changed goes on with a reading, however long ago that began.
 */
function noteReading(app, caller, profile, partner) {
  if (!PERSONS.includes(caller.type)) return;
  const since = caller.isRefresh ? 0 : Date.now() - HOUR;
  if (hasAudited(app, caller, READ, { profile, since })) return;
  transact(app, (tx) => audit(tx, caller, READ, { profile, partner }));
}

/** Of profiles, or of rows that belong to them: in PocketBase's admin UI those of many may stand together. */
function noteReadings(app, caller, rows) {
  if (!PERSONS.includes(caller.type)) return;
  const profileOf = (row) => (row.collection().name === 'profiles' ? row.id : row.getString('profile'));
  for (const id of new Set(rows.map(profileOf))) {
    noteReading(app, caller, id, app.findRecordById('profiles', id).getString('partner'));
  }
}

module.exports = { noteReading, noteReadings };
