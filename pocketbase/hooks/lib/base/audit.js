/** Appends a row to the audit log, in the transaction of what it reports. Ids only: it outlives an erasure. */
function audit(tx, caller, action, { profile = '', partner = '', target = '' }) {
  const newest = new DynamicModel({ seq: 0 });
  tx.db().newQuery('SELECT IFNULL(MAX(seq), 0) AS seq FROM audit_log').one(newest);
  const row = new Record(tx.findCachedCollectionByNameOrId('audit_log'));
  row.load({
    seq: newest.seq + 1,
    action,
    profile,
    partner,
    target,
    actor_type: caller.type,
    actor_id: caller.id,
    request_id: caller.requestId,
  });
  tx.saveNoValidate(row);
}

module.exports = { audit };
