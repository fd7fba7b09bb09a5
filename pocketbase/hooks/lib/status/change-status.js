const { findProfile } = require(`${__hooks}/lib/base/caller.js`);
const { endClaim, respectClaim } = require(`${__hooks}/lib/review/claims.js`);
const { checkTransition } = require(`${__hooks}/lib/status/history.js`);
const { findEarlier, remember } = require(`${__hooks}/lib/base/idempotency.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const statuses = Object.keys(require(`${__hooks}/lib/shared/statuses.json`));

/** Everything is judged in the transaction that writes, so of two contradictory decisions one sees the other. */
function decide(app, caller, id, body) {
  const to = body.to;
  if (!statuses.includes(to)) fail(422, 'validation_failed', 'There is no such status.');
  checkMayDecide(caller, to);
  let answer;
  transact(app, (tx) => {
    const profile = findProfile(tx, caller, id);
    const earlier = findEarlier(tx, caller, profile);
    if (earlier) {
      const row = tx.findRecordById('status_history', earlier.target);
      answer = { changed: earlier.changed, row, status: row.getString('to'), replayed: true };
      return;
    }
    const current = profile.getString('status');
    if (body.expected_status && body.expected_status !== current) {
      fail(409, 'status_conflict', `The status is ${current}.`, { current_status: current });
    }
    if (body.respect_claim) respectClaim(profile, caller);
    const changed = to !== current;
    if (changed) {
      checkTransition(current, to);
      checkDocuments(caller, profile, body.require_documents ?? []);
      profile.set('status', to);
      if (to !== 'in_review') endClaim(profile);
      profile.set('@caller', caller);
      profile.set('@judged', true);
      profile.set('@reason', { reason_code: body.reason_code, reason: body.reason, note: body.note });
      tx.save(profile);
    }
    const row = tx.findRecordById('status_history', profile.getString('latest_status'));
    remember(tx, caller, profile, { target: row.id, changed });
    answer = { changed, row, status: to };
  });
  return answer;
}

function checkMayDecide(caller, to) {
  if (caller.type === 'partner') fail(403, 'forbidden', 'Partners set no status.');
  if (caller.type === 'applicant' && to !== 'pending') fail(403, 'forbidden', 'Applicants only submit.');
}

function checkDocuments(caller, profile, asked) {
  const submitted = ['document_front', 'document_back', 'facial_photo'];
  if (profile.getString('document_type') === 'passport') submitted.splice(1, 1);
  const required = caller.type === 'applicant' ? submitted : asked;
  const missing = required.filter((kind) => !profile.getString(kind));
  if (missing.length > 0) {
    const errors = missing.map((kind) => ({ pointer: `/${kind}`, detail: 'Is missing' }));
    fail(422, 'validation_failed', 'Documents are missing.', { errors });
  }
}

module.exports = { decide };
