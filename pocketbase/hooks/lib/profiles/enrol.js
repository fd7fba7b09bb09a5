const { checkReach } = require(`${__hooks}/lib/base/caller.js`);
const { dedupeKey } = require(`${__hooks}/lib/profiles/dedupe.js`);
const { countDuplicate } = require(`${__hooks}/lib/review/metrics.js`);
const { fail, problemOf } = require(`${__hooks}/lib/base/problem.js`);
const { all } = require(`${__hooks}/lib/base/sql.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);

const FIELDS = [
  'partner',
  'full_name',
  'country',
  'document_type',
  'document_number',
  'date_of_birth',
  'email',
  'phone',
  'external_id',
  'locale',
  'metadata',
];
const MAX_ATTEMPTS = 3;
const CONFLICTS = ['duplicate_applicant', 'external_id_taken'];

/** Looks first, which spares a known applicant the insert; the unique index decides who is new, however many ask at once. */
function enrol(app, caller, body) {
  checkReach(caller, body.partner);
  let taken = null;
  for (let attempt = 1; ; attempt++) {
    const known = recognise(app, caller, body);
    if (known) {
      countDuplicate(app);
      return { created: false, ...summary(known) };
    }
    if (taken) throw taken;
    const wanted = draft(app, caller, body);
    try {
      app.save(wanted);
      return { created: true, ...summaryOf(app, wanted.id) };
    } catch (error) {
      const code = problemOf(error)?.code;
      if (!CONFLICTS.includes(code) || attempt === MAX_ATTEMPTS) throw error;
      // Somebody has been faster, with this external_id as well, or it is somebody else's: a second look tells.
      if (code === 'external_id_taken') taken = error;
    }
  }
}

function draft(app, caller, body) {
  const profile = new Record(app.findCachedCollectionByNameOrId('profiles'));
  for (const name of FIELDS) if (body[name] !== undefined) profile.set(name, body[name]);
  profile.set('@caller', caller);
  return profile;
}

/** The profile of the same applicant, or null. It changes in two ways only: an external_id it lacked, and life after expiry. */
function recognise(app, caller, body) {
  const key = dedupeKey(app, (name) => String(body[name] ?? ''));
  const externalId = body.external_id;
  const isStale = ({ status, external_id }) => status === 'expired' || (externalId && externalId !== external_id);
  let known = findByKey(app, key);
  if (!known || !isStale(known)) return known;
  transact(app, (tx) => {
    known = findByKey(tx, key);
    if (!known || !isStale(known)) return;
    if (externalId && known.external_id && externalId !== known.external_id) {
      fail(409, 'external_id_taken', 'The applicant is known under another external_id.');
    }
    const profile = tx.findRecordById('profiles', known.id);
    if (externalId) profile.set('external_id', externalId);
    if (known.status === 'expired') profile.set('status', 'unverified');
    profile.set('@caller', caller);
    profile.set('@judged', true);
    tx.save(profile);
    known = findByKey(tx, key);
  });
  return known;
}

const ENROLLED = `SELECT p.id, p.status, p.external_id, a.slug, a.active, a.frontend_url
  FROM profiles p JOIN partners a ON a.slug = p.partner`;
/** The partial index serves only a query that repeats its condition word for word. */
const BY_KEY = `${ENROLLED} WHERE p.dedupe_key != '' AND p.dedupe_key = {:key}`;
const BY_ID = `${ENROLLED} WHERE p.id = {:id}`;
const SHAPE = { id: '', status: '', external_id: '', slug: '', active: false, frontend_url: '' };

const findByKey = (app, key) => all(app, BY_KEY, SHAPE, { key })[0] ?? null;

/** What a link to the profile takes. */
function summary({ id, status, slug, active, frontend_url }) {
  return { id, status, partner: { slug, active, frontend_url } };
}

const summaryOf = (app, id) => summary(all(app, BY_ID, SHAPE, { id })[0]);

module.exports = { enrol, summaryOf };
