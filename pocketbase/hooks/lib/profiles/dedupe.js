const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { run } = require(`${__hooks}/lib/base/sql.js`);
const { readState, writeState } = require(`${__hooks}/lib/base/state.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const { decimalValue, isLetterOrDigit, isMark } = require(`${__hooks}/lib/profiles/letters.js`);
const { fold } = require(`${__hooks}/lib/profiles/skeleton.js`);

const MIN_SECRET_LENGTH = 32;

/**
 * Symbols go before NFKC, which makes letters of some: `№` would become NO. Marks go after it, as it joins them to their letters.
 * Most numbers are ASCII, and goja takes its time with each character of the others.
 */
function normalise(number) {
  if (/^[ -~]*$/.test(number)) return number.toUpperCase().replace(/[^0-9A-Z]/g, '');
  const text = mapCharacters(number, (character, code) => (isLetterOrDigit(code) || isMark(code) ? character : ''));
  return mapCharacters(text.normalize('NFKC').toUpperCase(), (character, code) =>
    isLetterOrDigit(code) ? (decimalValue(code) ?? character) : '',
  );
}

function mapCharacters(text, map) {
  let mapped = '';
  for (const character of text) mapped += map(character, character.codePointAt(0));
  return mapped;
}

const secret = () => $os.getenv('DEDUPE_SECRET');

/** Whether DEDUPE_SECRET is there, and the one under which the stored keys were made. */
function isConfigured(app) {
  return secret().length >= MIN_SECRET_LENGTH && isKnownSecret(app);
}

/**
 * The digest by which an applicant is recognised; parts carry their length, so that no two lists of parts read alike.
 * `field` gives the text of a field.
 */
function dedupeKey(app, field) {
  if (!isConfigured(app))
    fail(503, 'not_configured', 'DEDUPE_SECRET is missing, too short, or not re-keyed after a change.');
  return keyOf(field);
}

function keyOf(field) {
  const number = normalise(field('document_number'));
  if (!number) {
    const errors = [{ pointer: '/document_number', detail: 'Holds no letter and no digit' }];
    fail(422, 'validation_failed', 'The document number identifies nobody.', { errors });
  }
  return digestOf([field('partner'), field('country'), field('document_type'), number]);
}

/** The digest that look-alike numbers of a partner share. It has fewer parts than a key, and so is never one. */
const numberSkeleton = (partner, number) => digestOf([partner, fold(normalise(number))]);

const digestOf = (parts) => $security.hs256(parts.map((part) => `${part.length}:${part}`).join(''), secret());

const fingerprint = () => $security.hs256('eKYC Edge', secret());

/** Keys under another secret recognise nobody: rather no new profile than a second one for a known applicant. */
function isKnownSecret(app) {
  const known = 'ekyc.isKnownSecret'; // the environment changes with the process only
  if (!app.store().get(known) && readState(app, 'dedupe_secret') === fingerprint()) app.store().set(known, true);
  return Boolean(app.store().get(known));
}

/** The first secret is taken on trust, and so is another one while it can contradict no stored key. */
function adoptSecret(app) {
  if (secret().length < MIN_SECRET_LENGTH || readState(app, 'dedupe_secret') === fingerprint()) return;
  const isFirst = !readState(app, 'dedupe_secret');
  if (isFirst || numberedProfiles(app, '', 1).length === 0) writeState(app, 'dedupe_secret', fingerprint());
}

/** A canceled profile has no key, and its number still a skeleton. */
function numberedProfiles(app, after, limit) {
  const found = arrayOf(new Record());
  const condition = $dbx.exp("document_number != '' AND id > {:after}", { after });
  app.recordQuery('profiles').andWhere(condition).orderBy('id').limit(limit).all(found);
  return found;
}

/**
 * Recomputes the next keys under a changed DEDUPE_SECRET. Meanwhile enrolment is 503, so nothing is keyed beside it. The place
 * reached is stored with the secret it belongs to: broken off, it goes on from there.
 */
function rekey(app, limit) {
  if (secret().length < MIN_SECRET_LENGTH) fail(503, 'not_configured', 'DEDUPE_SECRET is missing or too short.');
  let rekeyed = 0;
  transact(app, (tx) => {
    if (isKnownSecret(tx)) return;
    const [whose, place] = readState(tx, 'rekey').split(':');
    const profiles = numberedProfiles(tx, whose === fingerprint() ? place : '', limit);
    for (const profile of profiles) rekeyProfile(tx, (name) => profile.getString(name));
    rekeyed = profiles.length;
    const isDone = rekeyed < limit;
    writeState(tx, 'rekey', isDone ? '' : `${fingerprint()}:${profiles[rekeyed - 1].id}`);
    if (isDone) writeState(tx, 'dedupe_secret', fingerprint());
  });
  return { rekeyed, done: isKnownSecret(app) };
}

const REKEY = 'UPDATE profiles SET dedupe_key = {:key}, number_skeleton = {:skeleton} WHERE id = {:id}';

function rekeyProfile(tx, field) {
  const skeleton = numberSkeleton(field('partner'), field('document_number'));
  run(tx, REKEY, { id: field('id'), key: field('dedupe_key') && keyOf(field), skeleton });
}

module.exports = { adoptSecret, dedupeKey, isConfigured, normalise, numberSkeleton, rekey };
