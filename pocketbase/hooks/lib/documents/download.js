const { audit, hasAudited } = require(`${__hooks}/lib/base/audit.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { all, ask } = require(`${__hooks}/lib/base/sql.js`);
const { HOUR } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const { folderOf } = require(`${__hooks}/lib/documents/store.js`);
const { findStand } = require(`${__hooks}/lib/base/stand.js`);

const SHAPE = {
  id: '',
  file: '',
  filename: '',
  content_type: '',
  size: 0,
  sha256: '',
  kind: '',
  version: 0,
  profile: '',
  partner: '',
};
const DOCUMENT = `SELECT ${Object.keys(SHAPE)
  .filter((name) => name !== 'partner')
  .map((name) => `d.${name}`)}, p.partner
  FROM documents d JOIN profiles p ON p.id = d.profile`;
const CURRENT = `${DOCUMENT} WHERE d.profile = {:profile} AND d.kind = {:kind} AND d.state = 'current'`;
const VERSION = `${DOCUMENT} WHERE d.profile = {:profile} AND d.kind = {:kind} AND d.version = {:version} AND d.state != 'staged'`;

/**
 * Streams a document; Range and If-Modified-Since are Go's http.ServeContent's.
 * @param version '' for the current one; earlier ones are for those who review
 */
function serveDocument(e, caller, { id, kind, version }) {
  if (caller.type === 'applicant') fail(403, 'forbidden', 'Applicants read no documents.');
  if (version && caller.type === 'partner') fail(403, 'forbidden', 'Partners read current documents.');
  findStand(e.app, caller, id);
  const sql = version ? VERSION : CURRENT;
  const [document] = ask(e.app, sql, SHAPE, { profile: id, kind, ...(version && { version: Number(version) || 0 }) });
  if (!document?.file) fail(404, 'not_found', 'There is no such document.', { reason: 'document' });
  auditReading(e.app, e.requestInfo(), caller, document);
  const { filename, content_type, size, sha256 } = document;
  const headers = e.response.header();
  headers.set(
    'X-Document-Meta',
    encodeURIComponent(JSON.stringify({ filename: filename || null, content_type, size, sha256 })),
  );
  headers.set('Cache-Control', 'private, no-store');
  // With it, Go's http.ServeContent answers If-Match, If-None-Match and If-Range as well.
  headers.set('ETag', `"${sha256}"`);
  const files = e.app.newFilesystem();
  try {
    return files.serve(e.response, e.request, `${folderOf(e.app, document.id)}/${document.file}`, document.file);
  } finally {
    files.close();
  }
}

const READ = 'document.read';
const ONE_READING_MS = HOUR;

/** One row a reading, not one a request: a player asks for a video in many ranges. Before the first byte leaves. */
function auditReading(app, { method, headers }, caller, { profile, partner, kind, version }) {
  if (method !== 'GET') return;
  const target = `${kind}/${version}`;
  const isContinued = /^bytes=[1-9]\d*-\d*$/.test(headers.range ?? '');
  const since = Date.now() - ONE_READING_MS;
  // A range that begins later belongs to a reading only if there was one: or all but the first byte would leave unseen.
  if (isContinued && hasAudited(app, caller, READ, { profile, target, since })) return;
  transact(app, (tx) => audit(tx, caller, READ, { profile, partner, target }));
}

/** A superuser's reading in the admin UI, whose file token stands in for the account. */
function auditDownload(e) {
  const { token } = e.requestInfo().query;
  const account = token ? e.app.findAuthRecordByToken(token, 'file') : e.auth;
  const type = account.isSuperuser() ? 'superuser' : 'service';
  const [document] = all(e.app, `${DOCUMENT} WHERE d.id = {:id}`, SHAPE, { id: e.record.id });
  auditReading(e.app, e.requestInfo(), { type, id: account.id, credentialId: '', requestId: '' }, document);
}

module.exports = { auditDownload, serveDocument };
