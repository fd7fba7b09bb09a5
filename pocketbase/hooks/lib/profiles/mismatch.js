const { perform } = require(`${__hooks}/lib/base/act.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { all } = require(`${__hooks}/lib/base/sql.js`);
const { HOUR, SECOND, stamp } = require(`${__hooks}/lib/base/time.js`);
const { nameWords } = require(`${__hooks}/lib/profiles/names.js`);
const { writeKnown } = require(`${__hooks}/lib/profiles/known.js`);

/** More answers would tell a stranger which names and birth dates are not stored here. */
const MOST_AN_HOUR = 10;
const MATCHED = 'profile.matched';
const RECENT = `SELECT COUNT(*) AS n FROM audit_log WHERE profile = {:id} AND created > {:since} AND action = '${MATCHED}'`;

/**
 * A create that met a known document under another name or birth date is told of another applicant, and gets no link.
 * @throws 409 `applicant_mismatch`, 429 `rate_limited`
 */
function checkSame(app, caller, known, given) {
  const fields = differences(known, given);
  if (fields.length === 0) return;
  writeKnown(app, caller, known, (db, stand) => {
    const [{ n }] = all(db, RECENT, { n: 0 }, { id: stand.id, since: stamp(Date.now() - HOUR) });
    if (n >= MOST_AN_HOUR) {
      const detail = 'This profile was met under other names too often.';
      fail(429, 'rate_limited', detail, { retry_after: HOUR / SECOND });
    }
    perform(db, caller, 'profile_marks', {
      profile: stand.id,
      partner: stand.partner,
      revision: stand.revision,
      set: { mismatches: stand.mismatches + 1 },
      events: [{ type: MATCHED, data: { fields } }],
      audit: [{ action: MATCHED, target: fields.join(',') }],
    });
  });
  const members = { profile_id: known.id, fields };
  fail(409, 'applicant_mismatch', 'The document is known under another name or date of birth.', members);
}

/** Which of name and birth date differ. A value that one side lacks never does. */
function differences(stored, given) {
  const isOtherName = sorted(stored.full_name) !== sorted(given.full_name);
  return [...(isOtherName ? ['full_name'] : []), ...(isOtherDate(stored, given) ? ['date_of_birth'] : [])];
}

const sorted = (name) => nameWords(name).sort().join(' ');

/** Dates are compared by the parts that both have. */
function isOtherDate({ date_of_birth: a }, { date_of_birth: b }) {
  const length = Math.min(a?.length ?? 0, b?.length ?? 0);
  return a?.slice(0, length) !== b?.slice(0, length) && length > 0;
}

module.exports = { checkSame };
