const { findProfile } = require(`${__hooks}/lib/caller.js`);
const { fail } = require(`${__hooks}/lib/problem.js`);
const kinds = Object.keys(require(`${__hooks}/lib/documents.json`));

/** Streams a document; Range and If-Modified-Since are Go's http.ServeContent's. */
function serveDocument(e, caller, id, kind) {
  if (caller.type === 'applicant') fail(403, 'forbidden', 'Applicants read no documents.');
  const files = e.app.newFilesystem();
  try {
    for (let attempt = 1; ; attempt++) {
      const profile = findProfile(e.app, caller, id);
      const name = kinds.includes(kind) && profile.getString(kind);
      if (!name) fail(404, 'not_found', 'There is no such document.', { reason: 'document' });
      const meta = JSON.parse(profile.getString(`${kind}_meta`) || 'null');
      e.response.header().set('X-Document-Meta', encodeURIComponent(JSON.stringify(meta)));
      e.response.header().set('Cache-Control', 'private, no-store');
      // With it, Go's http.ServeContent answers If-Match, If-None-Match and If-Range as well.
      if (meta?.sha256) e.response.header().set('ETag', `"${meta.sha256}"`);
      try {
        return files.serve(e.response, e.request, `${profile.baseFilesPath()}/${name}`, name);
      } catch (error) {
        // A new upload may have removed the file after the profile was read.
        if (attempt === 2 || e.written()) throw error;
      }
    }
  } finally {
    files.close();
  }
}

module.exports = { serveDocument };
