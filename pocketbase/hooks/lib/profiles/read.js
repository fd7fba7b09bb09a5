const { fail } = require(`${__hooks}/lib/base/problem.js`);
const kinds = Object.keys(require(`${__hooks}/lib/shared/document-kinds.json`));

const object = (members) => `json_object(${Object.entries(members).map(([name, sql]) => `'${name}', ${sql}`)})`;
const each = (names, sql) => Object.fromEntries(names.map((name) => [name, sql(name)]));
const optional = (table) => (name) => `nullif(${table}."${name}", '')`;
const time = (table) => (name) => `replace(${table}.${name}, ' ', 'T')`;
/** What is known of a file, which may have come through PocketBase's own UI; `uploaded` is for the hooks alone. */
const document = (kind) => `json(CASE json_type(p.${kind}_meta) WHEN 'object' THEN json_remove(
  json_insert(json_set(p.${kind}_meta, '$.kind', '${kind}'), '$.content_type', NULL, '$.sha256', NULL), '$.uploaded') END)`;

const CHANGE = {
  ...each(['id', 'profile', 'to', 'actor_type'], (name) => `h."${name}"`),
  ...each(['from', 'reason_code', 'reason', 'request_id'], optional('h')),
  ...each(['created'], time('h')),
};
const PRIVATE = each(['note', 'actor_id'], optional('h'));

const read = (change) =>
  `SELECT p.partner, p.redacted_at, ${object({
    ...each(
      ['id', 'partner', 'status', 'full_name', 'country', 'document_type', 'document_number'],
      (name) => `p.${name}`,
    ),
    ...each(['date_of_birth', 'email', 'phone', 'external_id', 'locale'], optional('p')),
    metadata: "json(coalesce(nullif(p.metadata, 'null'), '{}'))",
    ...each(['created', 'updated'], time('p')),
    latest_status: object(change),
    documents: object(each(kinds, document)),
  })} AS text FROM profiles p JOIN status_history h ON h.id = p.latest_status WHERE p.id = {:id}`;

const READ = { partner: read(CHANGE), reviewer: read({ ...CHANGE, ...PRIVATE }) };
READ.service = READ.reviewer;

// SQLite takes three times as long to understand these statements as to carry them out, so each VM keeps them. An overload adds
// VMs that are thrown away, and nobody closes what they have prepared: so not without end.
const MOST_PREPARED = 300;
const prepared = {};

function queryFor(app, type) {
  if (prepared[type]) return prepared[type];
  const query = app.db().newQuery(READ[type]);
  let count = 0;
  app.store().setFunc('ekyc.prepared', (before) => {
    count = Number(before ?? 0) + 1;
    return count;
  });
  if (count <= MOST_PREPARED) prepared[type] = query.prepare();
  return query;
}

/** A profile with its newest status, as the API answers: SQLite writes the very text, so that nobody has to read and write it again. */
function readProfile(app, caller, id) {
  if (!READ[caller.type]) fail(403, 'forbidden', 'A profile is read by partners, reviewers and services.');
  const rows = arrayOf(new DynamicModel({ partner: '', redacted_at: '', text: '' }));
  queryFor(app, caller.type).bind({ id }).all(rows);
  const [found] = rows;
  if (!found || (caller.partner !== '*' && caller.partner !== found.partner)) {
    fail(404, 'not_found', 'There is no such record.');
  }
  if (found.redacted_at) fail(410, 'gone', 'The profile has been erased.');
  return found.text;
}

module.exports = { readProfile };
