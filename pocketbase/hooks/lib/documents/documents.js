const { audit } = require(`${__hooks}/lib/base/audit.js`);
const { findProfile } = require(`${__hooks}/lib/base/caller.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { HOUR, stamp } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const kinds = Object.keys(require(`${__hooks}/lib/shared/document-kinds.json`));

/** Streams a document; Range and If-Modified-Since are Go's http.ServeContent's. */
function serveDocument(e, caller, id, kind) {
  if (caller.type === 'applicant') fail(403, 'forbidden', 'Applicants read no documents.');
  const files = e.app.newFilesystem();
  try {
    for (let attempt = 1; ; attempt++) {
      const profile = findProfile(e.app, caller, id);
      const name = kinds.includes(kind) && profile.getString(kind);
      if (!name) fail(404, 'not_found', 'There is no such document.', { reason: 'document' });
      if (attempt === 1) auditRead(e.app, e.requestInfo(), caller, profile, kind);
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

const READ = 'document.read';
const ONE_READING_MS = HOUR;

/** One row a reading, not one a request: a player asks for a video in many ranges. Before the first byte leaves. */
function auditRead(app, { method, headers }, caller, profile, kind) {
  if (method !== 'GET') return;
  const isContinued = /^bytes=[1-9]\d*-\d*$/.test(headers.range ?? '');
  transact(app, (tx) => {
    if (isContinued && hasBegun(tx, caller, profile, kind)) return;
    audit(tx, caller, READ, { profile: profile.id, partner: profile.getString('partner'), target: kind });
  });
}

/** A range that begins later belongs to a reading only if there was one: else all but the first byte would leave unseen. */
function hasBegun(tx, caller, profile, kind) {
  const found = arrayOf(new DynamicModel({ id: '' }));
  tx.db()
    .newQuery(
      `SELECT id FROM audit_log WHERE profile = {:profile} AND created > {:since} AND action = {:action}
       AND target = {:kind} AND actor_type = {:type} AND actor_id = {:actor} LIMIT 1`,
    )
    .bind({
      profile: profile.id,
      since: stamp(Date.now() - ONE_READING_MS),
      action: READ,
      kind,
      type: caller.type,
      actor: caller.id,
    })
    .all(found);
  return found.length > 0;
}

/** A superuser's reading in the admin UI, whose file token stands in for it. */
function auditDownload(e) {
  const { token } = e.requestInfo().query;
  const account = token ? e.app.findAuthRecordByToken(token, 'file') : e.auth;
  const caller = { type: account.isSuperuser() ? 'superuser' : 'service', id: account.id, requestId: '' };
  auditRead(e.app, e.requestInfo(), caller, e.record, e.fileField.name);
}

module.exports = { auditDownload, serveDocument };
