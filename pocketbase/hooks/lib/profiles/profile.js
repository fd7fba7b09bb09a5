const { audit } = require(`${__hooks}/lib/base/audit.js`);
const { SYSTEM, checkLink, checkNotRedacted } = require(`${__hooks}/lib/base/caller.js`);
const { dedupeKey } = require(`${__hooks}/lib/profiles/dedupe.js`);
const { announce, report } = require(`${__hooks}/lib/webhooks/events.js`);
const { appendHistory, checkTransition } = require(`${__hooks}/lib/status/history.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { inTransaction } = require(`${__hooks}/lib/base/transaction.js`);
const kinds = Object.keys(require(`${__hooks}/lib/shared/document-kinds.json`));

const IDENTITY = ['country', 'document_type', 'document_number'];
const OPEN_STATUSES = ['unverified', 'pending', 'resubmission_requested'];
const DERIVED = ['id', 'partner', 'created', 'updated', 'latest_status', 'status_since', 'dedupe_key', 'final_since'];
const FINAL_STATUSES = ['approved', 'rejected', 'canceled', 'expired'];
const DECIDERS = ['reviewer', 'service', 'superuser'];

function insertProfile(e) {
  const profile = e.model;
  const caller = profile.get('@caller') ?? SYSTEM;
  profile.set('dedupe_key', keyFor(e.app, profile));
  inTransaction(e, (tx) => {
    ensurePartner(tx, profile.getString('partner'), caller);
    appendHistory(tx, profile, '', caller);
    write(e);
    report(tx, profile, 'profile.created', { to: profile.getString('status') });
  });
  announce(caller.answer, profile.get('@deliveries'));
}

function updateProfile(e) {
  const profile = e.model;
  const caller = profile.get('@caller') ?? SYSTEM;
  const changed = profile.get('@changed');
  inTransaction(e, (tx) => {
    const stored = tx.findRecordById('profiles', profile.id);
    checkNotRedacted(stored);
    checkLink(caller, stored);
    checkLock(caller, profile, stored);
    rebase(profile, stored, changed);
    if (profile.getString('status') !== stored.getString('status')) changeStatus(tx, profile, stored, caller);
    renewKey(tx, profile, changed);
    profile.ignoreUnchangedFields(true); // spares the indexes
    write(e);
    reportChanges(tx, profile, stored);
  });
  announce(caller.answer, profile.get('@deliveries'));
}

/** Before validation: it compares a file's name with the row as it stands, and would refuse one that was just replaced. */
function noteChanges(profile) {
  const changed = changedFields(profile);
  profile.set('@changed', changed);
  for (const kind of kinds) if (!changed.includes(kind)) profile.setRaw(kind, ''); // `rebase` puts it back
}

/** What this update sets, as opposed to what its record merely carries from the time it was read. */
function changedFields(profile) {
  const original = profile.original();
  const isFileChanged = (kind) =>
    profile.getUnsavedFiles(kind).length > 0 || profile.getString(kind) !== original.getString(kind);
  const files = kinds.filter(isFileChanged);
  const meta = files.map((kind) => `${kind}_meta`);
  const others = profile
    .collection()
    .fields.fieldNames()
    .filter((name) => !kinds.includes(name) && !meta.includes(name) && !DERIVED.includes(name))
    .filter((name) => profile.getString(name) !== original.getString(name));
  return [...files, ...meta, ...others];
}

/**
 * Puts the changes on top of the row as it stands now: PocketBase writes every column, and would carry back a status
 * or an upload that another request has replaced meanwhile, or take that upload's file for superseded.
 */
function rebase(profile, stored, changed) {
  const superseded = [];
  for (const name of profile.collection().fields.fieldNames()) {
    if (!changed.includes(name)) profile.setRaw(name, stored.getRaw(name));
    else if (kinds.includes(name)) superseded.push(stored.getString(name));
  }
  // PocketBase removes only the file that it knew when the upload began.
  profile.set('@superseded', superseded.filter(Boolean));
  // Stamped here, not when a long upload began: `updated_after` must not miss it. A claim is no news to a partner.
  const isClaim = changed.length > 0 && changed.every((name) => name.startsWith('claimed_'));
  if (!isClaim) profile.setRaw('updated', new DateTime());
}

function checkLock(caller, profile, stored) {
  const isBound = caller.type === 'partner' || caller.type === 'applicant';
  if (!isBound || profile.get('@judged') || OPEN_STATUSES.includes(stored.getString('status'))) return;
  fail(409, 'profile_locked', 'The profile is locked in its present status.');
}

function changeStatus(tx, profile, stored, caller) {
  const from = stored.getString('status');
  checkTransition(from, profile.getString('status'));
  appendHistory(tx, profile, from, caller);
  const to = profile.getString('status');
  profile.setRaw('final_since', FINAL_STATUSES.includes(to) ? new DateTime() : new DateTime('')); // retention runs from it
  if (DECIDERS.includes(caller.type)) {
    audit(tx, caller, 'status.decided', { profile: profile.id, partner: profile.getString('partner'), target: to });
  }
}

function reportChanges(tx, profile, stored) {
  for (const kind of kinds) {
    if (profile.getUnsavedFiles(kind).length > 0) report(tx, profile, 'profile.document_uploaded', { kind });
  }
  const [from, to] = [stored.getString('status'), profile.getString('status')];
  if (from !== to) report(tx, profile, 'profile.status_changed', { from, to });
}

/** A canceled or erased profile no longer stands for its applicant, who may enrol again. */
function renewKey(tx, profile, changed) {
  const isFreed = profile.getString('status') === 'canceled' || !profile.getDateTime('redacted_at').isZero();
  if (isFreed) profile.set('dedupe_key', '');
  else if (IDENTITY.some((name) => changed.includes(name))) profile.set('dedupe_key', keyFor(tx, profile));
}

const keyFor = (app, profile) => dedupeKey(app, (name) => profile.getString(name));

function ensurePartner(tx, slug, caller) {
  if (tx.countRecords('partners', $dbx.hashExp({ slug })) > 0) return;
  const partner = new Record(tx.findCachedCollectionByNameOrId('partners'));
  partner.load({ slug, name: slug, active: true });
  partner.set('@caller', caller);
  tx.save(partner);
}

function write(e) {
  try {
    e.next();
  } catch (error) {
    const reason = String(error);
    if (reason.includes('profiles.dedupe_key')) fail(409, 'duplicate_applicant', 'Another profile has this document.');
    if (reason.includes('profiles.external_id'))
      fail(409, 'external_id_taken', 'Another profile has this external_id.');
    throw error;
  }
}

/** After the commit, so nothing here may fail the answer: two uploads of one kind that overlapped leave one file. */
function removeSuperseded(app, profile) {
  const names = (profile.get('@superseded') ?? []).filter(
    (name) => !kinds.some((kind) => profile.getString(kind) === name),
  );
  if (names.length === 0) return;
  const files = app.newFilesystem();
  try {
    for (const name of names) {
      const key = `${profile.baseFilesPath()}/${name}`;
      try {
        files.delete(key);
      } catch (error) {
        // An erasure, or PocketBase after the other upload, may have been faster.
        if (files.exists(key)) app.logger().warn('A superseded file remains', 'error', String(error));
      }
    }
  } finally {
    files.close();
  }
}

module.exports = { insertProfile, noteChanges, updateProfile, removeSuperseded };
