const { audit } = require(`${__hooks}/lib/base/audit.js`);
const { ask } = require(`${__hooks}/lib/base/sql.js`);
const { HOUR, stamp } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);

const READ = 'profile.read';
const PERSONS = ['reviewer', 'superuser'];
// The plus keeps SQLite from the index on actors: a busy one has more rows in an hour than the profile has.
const RECENT = `SELECT id FROM audit_log WHERE profile = {:profile} AND created > {:since} AND action = '${READ}'
  AND actor_type = {:type} AND +actor_id = {:actor} LIMIT 1`;

/**
 * A person's reading of a profile, its history or its notes: one row an hour, looked for before the writer is taken. Keys leave no row, and
 * neither does a page that reads itself again because something has changed.
 */
function noteReading(app, caller, profile, partner) {
  if (!PERSONS.includes(caller.type) || caller.isRefresh) return;
  const since = stamp(Date.now() - HOUR);
  const { type, id: actor } = caller;
  if (ask(app, RECENT, { id: '' }, { profile, since, type, actor }).length > 0) return;
  transact(app, (tx) => audit(tx, caller, READ, { profile, partner }));
}

/** Of rows that belong to profiles: in PocketBase's admin UI those of many may stand together. */
function noteReadings(app, caller, rows) {
  if (!PERSONS.includes(caller.type)) return;
  for (const id of new Set(rows.map((row) => row.getString('profile')))) {
    noteReading(app, caller, id, app.findRecordById('profiles', id).getString('partner'));
  }
}

module.exports = { noteReading, noteReadings };
