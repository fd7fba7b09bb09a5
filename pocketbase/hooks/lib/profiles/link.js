const { findProfile } = require(`${__hooks}/lib/base/caller.js`);
const { summaryOf } = require(`${__hooks}/lib/profiles/enrol.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);

/** What a fresh link needs; with `valid_after`, links that were issued before it end. That time never moves back. */
function renewLink(app, caller, id, body) {
  let profile;
  transact(app, (tx) => {
    profile = findProfile(tx, caller, id);
    const validAfter = new DateTime(body.valid_after ?? '');
    if (!body.valid_after || !validAfter.after(profile.getDateTime('links_valid_after'))) return;
    profile.set('links_valid_after', validAfter);
    profile.set('@caller', caller);
    profile.set('@judged', true);
    tx.save(profile);
  });
  return summaryOf(app, profile.id);
}

module.exports = { renewLink };
