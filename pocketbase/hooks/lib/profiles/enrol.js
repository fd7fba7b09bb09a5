const { perform } = require(`${__hooks}/lib/base/act.js`);
const { checkReach } = require(`${__hooks}/lib/base/caller.js`);
const { newId } = require(`${__hooks}/lib/base/ids.js`);
const { fail, problemOf } = require(`${__hooks}/lib/base/problem.js`);
const { all, ask } = require(`${__hooks}/lib/base/sql.js`);
const { missingKinds } = require(`${__hooks}/lib/documents/missing.js`);
const { checkFits, namedLevel, requiredKinds } = require(`${__hooks}/lib/levels/fit.js`);
const { defaultOf, levelOf } = require(`${__hooks}/lib/levels/level.js`);
const { dedupeKey, numberSkeleton } = require(`${__hooks}/lib/profiles/dedupe.js`);
const { checkComplete, readFields } = require(`${__hooks}/lib/profiles/fields.js`);
const { distinctWords } = require(`${__hooks}/lib/profiles/names.js`);
const { checkSame } = require(`${__hooks}/lib/profiles/mismatch.js`);
const { writeProfile } = require(`${__hooks}/lib/base/stand.js`);
const { explain, levelColumns, writeChanges } = require(`${__hooks}/lib/profiles/update.js`);
const { countDuplicate } = require(`${__hooks}/lib/review/metrics.js`);
const { move } = require(`${__hooks}/lib/status/change-status.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);

const MAX_ATTEMPTS = 3;
const CONFLICTS = ['duplicate_applicant', 'external_id_taken'];

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
    if (known) return { created: false, ...summary(recognise(app, caller, known, fields, named)) };
    if (taken) throw taken;
    try {
      return { created: true, ...summary(insert(app, caller, { slug: body.partner, fields, key, named })) };
    } catch (error) {
      const code = problemOf(error)?.code;
      if (!CONFLICTS.includes(code) || attempt === MAX_ATTEMPTS) throw error;
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
  return isStale ? { ...known, status: refresh(app, caller, known.id, external_id) } : known;
}

/** @returns the status afterwards */
function refresh(app, caller, id, external_id) {
  return writeProfile(app, caller, id, (db, stand) => {
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

const SHAPE = {
  id: '',
  status: '',
  external_id: '',
  full_name: '',
  date_of_birth: '',
  level_name: '',
  slug: '',
  active: false,
  frontend_url: '',
};
const ENROLLED = `SELECT p.id, p.status, p.external_id, p.full_name, p.date_of_birth, p.level_name, a.slug, a.active, a.frontend_url
  FROM profiles p JOIN partners a ON a.slug = p.partner`;
/** The partial index serves only a query that repeats its condition word for word. */
const BY_KEY = `${ENROLLED} WHERE p.dedupe_key != '' AND p.dedupe_key = {:key}`;
const BY_ID = `${ENROLLED} WHERE p.id = {:id}`;

const findByKey = (app, key) => plain(ask(app, BY_KEY, SHAPE, { key })[0]);
const plain = (row) => (row ? { ...row } : null);

/** What a link to the profile takes. */
function summary({ id, status, slug, active, frontend_url }) {
  return { id, status, partner: { slug, active, frontend_url } };
}

const summaryOf = (app, id) => summary(all(app, BY_ID, SHAPE, { id })[0]);

module.exports = { enrol, summaryOf };
