const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { writeKnown } = require(`${__hooks}/lib/profiles/known.js`);
const { checkSame } = require(`${__hooks}/lib/profiles/mismatch.js`);
const { writeChanges } = require(`${__hooks}/lib/profiles/update.js`);
const { countDuplicate } = require(`${__hooks}/lib/review/metrics.js`);
const { move } = require(`${__hooks}/lib/status/change-status.js`);

/**
 * The profile of an applicant who is known. It changes in two ways only: an external_id that it lacked, and life after expiry.
 * @throws 409 `applicant_mismatch`, `level_differs`, `external_id_taken`
 */
function recognise(app, caller, known, fields, named) {
  checkSame(app, caller, known, fields);
  if (named && named.name !== known.level_name) {
    const members = { profile_id: known.id, level: known.level_name };
    fail(409, 'level_differs', 'The applicant is known under another level.', members);
  }
  countDuplicate(app);
  const { external_id } = fields;
  const isStale = known.status === 'expired' || (external_id && external_id !== known.external_id);
  return isStale ? { ...known, status: refresh(app, caller, known, external_id) } : known;
}

/** @returns the status afterwards */
function refresh(app, caller, known, external_id) {
  return writeKnown(app, caller, known, (db, stand) => {
    if (external_id && stand.external_id && external_id !== stand.external_id) {
      fail(409, 'external_id_taken', 'The applicant is known under another external_id.');
    }
    const isFilling = external_id && !stand.external_id;
    if (isFilling) writeChanges(db, caller, stand, { set: { external_id } });
    if (stand.status !== 'expired') return stand.status;
    move(db, caller, { ...stand, revision: stand.revision + (isFilling ? 1 : 0) }, { to: 'unverified' });
    return 'unverified';
  });
}

module.exports = { recognise };
