const { fail } = require(`${__hooks}/lib/base/problem.js`);
const documentTypes = require(`${__hooks}/lib/shared/document-types.json`);

/** Most characters of the text fields that a create sets. */
const TEXTS = {
  full_name: 255,
  country: 2,
  document_type: 32,
  document_number: 255,
  date_of_birth: 10,
  email: 255,
  phone: 16,
  external_id: 255,
  locale: 35,
};
const REQUIRED = ['full_name', 'country', 'document_type', 'document_number'];
const METADATA_BYTES = 65_536;
const SHAPES = {
  country: /^[A-Z]{2}$/,
  date_of_birth: /^\d{4}(-\d{2}(-\d{2})?)?$/,
  phone: /^\+[1-9]\d{1,14}$/,
};

/** The fields of `body` that a create sets: texts, of which '' is none, and `metadata`. @throws 422 for what no profile may hold */
function readFields(body) {
  const fields = {};
  for (const [name, max] of Object.entries(TEXTS)) {
    if (body[name] === undefined) continue;
    const value = body[name] ?? '';
    if (typeof value !== 'string' || value.length > max || !isShaped(name, value)) refuse(name);
    fields[name] = value;
  }
  if (body.metadata !== undefined) fields.metadata = readMetadata(body.metadata ?? {});
  return fields;
}

function isShaped(name, value) {
  if (value === '') return !REQUIRED.includes(name);
  if (name === 'document_type') return Object.hasOwn(documentTypes, value);
  return !SHAPES[name] || SHAPES[name].test(value);
}

function readMetadata(value) {
  const isPlain = typeof value === 'object' && !Array.isArray(value) && JSON.stringify(value).length <= METADATA_BYTES;
  return isPlain ? value : refuse('metadata');
}

/** A profile to be made needs some of them. */
function checkComplete(fields) {
  for (const name of REQUIRED) if (!fields[name]) refuse(name);
}

function refuse(name) {
  fail(422, 'validation_failed', 'A field is not valid.', {
    errors: [{ pointer: `/${name}`, detail: 'Is not valid' }],
  });
}

module.exports = { TEXTS, checkComplete, readFields };
