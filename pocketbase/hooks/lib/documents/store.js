const { perform } = require(`${__hooks}/lib/base/act.js`);
const { newId } = require(`${__hooks}/lib/base/ids.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { all, run } = require(`${__hooks}/lib/base/sql.js`);
const kinds = require(`${__hooks}/lib/shared/document-kinds.json`);

/** What Go's detector calls a video that it does not know. */
const UNKNOWN = 'application/octet-stream';
/** What it calls a PDF behind a byte order mark or a line break, as readers accept it. */
const TEXT = 'text/plain';
const PDF_WITHIN = 1024;

/** Where PocketBase looks for the files of a document's record. */
const folderOf = (app, id) => `${app.findCachedCollectionByNameOrId('documents').id}/${id}`;

/**
 * Writes one file of a form into the storage, while no writer is held. Its row comes first, as `staged`: whatever ends here, the sweep finds it.
 * The file's name may be personal data, so it is stored under a neutral one.
 */
function stage(app, caller, profile, kind, part, staged) {
  const document = {
    id: newId(),
    kind,
    file: `${kind}_${$security.pseudorandomString(10)}${$filepath.ext(part.fileName())}`,
  };
  staged.push(document);
  perform(app, caller, 'stagings', { profile, document });
  const files = app.newFilesystem();
  try {
    const key = `${folderOf(app, document.id)}/${document.file}`;
    const writer = files.newWriter(key, null);
    try {
      document.size = writer.readFrom(part);
    } finally {
      writer.close(); // what came so far, of a form that broke off
    }
    checkContent(kind, document.size, typeOf(files, key));
  } finally {
    files.close();
  }
  return document;
}

function typeOf(files, key) {
  const type = files.attributes(key).contentType.split(';')[0];
  if (type !== TEXT) return type;
  const reader = files.getReader(key);
  try {
    return toString(reader, PDF_WITHIN).includes('%PDF-') ? 'application/pdf' : type;
  } finally {
    reader.close();
  }
}

/** The Worker has judged both by the same table, and said so in better words. */
function checkContent(kind, size, type) {
  const { maxSize, mimeTypes } = kinds[kind];
  const refuse = (status, code, detail) => fail(status, code, detail, { errors: [{ pointer: `/${kind}`, detail }] });
  if (size > maxSize) refuse(413, 'payload_too_large', `May have at most ${maxSize} bytes`);
  if (!mimeTypes.includes(type) && type !== UNKNOWN) refuse(415, 'unsupported_media_type', 'Is of no accepted type');
}

/** Takes back what was staged: row and file. The sweep does it for what a crash has left. */
function discard(app, documents) {
  const files = app.newFilesystem();
  try {
    for (const { id } of documents) {
      if (run(app, "DELETE FROM documents WHERE id = {:id} AND state = 'staged'", { id }) > 0)
        removeFolder(app, files, id);
    }
  } finally {
    files.close();
  }
}

/** Empties the folders of all versions of an erased profile's documents. */
function removeFilesOf(app, profile) {
  const files = app.newFilesystem();
  try {
    for (const { id } of all(app, 'SELECT id FROM documents WHERE profile = {:profile}', { id: '' }, { profile })) {
      removeFolder(app, files, id);
    }
  } finally {
    files.close();
  }
}

function removeFolder(app, files, id) {
  const folder = folderOf(app, id);
  for (const error of files.deletePrefix(`${folder}/`)) app.logger().warn('A file remains', 'error', String(error));
  // The local storage describes each file in another one, which the listing above leaves out.
  $os.removeAll($filepath.join(app.dataDir(), 'storage', folder));
}

module.exports = { discard, folderOf, removeFilesOf, stage };
