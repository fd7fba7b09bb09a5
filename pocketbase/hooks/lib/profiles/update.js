const { perform } = require(`${__hooks}/lib/base/act.js`);
const { fail, problem } = require(`${__hooks}/lib/base/problem.js`);
const { answeredKinds, missingKinds } = require(`${__hooks}/lib/documents/missing.js`);
const { checkFits, checkKinds, namedLevel, requiredKinds } = require(`${__hooks}/lib/levels/fit.js`);
const { levelOf } = require(`${__hooks}/lib/levels/level.js`);
const { withRound } = require(`${__hooks}/lib/levels/round.js`);
const { dedupeKey, numberSkeleton } = require(`${__hooks}/lib/profiles/dedupe.js`);
const { readFields } = require(`${__hooks}/lib/profiles/fields.js`);
const { distinctWords } = require(`${__hooks}/lib/profiles/names.js`);
const { checkOpen, writeProfile } = require(`${__hooks}/lib/base/stand.js`);
const { IDENTITY } = require(`${__hooks}/lib/status/evidence.js`);
const { ask } = require(`${__hooks}/lib/base/sql.js`);

const actorTypes = require(`${__hooks}/lib/shared/actor-types.json`);
const sets = require(`${__hooks}/lib/shared/status-sets.json`);

const RECOGNISED_BY = ['country', 'document_type', 'document_number'];
/** What a level may refuse an applicant for. */
const JUDGED_BY_LEVEL = ['level', 'country', 'document_type', 'date_of_birth'];

/**
 * Changes fields, supplies documents that were staged, and removes some: all of it or nothing.
 * @param changes `{fields?, documents?: [{id, kind, filename, content_type, size, sha256}], removed?: [kinds]}`
 */
function updateProfile(app, caller, id, { fields = {}, documents = [], removed = [] }) {
  const wanted = readFields(fields);
  return writeProfile(app, caller, id, (db, stand) => {
    const set = changedFields(stand, wanted);
    const level = fields.level === undefined ? levelOf(db, stand) : namedLevel(db, stand.partner, fields.level);
    const names = [...Object.keys(set), ...(level.id === stand.level ? [] : ['level'])];
    const gone = stand.documents.filter(({ kind }) => removed.includes(kind));
    checkMayChange(caller, stand, { names, documents, gone });
    if (names.length + documents.length + gone.length === 0) return [];
    if (names.some((name) => JUDGED_BY_LEVEL.includes(name))) checkFits(level, { ...stand, ...set }, names);
    checkKinds(
      level,
      { ...stand, ...set },
      documents.map((document) => document.kind),
    );
    const written = documents.map((document) => ({ ...document, version: nextVersion(db, id, document.kind) }));
    writeChanges(db, caller, stand, { set, level, written, gone });
    return written;
  });
}

/** In a final status an empty external_id may be filled, and nothing else. A repetition of what stands there is no change. */
function checkMayChange(caller, stand, { names, documents, gone }) {
  const isFilling = names.length === 1 && names[0] === 'external_id' && stand.external_id === '';
  const isHarmless = (names.length === 0 || isFilling) && documents.length + gone.length === 0;
  if (isHarmless && !actorTypes[caller.type].isBound) return;
  checkOpen(caller, stand);
  if (names.includes('level') && !sets.open.includes(stand.status)) {
    fail(409, 'profile_locked', 'A profile in review keeps its level.');
  }
}

function changedFields(stand, wanted) {
  const differs = ([name, value]) =>
    name === 'metadata' ? JSON.stringify(value) !== JSON.stringify(stand.metadata ?? {}) : value !== stand[name];
  return Object.fromEntries(Object.entries(wanted).filter(differs));
}

const levelColumns = ({ id, name, version }) => ({ level: id, level_name: name, level_version: version });

