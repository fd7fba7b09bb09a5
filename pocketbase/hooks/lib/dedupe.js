const { fail } = require(`${__hooks}/lib/problem.js`);
const boundaries = require(`${__hooks}/lib/letters-digits.json`);

const MIN_SECRET_LENGTH = 32;

/** Binary search: a code point with an odd number of boundaries at or below it lies inside. */
function isLetterOrDigit(code) {
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (boundaries[middle] <= code) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1;
}

function normalise(number) {
  let kept = '';
  for (const character of number.normalize('NFKC').toUpperCase()) {
    if (isLetterOrDigit(character.codePointAt(0))) kept += character;
  }
  return kept;
}

function isConfigured() {
  return $os.getenv('DEDUPE_SECRET').length >= MIN_SECRET_LENGTH;
}

/** The digest by which an applicant is recognised; parts carry their length, so that no two lists of parts read alike. */
function dedupeKey(profile) {
  if (!isConfigured()) fail(503, 'not_configured', 'DEDUPE_SECRET is missing or too short.');
  const number = normalise(profile.getString('document_number'));
  if (!number) {
    const errors = [{ pointer: '/document_number', detail: 'Holds no letter and no digit' }];
    fail(422, 'validation_failed', 'The document number identifies nobody.', { errors });
  }
  const parts = [
    profile.getString('partner'),
    profile.getString('country'),
    profile.getString('document_type'),
    number,
  ];
  return $security.hs256(parts.map((part) => `${part.length}:${part}`).join(''), $os.getenv('DEDUPE_SECRET'));
}

module.exports = { dedupeKey, isConfigured };
