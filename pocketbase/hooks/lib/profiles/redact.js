const { perform } = require(`${__hooks}/lib/base/act.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { run } = require(`${__hooks}/lib/base/sql.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const { removeFilesOf } = require(`${__hooks}/lib/documents/store.js`);
const { readStand } = require(`${__hooks}/lib/base/stand.js`);
const { eraseExcerpts } = require(`${__hooks}/lib/webhooks/deliveries.js`);
const columns = require(`${__hooks}/lib/shared/fields.json`);

/**
 * Erases an applicant and keeps id, partner, statuses and times. `shared/fields.json` says which columns are personal.
 * @param isDue asked once more in the transaction
 * @returns false when it was done before, or is not due
 */
function redact(app, caller, id, isDue = () => true) {
  if (caller.type === 'applicant') fail(403, 'forbidden', 'Applicants erase nothing.');
  let isDone = false;
  transact(app, (tx) => {
    const stand = readStand(tx, caller, id);
    if (stand.redacted_at || !isDue(tx)) return;
    if (stand.legal_hold) fail(409, 'profile_locked', 'The profile is under a legal hold.');
    perform(tx, caller, 'tellings', {
      profile: id,
      partner: stand.partner,
      events: [{ type: 'profile.redacted' }],
      audit: [{ action: 'profile.redacted' }],
    });
    erase(tx, id);
    isDone = true;
  });
  if (isDone) removeFilesOf(app, id);
  return isDone;
}

/** The profile first: what else is emptied asks whether its profile is erased. */
function erase(tx, id) {
  const marks =
    "redacted_at = {:now}, updated = {:now}, files_due = TRUE, revision = revision + 1, claimed_by = '', claimed_until = ''";
  const emptied = emptying(tx, 'profiles');
  run(tx, `UPDATE profiles SET ${emptied}, ${marks} WHERE id = {:id}`, { id, now: stamp(Date.now()) });
  for (const name of Object.keys(columns)) {
    if (name === 'profiles' || !Object.hasOwn(columns[name], 'profile')) continue;
    if (columns[name].id === 'deleted') run(tx, `DELETE FROM ${name} WHERE profile = {:id}`, { id });
    else if (Object.values(columns[name]).includes('personal')) {
      run(tx, `UPDATE ${name} SET ${emptying(tx, name)} WHERE profile = {:id}`, { id });
    }
  }
  const sql =
    "UPDATE checks SET status = 'superseded', completed = {:now} WHERE profile = {:id} AND status = 'pending'";
  run(tx, sql, { id, now: stamp(Date.now()) });
  eraseExcerpts(tx, id);
}

const EMPTY = { json: 'NULL', number: '0', bool: 'FALSE' };

/** The assignments that empty what is personal of a collection. */
function emptying(tx, name) {
  const { fields } = tx.findCachedCollectionByNameOrId(name);
  const personal = Object.keys(columns[name]).filter((column) => columns[name][column] === 'personal');
  return personal.map((column) => `"${column}" = ${EMPTY[fields.getByName(column).type()] ?? "''"}`);
}

module.exports = { redact };
