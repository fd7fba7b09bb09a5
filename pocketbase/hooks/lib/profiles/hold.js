const { perform } = require(`${__hooks}/lib/base/act.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { writeProfile } = require(`${__hooks}/lib/base/stand.js`);

/** A legal hold: no erasure and no retention while it lasts. */
function holdProfile(app, caller, id, isHeld) {
  if (caller.type !== 'service') fail(403, 'forbidden', 'A legal hold is for the operator.');
  writeProfile(app, caller, id, (db, stand) => {
    if (stand.legal_hold === isHeld) return;
    perform(db, caller, 'profile_marks', {
      profile: id,
      partner: stand.partner,
      revision: stand.revision,
      set: { legal_hold: isHeld },
      audit: [{ action: 'profile.held', target: isHeld ? 'begins' : 'ends' }],
    });
  });
  return { legal_hold: isHeld };
}

module.exports = { holdProfile };
