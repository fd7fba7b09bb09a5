const { audit } = require(`${__hooks}/lib/base/audit.js`);
const { findOwnProfile } = require(`${__hooks}/lib/base/caller.js`);
const { eraseExcerpts } = require(`${__hooks}/lib/webhooks/deliveries.js`);
const { announce, report } = require(`${__hooks}/lib/webhooks/events.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const kinds = Object.keys(require(`${__hooks}/lib/shared/document-kinds.json`));

const PERSONAL = [
  'full_name',
  'country',
  'document_type',
  'document_number',
  'date_of_birth',
  'email',
  'phone',
  'external_id',
  'locale',
  ...kinds,
];
const PERSONAL_JSON = ['metadata', ...kinds.map((kind) => `${kind}_meta`)];

/** What other tables hold about the applicant. History needs the profile redacted already: its trigger looks. */
const ELSEWHERE = [
  "UPDATE status_history SET reason = '', note = '' WHERE profile = {:id}",
  "UPDATE notes SET text = '' WHERE profile = {:id}",
  'DELETE FROM idempotency_keys WHERE profile = {:id}',
];

/** Erases an applicant and keeps id, partner, statuses and times. False when that was done before, or `isDue` says no. */
function redact(app, caller, id, isDue = () => true) {
  if (caller.type === 'applicant') fail(403, 'forbidden', 'Applicants erase nothing.');
  let profile = null;
  transact(app, (tx) => {
    const stored = findOwnProfile(tx, caller, id);
    if (!stored.getDateTime('redacted_at').isZero() || !isDue(tx)) return;
    profile = stored;
    for (const name of PERSONAL) profile.set(name, '');
    for (const name of PERSONAL_JSON) profile.set(name, null);
    profile.set('redacted_at', new DateTime());
    profile.set('files_due', true);
    profile.set('@caller', caller);
    profile.set('@judged', true);
    tx.saveNoValidate(profile);
    eraseExcerpts(tx, id);
    report(tx, profile, 'profile.redacted');
    for (const sql of ELSEWHERE) tx.db().newQuery(sql).bind({ id }).execute();
    audit(tx, caller, 'profile.redacted', { profile: id, partner: profile.getString('partner') });
  });
  if (!profile) return false;
  announce(caller.answer, profile.get('@deliveries'));
  removeFiles(app, profile);
  return true;
}

/**
 * Empties the profile's folder, of which the record knows only part: previews, and what a crash left of an upload. After the
 * commit, as a file cannot be rolled back; `files_due` stays until the sweep has looked again, past any upload still under way.
 */
function removeFiles(app, profile) {
  const files = app.newFilesystem();
  try {
    const errors = files.deletePrefix(`${profile.baseFilesPath()}/`);
    for (const error of errors) app.logger().warn('A file of an erased profile remains', 'error', String(error));
  } finally {
    files.close();
  }
  // The local storage describes each file in another one, which the listing above leaves out.
  $os.removeAll($filepath.join(app.dataDir(), 'storage', profile.baseFilesPath()));
}

module.exports = { redact, removeFiles };