/** What `updateProfile` has judged, as one act. */
function writeChanges(app, caller, stand, { set, level = levelOf(app, stand), written = [], gone = [] }) {
  const isMoved = level.id !== stand.level;
  const names = [...Object.keys(set), ...(isMoved ? ['level'] : [])];
  const after = { ...stand, ...set, level: level.id };
  const documents = documentsAfter(stand, written, gone);
  const isEvidence = names.some((name) => IDENTITY.includes(name)) || isOtherEvidence(stand, documents);
  const evidence_version = stand.evidence_version + (isEvidence ? 1 : 0);
  const act = {
    profile: stand.id,
    partner: stand.partner,
    revision: stand.revision,
    documents: written,
    removed: gone.map((document) => document.id),
    ...(names.includes('full_name') && { words: distinctWords(set.full_name) }),
    set: {
      ...set,
      ...(isMoved && levelColumns(level)),
      ...recognition(app, names, after),
      evidence_version,
      missing: missingAfter(app, level, after, written, documents),
    },
    ...tell(names, written, gone),
  };
  // Another level looks at other things. In `pending` new evidence waits for the submit.
  const isChecked = (isEvidence && stand.status === 'in_review') || (isMoved && stand.status === 'pending');
  try {
    perform(
      app,
      caller,
      'profile_updates',
      isChecked ? withRound(app, { ...after, documents, evidence_version }, act) : act,
    );
  } catch (error) {
    throw explain(error);
  }
}

/** The digests that follow what the applicant is recognised by. */
function recognition(app, names, after) {
  if (!RECOGNISED_BY.some((name) => names.includes(name))) return {};
  const dedupe_key = dedupeKey(app, (name) => after[name]);
  return { dedupe_key, number_skeleton: numberSkeleton(after.partner, after.document_number) };
}

function documentsAfter(stand, written, gone) {
  const isReplaced = ({ kind }) => [...written, ...gone].some((one) => one.kind === kind);
  return [...stand.documents.filter((document) => !isReplaced(document)), ...written];
}

/** Another file of the same bytes is no other evidence. */
function isOtherEvidence(stand, documents) {
  const digestOf = (list, kind) => list.find((one) => one.kind === kind)?.sha256;
  return [...stand.documents, ...documents].some(
    ({ kind }) => digestOf(stand.documents, kind) !== digestOf(documents, kind),
  );
}

/** A kind that was asked for again needs a file of other bytes than any version before it. The same file twice, as after a lost answer, changes nothing. */
function missingAfter(app, level, after, written, documents) {
  const answeredBefore = answeredKinds(after);
  const isAnswered = (kind) => {
    const one = written.find((document) => document.kind === kind);
    const isRepeated = after.documents.some((document) => document.kind === kind && document.sha256 === one?.sha256);
    if (one && !isRepeated) return !digestsOf(app, after.id, kind).includes(one.sha256);
    return answeredBefore.includes(kind) && documents.some((document) => document.kind === kind);
  };
  const current = documents.map((document) => document.kind);
  const { asked, document_type } = after;
  return missingKinds({
    required: requiredKinds(level, document_type),
    current,
    asked,
    answered: asked.filter(isAnswered),
  });
}

function digestsOf(app, profile, kind) {
  const sql = "SELECT sha256 FROM documents WHERE profile = {:profile} AND kind = {:kind} AND state != 'staged'";
  return ask(app, sql, { sha256: '' }, { profile, kind }).map((row) => row.sha256);
}

function nextVersion(app, profile, kind) {
  const sql =
    "SELECT IFNULL(MAX(version), 0) + 1 AS version FROM documents WHERE profile = {:profile} AND kind = {:kind} AND state != 'staged'";
  return ask(app, sql, { version: 0 }, { profile, kind })[0].version;
}

function tell(names, written, gone) {
  const fields = names.length > 0 ? [names] : [];
  const target = ({ kind, version }) => `${kind}/${version}`;
  const data = ({ kind, version }) => ({ kind, version });
  return {
    events: [
      ...fields.map((fields) => ({ type: 'profile.updated', data: { fields } })),
      ...written.map((one) => ({ type: 'profile.document_uploaded', data: data(one) })),
      ...gone.map((one) => ({ type: 'profile.document_removed', data: data(one) })),
    ],
    audit: [
      ...fields.map((fields) => ({ action: 'profile.updated', target: fields.join(',') })),
      ...written.map((one) => ({ action: 'document.written', target: target(one) })),
      ...gone.map((one) => ({ action: 'document.removed', target: target(one) })),
    ],
  };
}

/** The words for what a unique index has refused. */
function explain(error) {
  const reason = String(error);
  if (reason.includes('profiles.dedupe_key'))
    return problem(409, 'duplicate_applicant', 'Another profile has this document.');
  if (reason.includes('profiles.external_id'))
    return problem(409, 'external_id_taken', 'Another profile has this external_id.');
  return error;
}

module.exports = { explain, levelColumns, updateProfile, writeChanges };
