const { callerOf } = require(`${__hooks}/lib/base/caller.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const kinds = Object.keys(require(`${__hooks}/lib/shared/document-kinds.json`));

// What only hooks write. Silently kept, as the admin UI sends whole forms.
const KEPT = [
  'partner',
  'latest_status',
  'status_since',
  'dedupe_key',
  'redacted_at',
  'final_since',
  'files_due',
  'claimed_by',
  'claimed_until',
];

function prepareCreate(e) {
  e.record.set('@caller', callerOf(e));
  for (const name of ['redacted_at', 'final_since', 'files_due']) e.record.set(name, '');
  neutraliseUploads(e.record);
}

function prepareUpdate(e) {
  const caller = callerOf(e);
  if (caller.type !== 'superuser' && e.requestInfo().body.status !== undefined) {
    fail(400, 'invalid_request', 'The status is set at /api/edge/profiles/{id}/status.');
  }
  const original = e.record.original();
  for (const name of KEPT) e.record.setRaw(name, original.getRaw(name));
  e.record.set('@caller', caller);
  neutraliseUploads(e.record);
}

/** A file's name may be personal data: it is kept in `<kind>_meta` alone, which never outlives its file. */
function neutraliseUploads(profile) {
  const original = profile.original();
  for (const kind of kinds) {
    const [file] = profile.getUnsavedFiles(kind);
    const meta = `${kind}_meta`;
    if (file) {
      file.name = `${kind}_${$security.pseudorandomString(10)}${$filepath.ext(file.name)}`;
      const isDescribed = profile.getString(meta) !== original.getString(meta);
      const facts = isDescribed
        ? JSON.parse(profile.getString(meta) || 'null')
        : { filename: file.originalName, size: file.size };
      // By this clock and not the Worker's: it is compared with the times of the history.
      if (facts) profile.set(meta, { ...facts, uploaded: new Date().toISOString() });
      file.originalName = file.name; // PocketBase keeps it beside the file, and in the log of a refusal
    } else if (!profile.getString(kind)) profile.set(meta, null);
    // Nobody describes a file but whoever uploads it.
    else profile.setRaw(meta, original.getRaw(meta));
  }
}

module.exports = { prepareCreate, prepareUpdate };
