const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { discard, stage } = require(`${__hooks}/lib/documents/store.js`);
const { checkOpen, findStand } = require(`${__hooks}/lib/base/stand.js`);
const { updateProfile } = require(`${__hooks}/lib/profiles/update.js`);
const kinds = Object.keys(require(`${__hooks}/lib/shared/document-kinds.json`));

/** The last part of a form with fields: their values as JSON. */
const FIELDS = '@jsonPayload';

/**
 * Takes a form of documents and fields as it streams in. The files are written first; then one act makes them current and changes the fields, if
 * the profile is still open and the link still good. Whatever fails leaves nothing of the form.
 * @returns the documents as they are now
 */
function receive(e, caller, id) {
  checkOpen(caller, findStand(e.app, caller, id));
  const staged = [];
  try {
    const fields = readParts(e, caller, id, staged);
    return updateProfile(e.app, caller, id, { fields, documents: staged.map(describe) });
  } catch (error) {
    discard(e.app, staged);
    findStand(e.app, caller, id); // An erasure takes staged files away, and is then the reason that counts.
    throw error;
  }
}

function readParts(e, caller, id, staged) {
  const reader = e.request.multipartReader();
  let fields = {};
  for (let part = nextPart(reader); part; part = nextPart(reader)) {
    const name = part.formName();
    const meta = staged.find(({ kind }) => name === `${kind}_meta`);
    if (kinds.includes(name)) stage(e.app, caller, id, name, part, staged);
    else if (meta) meta.facts = JSON.parse(toString(part));
    else if (name === FIELDS) fields = JSON.parse(toString(part));
    else fail(422, 'validation_failed', 'The form has a part that belongs to no profile.');
  }
  return fields;
}

/** null after the last one. Go says so by an error. */
function nextPart(reader) {
  try {
    return reader.nextPart();
  } catch (error) {
    if (String(error.value ?? error) === 'EOF') return null;
    throw error;
  }
}

/** The size is what was written; the rest is what the Worker found out on the way. */
function describe({ id, kind, size, facts }) {
  if (facts?.size !== size) fail(400, 'invalid_request', `${kind} was not received as it was sent.`);
  const { filename, content_type, sha256 } = facts;
  return { id, kind, size, filename: filename ?? '', content_type, sha256 };
}

module.exports = { receive };
