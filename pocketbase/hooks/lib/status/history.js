const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { waitedUntil } = require(`${__hooks}/lib/status/waited.js`);
const table = require(`${__hooks}/lib/shared/statuses.json`);

function checkTransition(from, to) {
  const allowed = table[from];
  if (!allowed.includes(to)) fail(409, 'illegal_transition', `${from} may not become ${to}.`, { allowed });
}

/** The next number in a profile's history or notes: gap-free, as the transaction holds the only writer. */
function nextSeq(tx, collection, profileId) {
  const newest = new DynamicModel({ seq: 0 });
  tx.db()
    .newQuery(`SELECT IFNULL(MAX(seq), 0) AS seq FROM ${collection} WHERE profile = {:profile}`)
    .bind({ profile: profileId })
    .one(newest);
  return newest.seq + 1;
}

/** Appends the row and points the profile at it. Call before the profile is written: a trigger compares the two. */
function appendHistory(tx, profile, from, caller) {
  const row = new Record(tx.findCachedCollectionByNameOrId('status_history'));
  const { reason_code, reason, note } = profile.get('@reason') ?? {};
  row.load({
    profile: profile.id,
    seq: from ? nextSeq(tx, 'status_history', profile.id) : 1,
    from,
    to: profile.getString('status'),
    reason_code,
    reason,
    note,
    actor_type: caller.type,
    actor_id: caller.id,
    request_id: caller.requestId,
  });
  row.setRaw('created', new DateTime()); // as PocketBase would in a moment, but what follows from it needs it now
  row.set('waited', waitedUntil(tx, row));
  if (from) tx.save(row);
  else tx.saveNoValidate(row); // the profile that it refers to is still to come
  profile.set('latest_status', row.id);
  profile.setRaw('status_since', row.getDateTime('created')); // the queue's order, without a look at the history
}

module.exports = { checkTransition, appendHistory, nextSeq };
