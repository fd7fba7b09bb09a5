const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { HOUR } = require(`${__hooks}/lib/base/time.js`);
const { findLevel } = require(`${__hooks}/lib/levels/level.js`);

/** The first place on earth where a birthday begins. */
const EARLIEST_ZONE_MS = 14 * HOUR;

const refuse = (detail, errors) => fail(422, 'validation_failed', detail, { errors });

/** @throws 422 `/level` when the partner has none of that name */
function namedLevel(app, partner, name) {
  const level = typeof name === 'string' ? findLevel(app, partner, name) : null;
  return level ?? refuse('There is no such level.', [{ pointer: '/level', detail: 'There is no such level' }]);
}

/**
 * Whether the level takes such an applicant.
 * @param given names of the fields that the request sets; the level is to blame for any other
 * @throws 422
 */
function checkFits(level, fields, given) {
  const { countries, document_types, min_age } = level;
  const errors = [];
  const check = (name, isFit, detail) => {
    if (!isFit) errors.push({ pointer: given.includes(name) ? `/${name}` : '/level', detail });
  };
  check('country', countries === null || countries.includes(fields.country), 'The level does not take this country');
  check(
    'document_type',
    document_types.includes(fields.document_type),
    'The level does not take this type of document',
  );
  check(
    'date_of_birth',
    min_age === null || !isSurelyYounger(fields.date_of_birth ?? '', min_age),
    `The level takes nobody under ${min_age}`,
  );
  if (errors.length > 0) refuse('The level does not take this applicant.', errors);
}

/** Even on the first day that a partial date may mean, and wherever the day begins first. */
function isSurelyYounger(date, years) {
  if (date === '') return false;
  const today = new Date(Date.now() + EARLIEST_ZONE_MS).toISOString().slice(0, 10);
  const latest = `${Number(today.slice(0, 4)) - years}${today.slice(4)}`;
  return date > latest; // a partial date sorts before each day that it may mean
}

/** The kinds that an applicant supplies under the level. */
const requiredKinds = (level, documentType) => level.required[documentType] ?? [];
const optionalKinds = (level, documentType) =>
  level.optional.filter((kind) => !requiredKinds(level, documentType).includes(kind));

/** @throws 422 for a kind that is neither in the level nor asked for */
function checkKinds(level, { document_type, asked }, wanted) {
  const known = [...requiredKinds(level, document_type), ...level.optional, ...asked];
  const errors = wanted
    .filter((kind) => !known.includes(kind))
    .map((kind) => ({ pointer: `/${kind}`, detail: 'Is not asked for' }));
  if (errors.length > 0) refuse('The document is not asked for.', errors);
}

module.exports = { checkFits, checkKinds, namedLevel, optionalKinds, requiredKinds };
