const { perform } = require(`${__hooks}/lib/base/act.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { summaryOf } = require(`${__hooks}/lib/profiles/known.js`);
const { writeProfile } = require(`${__hooks}/lib/base/stand.js`);

/**
 * What a fresh link needs; with `valid_after`, links that were issued before it end. That time never moves back.
 * @throws 409 `applicant_mismatch` when a create has met the profile under another name, unless the caller confirms
 */
function renewLink(app, caller, id, { valid_after, confirm_mismatch }) {
  writeProfile(app, caller, id, (db, stand) => {
    if (stand.mismatches > 0 && !confirm_mismatch) {
      const detail =
        'Creates have named another applicant for this document: confirm that the link is for the stored one.';
      fail(409, 'applicant_mismatch', detail, { profile_id: id });
    }
    const links_valid_after = valid_after ? new DateTime(valid_after).string() : '';
    const isLater = links_valid_after > stand.links_valid_after;
    perform(db, caller, 'profile_marks', {
      profile: id,
      partner: stand.partner,
      revision: stand.revision,
      set: isLater ? { links_valid_after } : {},
      audit: [...(isLater ? [{ action: 'link.revoked' }] : []), { action: 'link.issued' }],
    });
  });
  return summaryOf(app, id);
}

module.exports = { renewLink };
