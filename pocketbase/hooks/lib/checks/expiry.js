const { perform } = require(`${__hooks}/lib/base/act.js`);
const { all, run } = require(`${__hooks}/lib/base/sql.js`);
const { findStand } = require(`${__hooks}/lib/base/stand.js`);

const TOLD_BEFORE_DAYS = 30;
const dayOf = (time) => new Date(time).toISOString().slice(0, 10);

// The first condition repeats that of the partial index word for word.
const EXPIRING = `FROM profiles p WHERE p.expires_on != '' AND p.status = 'approved' AND p.expires_on <= date('now', '+${TOLD_BEFORE_DAYS} days')`;
const TOLD = "UPDATE profiles SET expires_on = '', expiry_told = {:version} WHERE id = {:id}";

/** Tells the partner that an approved applicant's document ends soon: of each version once, and of none that has ended already. */
function tellExpiry(tx, actor, id) {
  const [row] = all(tx, `SELECT p.expires_on ${EXPIRING} AND p.id = {:id}`, { expires_on: '' }, { id });
  if (!row) return false;
  const stand = findStand(tx, actor, id);
  const front = stand.documents.find(({ kind }) => kind === 'document_front');
  const isOfNow = front && stand.checks_evidence === stand.evidence_version && row.expires_on >= dayOf(Date.now());
  run(tx, TOLD, { id, version: front?.version ?? 0 });
  if (!isOfNow) return false;
  const { kind, version } = front;
  perform(tx, actor, 'tellings', {
    profile: id,
    partner: stand.partner,
    events: [{ type: 'profile.document_expiring', data: { kind, version } }],
  });
  return true;
}

module.exports = { EXPIRING, tellExpiry };
