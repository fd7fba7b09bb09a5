const { newId } = require(`${__hooks}/lib/base/ids.js`);
const { SYSTEM, callerOf } = require(`${__hooks}/lib/base/caller.js`);
const { ask, run } = require(`${__hooks}/lib/base/sql.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);
const { inTransaction } = require(`${__hooks}/lib/base/transaction.js`);

const INSERT = `INSERT INTO audit_log (id, seq, action, profile, partner, target, actor_type, actor_id, credential_id, request_id, created)
  SELECT {:id}, IFNULL(MAX(seq), 0) + 1, {:action}, {:profile}, {:partner}, {:target}, {:type}, {:actor}, {:credential}, {:request}, {:now} FROM audit_log`;

/** Appends a row to the audit log, in the transaction of what it reports. Ids only: it outlives an erasure. */
function audit(tx, caller, action, { profile = '', partner = '', target = '' }) {
  const { type, id: actor, credentialId: credential, requestId: request } = caller;
  const values = { id: newId(), action, profile, partner, target, type, actor, credential, request };
  run(tx, INSERT, { ...values, now: stamp(Date.now()) });
}

// The plus keeps SQLite from the index on actors: a busy one has more rows in an hour than the profile has.
const FIND = `SELECT id FROM audit_log WHERE profile = {:profile} AND created > {:since} AND action = {:action}
  AND target = {:target} AND actor_type = {:type} AND +actor_id = {:actor} LIMIT 1`;

/** Whether the caller has a row of the action since then. */
function hasAudited(app, { type, id: actor }, action, { profile, target = '', since }) {
  return ask(app, FIND, { id: '' }, { profile, since: stamp(since), action, target, type, actor }).length > 0;
}

/** For the hook of a request: whoever asks stands in the row that `auditModel` appends. */
function rememberCaller(e) {
  e.record.set('@caller', callerOf(e));
  return e.next();
}

/** For a model-execute hook: what is done to a record, and the row that says so, in one transaction. */
function auditModel(e, action, ids) {
  if (!e.model.isNew()) e.model.ignoreUnchangedFields(true); // else a stale update carries old values back: an old token key, or an end that was undone
  inTransaction(e, (tx) => {
    audit(tx, e.model.get('@caller') ?? SYSTEM, action, ids);
    e.next();
  });
}

module.exports = { audit, auditModel, hasAudited, rememberCaller };
