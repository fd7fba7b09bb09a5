const { perform } = require(`${__hooks}/lib/base/act.js`);
const { checkReach } = require(`${__hooks}/lib/base/caller.js`);
const { newId } = require(`${__hooks}/lib/base/ids.js`);
const { problemOf } = require(`${__hooks}/lib/base/problem.js`);
const { ask } = require(`${__hooks}/lib/base/sql.js`);
const { missingKinds } = require(`${__hooks}/lib/documents/missing.js`);
const { checkFits, namedLevel, requiredKinds } = require(`${__hooks}/lib/levels/fit.js`);
const { defaultOf, levelOf } = require(`${__hooks}/lib/levels/level.js`);
const { dedupeKey, numberSkeleton } = require(`${__hooks}/lib/profiles/dedupe.js`);
const { checkComplete, readFields } = require(`${__hooks}/lib/profiles/fields.js`);
const { distinctWords } = require(`${__hooks}/lib/profiles/names.js`);
const { explain, levelColumns } = require(`${__hooks}/lib/profiles/update.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const { findByKey, summary } = require(`${__hooks}/lib/profiles/known.js`);
const { recognise } = require(`${__hooks}/lib/profiles/recognise.js`);

const MAX_ATTEMPTS = 3;
const CONFLICTS = ['duplicate_applicant', 'external_id_taken'];
/** The known profile was erased, canceled or renumbered before it was written. */
const LOST = ['gone'];

/** Looks first, which spares a known applicant the insert; the unique index decides who is new, however many ask at once. */
function enrol(app, caller, body) {
  checkReach(caller, body.partner);
  const fields = readFields(body);
  checkComplete(fields);
  const named = body.level == null ? null : namedLevel(app, body.partner, body.level);
  const key = dedupeKey(app, (name) => (name === 'partner' ? body.partner : fields[name]));
  let taken = null;
  for (let attempt = 1; ; attempt++) {
    const known = findByKey(app, key);
    try {
      if (known) return { created: false, ...summary(recognise(app, caller, known, fields, named)) };
      if (taken) throw taken;
      return { created: true, ...summary(insert(app, caller, { slug: body.partner, fields, key, named })) };
    } catch (error) {
      const code = problemOf(error)?.code;
      if (error === taken || !(known ? LOST : CONFLICTS).includes(code) || attempt === MAX_ATTEMPTS) throw error;
      // Somebody has been faster, with this external_id as well, or it is somebody else's: a second look tells.
      if (code === 'external_id_taken') taken = error;
    }
  }
}

function insert(app, caller, { slug, fields, key, named }) {
  const partner = findPartner(app, slug) ?? createPartner(app, caller, slug);
  const level = named ?? levelOf(app, partner);
  checkFits(level, fields, Object.keys(fields));
  const profile = newId();
  try {
    perform(app, caller, 'enrolments', {
      profile,
      partner: slug,
      history: { id: newId() },
      set: {
        ...fields,
        dedupe_key: key,
        number_skeleton: numberSkeleton(slug, fields.document_number),
        ...levelColumns(level),
        missing: missingKinds({ required: requiredKinds(level, fields.document_type) }),
      },
      words: distinctWords(fields.full_name),
      events: [{ type: 'profile.created', data: { to: 'unverified' } }],
      audit: [{ action: 'profile.created' }],
    });
  } catch (error) {
    throw explain(error);
  }
  return { id: profile, status: 'unverified', ...partner };
}

/** With the level for a create that names none: a query of its own would cost each create a tenth more. */
const PARTNER = `SELECT slug, active, frontend_url, ${defaultOf('slug')} AS level FROM partners WHERE slug = {:slug}`;
const PARTNER_SHAPE = { slug: '', active: false, frontend_url: '', level: '' };

function findPartner(app, slug) {
  const [partner] = ask(app, PARTNER, PARTNER_SHAPE, { slug });
  return partner ? { ...partner } : null;
}

/** A partner of the settings has no record before its first profile. */
function createPartner(app, caller, slug) {
  transact(app, (tx) => {
    if (findPartner(tx, slug)) return;
    const partner = new Record(tx.findCachedCollectionByNameOrId('partners'));
    partner.load({ slug, name: slug, active: true });
    partner.set('@caller', caller);
    tx.save(partner);
  });
  return findPartner(app, slug);
}

module.exports = { enrol };
