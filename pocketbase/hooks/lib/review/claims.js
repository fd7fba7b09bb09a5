const { findProfile } = require(`${__hooks}/lib/base/caller.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);

const CLAIM_MS = 10 * 60_000;

/** Takes the profile for the calling reviewer, or for as long again; the transaction holds the only writer, so one of many wins. */
function claim(app, caller, id) {
  return change(app, caller, id, (tx, profile) => {
    if (!isClaimedByAnother(profile, caller)) take(tx, caller, profile);
  });
}

/** Gives the caller's own claim back. Another's stays. */
function release(app, caller, id) {
  return change(app, caller, id, (tx, profile) => {
    if (profile.getString('claimed_by') !== caller.id) return;
    endClaim(profile);
    save(tx, caller, profile);
  });
}

function change(app, caller, id, work) {
  checkReviewer(caller);
  let profile;
  transact(app, (tx) => {
    profile = findProfile(tx, caller, id);
    work(tx, profile);
  });
  return claimOf(profile);
}

function take(tx, caller, profile) {
  profile.set('claimed_by', caller.id);
  profile.set('claimed_until', new Date(Date.now() + CLAIM_MS).toISOString());
  save(tx, caller, profile);
}

function save(tx, caller, profile) {
  profile.set('@caller', caller);
  profile.set('@judged', true);
  tx.save(profile);
}

function checkReviewer(caller) {
  if (caller.type !== 'reviewer' || !caller.id || caller.partner !== '*')
    fail(403, 'forbidden', 'This is for reviewers.');
}

const claimOf = (profile) => ({
  claimed_by: profile.getString('claimed_by'),
  claimed_until: profile.getString('claimed_until'),
});

function isClaimedByAnother(profile, caller) {
  const { claimed_by, claimed_until } = claimOf(profile);
  return claimed_by !== '' && claimed_by !== caller.id && Date.parse(claimed_until.replace(' ', 'T')) > Date.now();
}

/** For a caller who asked to be stopped by another's claim: a claim is an agreement among people, no lock. */
function respectClaim(profile, caller) {
  if (!isClaimedByAnother(profile, caller)) return;
  fail(409, 'status_conflict', 'Another reviewer works on the profile.', {
    current_status: profile.getString('status'),
    ...claimOf(profile),
  });
}

function endClaim(profile) {
  profile.set('claimed_by', '');
  profile.set('claimed_until', '');
}

module.exports = { checkReviewer, claim, release, respectClaim, endClaim, take };
