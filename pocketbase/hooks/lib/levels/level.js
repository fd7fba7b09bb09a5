const { ask } = require(`${__hooks}/lib/base/sql.js`);
const byDefault = require(`${__hooks}/lib/shared/default-level.json`);
const documentTypes = require(`${__hooks}/lib/shared/document-types.json`);

const SHAPE = { id: '', name: '', version: 0, spec: '' };
const BY_ID = 'SELECT id, name, version, spec FROM levels WHERE id = {:id}';
/** SQL of the newest version's id. The partner's own comes before the operator's, whose partner is ''. */
const newestOf = (partner, name) =>
  `SELECT id FROM levels WHERE partner IN (${partner}, '') AND name = ${name} ORDER BY partner DESC, version DESC LIMIT 1`;
const BY_NAME = `SELECT id, name, version, spec FROM levels WHERE id = (${newestOf('{:partner}', '{:name}')})`;

const BUILT_IN = 'builtin';

/** What `spec` leaves open is open to all: countries, ages. A type of document of which it says nothing is not accepted. */
function expand({ id, name, version }, spec) {
  return {
    id,
    name,
    version,
    required: spec.required,
    optional: spec.optional ?? [],
    document_types: spec.document_types ?? Object.keys(spec.required),
    countries: spec.countries ?? null,
    min_age: spec.min_age ?? null,
    consent: spec.consent ?? null,
    photo_reuse: spec.photo_reuse ?? false,
    checks: (spec.checks ?? byDefault.checks).map(providedBy),
    policy: spec.policy ?? null,
  };
}

const providedBy = (check) =>
  typeof check === 'string'
    ? { type: check, provider: BUILT_IN }
    : { type: check.type, provider: check.provider ?? BUILT_IN };

const DEFAULT = expand(
  { ...byDefault, id: '' },
  {
    ...byDefault,
    required: Object.fromEntries(Object.entries(documentTypes).map(([type, { required }]) => [type, required])),
  },
);

/** Each runtime keeps the versions that it has met, as none ever changes; so many at most. */
const MOST_KNOWN = 200;
let known = {};

function levelFrom(row) {
  if (known[row.id]) return known[row.id];
  if (Object.keys(known).length >= MOST_KNOWN) known = {};
  known[row.id] = expand(row, JSON.parse(row.spec));
  return known[row.id];
}

/**
 * The version of a level that a profile was created under, or was moved to.
 * @returns `{id, name, version, required: {<document_type>: [kinds]}, optional: [kinds], document_types, countries, min_age, consent,
 * photo_reuse, checks: [{type, provider}], policy}`; `id` is '' of the built-in default, and what the level doesn't ask is null
 */
function levelOf(app, { level }) {
  if (!level) return DEFAULT;
  return known[level] ?? levelFrom(ask(app, BY_ID, SHAPE, { id: level })[0]);
}

/** The newest version of that name: the partner's own, then the operator's, then the built-in default; null when there is none. */
function findLevel(app, partner, name) {
  const [row] = ask(app, BY_NAME, SHAPE, { partner, name });
  if (row) return levelFrom(row);
  return name === DEFAULT.name ? DEFAULT : null;
}

/** SQL of the id of the level for a create that names none; '' of the built-in one. */
const defaultOf = (partner) => `IFNULL((${newestOf(partner, `'${DEFAULT.name}'`)}), '')`;

module.exports = { BUILT_IN, defaultOf, findLevel, levelOf };
