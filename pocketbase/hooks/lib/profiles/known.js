const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { all, ask } = require(`${__hooks}/lib/base/sql.js`);
const { writeProfile } = require(`${__hooks}/lib/base/stand.js`);

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

function findByKey(app, key) {
  const [known] = ask(app, BY_KEY, SHAPE, { key });
  return known ? { ...known, dedupe_key: key } : null;
}

/**
 * As `writeProfile`, while the profile is still the one that the key finds.
 * @throws 410 `gone` once it is not: it was erased, canceled, or has another document by now
 */
function writeKnown(app, caller, { id, dedupe_key }, judge) {
  return writeProfile(app, caller, id, (db, stand) => {
    if (findByKey(db, dedupe_key)?.id !== id) fail(410, 'gone', 'The profile is no longer that of the document.');
    return judge(db, stand);
  });
}

/** What a link to the profile takes. */
function summary({ id, status, slug, active, frontend_url }) {
  return { id, status, partner: { slug, active, frontend_url } };
}

const summaryOf = (app, id) => summary(all(app, BY_ID, SHAPE, { id })[0]);

module.exports = { findByKey, summary, summaryOf, writeKnown };
