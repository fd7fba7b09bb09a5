const { perform } = require(`${__hooks}/lib/base/act.js`);
const { checkReviewer } = require(`${__hooks}/lib/base/caller.js`);
const { claimOf, findStand, isClaimedByAnother, writeProfile } = require(`${__hooks}/lib/base/stand.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);

const CLAIM_MS = 10 * 60_000;

/** Takes the profile for the calling reviewer, or for as long again. Another reviewer's claim stays: of many at once one wins. */
function claim(app, caller, id) {
  checkReviewer(caller);
  return writeProfile(app, caller, id, (db, stand) => {
    if (!isClaimedByAnother(stand, caller)) take(db, caller, stand);
    return claimOf(findStand(db, caller, id));
  });
}

/** Gives the caller's own claim back. Another's stays. */
function release(app, caller, id) {
  checkReviewer(caller);
  return writeProfile(app, caller, id, (db, stand) => {
    if (stand.claimed_by === caller.id)
      mark(db, caller, stand, { claimed_by: '', claimed_until: '' }, 'profile.released');
    return claimOf(findStand(db, caller, id));
  });
}

function take(app, caller, stand) {
  const claimed_until = stamp(Date.now() + CLAIM_MS);
  mark(app, caller, stand, { claimed_by: caller.id, claimed_until }, 'profile.claimed');
}

function mark(app, caller, { id: profile, partner, revision }, set, action) {
  perform(app, caller, 'profile_marks', { profile, partner, revision, set, audit: [{ action }] });
}

module.exports = { claim, release, take };
