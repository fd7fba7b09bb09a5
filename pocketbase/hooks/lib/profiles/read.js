const { checkOwn } = require(`${__hooks}/lib/base/caller.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { ask } = require(`${__hooks}/lib/base/sql.js`);
const { findStand } = require(`${__hooks}/lib/base/stand.js`);
const { isConsented } = require(`${__hooks}/lib/levels/consent.js`);
const { optionalKinds, requiredKinds } = require(`${__hooks}/lib/levels/fit.js`);
const { levelOf } = require(`${__hooks}/lib/levels/level.js`);
const { noteReading } = require(`${__hooks}/lib/review/readings.js`);
const kinds = Object.keys(require(`${__hooks}/lib/shared/document-kinds.json`));
const reasonCodes = require(`${__hooks}/lib/shared/reason-codes.json`);

const object = (members) => `json_object(${Object.entries(members).map(([name, sql]) => `'${name}', ${sql}`)})`;
const each = (names, sql) => Object.fromEntries(names.map((name) => [name, sql(name)]));
const optional = (table) => (name) => `nullif(${table}."${name}", '')`;
const time = (table) => (name) => `replace(${table}.${name}, ' ', 'T')`;
const list = (sql) => `json(ifnull(${sql}, '[]'))`;

const DOCUMENT = {
  ...each(['id', 'kind', 'version', 'size', 'sha256', 'uploaded_by'], (name) => `d.${name}`),
  ...each(['filename', 'content_type'], optional('d')),
  created: time('d')('created'),
};
const document = (kind) =>
  `(SELECT ${object(DOCUMENT)} FROM documents d WHERE d.profile = p.id AND d.kind = '${kind}' AND d.state = 'current')`;

const CHECKS = {
  status: 'p.checks_status',
  outcome: optional('p')('checks_outcome'),
  evidence_version: 'p.checks_evidence',
};

const CHANGE = {
  ...each(['id', 'profile', 'to', 'actor_type'], (name) => `h."${name}"`),
  ...each(['from', 'reason_code', 'reason', 'request_id'], optional('h')),
  kinds: list('h.kinds'),
  decided_by: "iif(h.actor_type = 'system' AND h.actor_id LIKE 'policy:%', 'policy', NULL)",
  evidence_version: 'nullif(h.evidence_version, 0)',
  evidence_sha256: optional('h')('evidence_sha256'),
  created: time('h')('created'),
};
const PRIVATE_CHANGE = { ...CHANGE, ...each(['note', 'actor_id'], optional('h')) };
const PRIVATE = {
  mismatches: 'p.mismatches',
  legal_hold: "json(iif(p.legal_hold, 'true', 'false'))",
  claimed_by: optional('p')('claimed_by'),
  claimed_until: "nullif(replace(p.claimed_until, ' ', 'T'), '')",
};

const read = (change, others) =>
  `SELECT p.partner, p.redacted_at, ${object({
    ...each(
      ['id', 'partner', 'status', 'full_name', 'country', 'document_type', 'document_number'],
      (name) => `p.${name}`,
    ),
    ...each(['date_of_birth', 'email', 'phone', 'external_id', 'locale'], optional('p')),
    metadata: "json(coalesce(nullif(p.metadata, 'null'), '{}'))",
    level: object({ name: 'p.level_name', version: 'p.level_version' }),
    evidence_version: 'p.evidence_version',
    missing: list('p.missing'),
    consent: 'json(p.consent)',
    checks: `iif(p.checks_status = '', json('null'), ${object(CHECKS)})`,
    ...each(['created', 'updated'], time('p')),
    ...others,
    latest_status: object(change),
    documents: object(each(kinds, document)),
  })} AS text FROM profiles p JOIN status_history h ON h.id = p.latest_status WHERE p.id = {:id}`;

const READ = { partner: read(CHANGE, {}), reviewer: read(PRIVATE_CHANGE, PRIVATE) };
READ.service = READ.reviewer;

/** A profile with its newest status, as the API answers: SQLite writes the very text, so that nobody has to read and write it again. */
function readProfile(app, caller, id) {
  checkReads(caller);
  const [found] = ask(app, READ[caller.type], { partner: '', redacted_at: '', text: '' }, { id });
  checkOwn(caller, found ? found.partner : null);
  if (found.redacted_at) fail(410, 'gone', 'The profile has been erased.');
  noteReading(app, caller, id, found.partner);
  return found.text;
}

/** Asked before a write too, whose answer is the profile. */
function checkReads(caller) {
  if (!READ[caller.type]) fail(403, 'forbidden', 'A profile is read by partners, reviewers and services.');
}

const LATEST = 'SELECT reason_code, reason FROM status_history WHERE id = {:id}';

/** What an applicant may know of the own profile: no numbers, no contact data, and no reason that is for the house alone. */
function readApplicant(app, caller) {
  const stand = findStand(app, caller, caller.id);
  const { id, status, document_type, locale, latest_status, missing } = stand;
  const [{ reason_code, reason }] = ask(app, LATEST, { reason_code: '', reason: '' }, { id: latest_status });
  const code = reasonCodes[reason_code]?.internal ? '' : reason_code;
  const level = levelOf(app, stand);
  const asked = [...requiredKinds(level, document_type), ...stand.asked];
  const given_at = isConsented(level, stand) ? stand.consent?.given_at : null;
  return {
    id,
    status,
    locale: locale || null,
    document_type,
    required: kinds.filter((kind) => asked.includes(kind)),
    optional: optionalKinds(level, document_type).filter((kind) => !asked.includes(kind)),
    missing,
    reason: reason || code || null,
    consent: level.consent && { ...level.consent, given_at },
  };
}

const ONE = `SELECT ${object(DOCUMENT)} AS text FROM documents d WHERE d.id = {:id}`;

/** A document as the API answers. */
const readDocument = (app, id) => ask(app, ONE, { text: '' }, { id })[0].text;

module.exports = { checkReads, readApplicant, readDocument, readProfile };
