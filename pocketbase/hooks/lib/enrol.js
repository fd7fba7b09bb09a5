const { checkReach } = require(`${__hooks}/lib/caller.js`);
const { dedupeKey } = require(`${__hooks}/lib/dedupe.js`);
const { countDuplicate } = require(`${__hooks}/lib/metrics.js`);
const { fail, problemOf } = require(`${__hooks}/lib/problem.js`);
const { transact } = require(`${__hooks}/lib/transaction.js`);

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

/** Inserts first and looks afterwards: the unique index decides who is new, however many ask at once. */
function enrol(app, caller, body) {
  checkReach(caller, body.partner);
  for (let attempt = 1; ; attempt++) {
    const wanted = draft(app, caller, body);
    try {
      app.save(wanted);
      return { created: true, ...summary(app, wanted) };
    } catch (error) {
      const code = problemOf(error)?.code;
      if (code !== 'duplicate_applicant' && code !== 'external_id_taken') throw error;
      const known = recognise(app, caller, wanted);
      if (known) {
        countDuplicate(app);
        return { created: false, ...summary(app, known) };
      }
      // Without a known applicant the key has been freed meanwhile, or somebody else's external_id is in the way.
      if (code === 'external_id_taken' || attempt === MAX_ATTEMPTS) throw error;
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
function recognise(app, caller, wanted) {
  const externalId = wanted.getString('external_id');
  let known = null;
  transact(app, (tx) => {
    known = findByKey(tx, dedupeKey(tx, wanted));
    if (!known) return;
    const stored = known.getString('external_id');
    if (externalId && stored && externalId !== stored) {
      fail(409, 'external_id_taken', 'The applicant is known under another external_id.');
    }
    const isNamed = externalId && !stored;
    const isExpired = known.getString('status') === 'expired';
    if (!isNamed && !isExpired) return;
    if (isNamed) known.set('external_id', externalId);
    if (isExpired) known.set('status', 'unverified');
    known.set('@caller', caller);
    known.set('@judged', true);
    tx.save(known);
  });
  return known;
}

/** SQL and not a filter, as the partial index serves only a query that repeats its condition word for word. */
function findByKey(tx, key) {
  const found = arrayOf(new Record());
  const condition = $dbx.exp("dedupe_key != '' AND dedupe_key = {:key}", { key });
  tx.recordQuery('profiles').andWhere(condition).limit(1).all(found);
  return found[0] ?? null;
}

function summary(app, profile) {
  const partner = app.findFirstRecordByData('partners', 'slug', profile.getString('partner'));
  return {
    id: profile.id,
    status: profile.getString('status'),
    partner: {
      slug: partner.getString('slug'),
      active: partner.getBool('active'),
      frontend_url: partner.getString('frontend_url'),
    },
  };
}

module.exports = { enrol, summary };
