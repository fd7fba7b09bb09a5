const { hasMovedOn } = require(`${__hooks}/lib/base/act.js`);
const { checkOwn } = require(`${__hooks}/lib/base/caller.js`);
const { isTwin } = require(`${__hooks}/lib/base/idempotency.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { ask } = require(`${__hooks}/lib/base/sql.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const actorTypes = require(`${__hooks}/lib/shared/actor-types.json`);
const sets = require(`${__hooks}/lib/shared/status-sets.json`);

const TEXTS = [
  'id',
  'partner',
  'status',
  'full_name',
  'country',
  'document_type',
  'document_number',
  'date_of_birth',
  'email',
  'phone',
  'external_id',
  'locale',
  'level',
  'level_name',
  'latest_status',
  'links_valid_after',
  'claimed_by',
  'claimed_until',
  'redacted_at',
];
const NUMBERS = ['revision', 'evidence_version', 'checks_evidence', 'checks_round', 'mismatches'];
const SHAPE = {
  ...Object.fromEntries(TEXTS.map((name) => [name, ''])),
  ...Object.fromEntries(NUMBERS.map((name) => [name, 0])),
  legal_hold: false,
  partner_active: false,
  metadata: '',
  consent: '',
  asked: '',
  missing: '',
  seq: 0,
  documents: '',
};
const STAND = `SELECT ${[...TEXTS, ...NUMBERS, 'legal_hold'].map((name) => `p.${name}`)},
    IFNULL(p.metadata, 'null') AS metadata, IFNULL(p.consent, 'null') AS consent, IFNULL(p.asked, '[]') AS asked, IFNULL(p.missing, '[]') AS missing, h.seq,
    (SELECT active FROM partners WHERE slug = p.partner) AS partner_active,
    (SELECT json_group_array(json_object('id', id, 'kind', kind, 'version', version, 'sha256', sha256))
      FROM documents WHERE profile = p.id AND state = 'current') AS documents
  FROM profiles p JOIN status_history h ON h.id = p.latest_status WHERE p.id = {:id}`;

/** How often a write is judged outside of a transaction before it takes the writer for itself. */
const FREE_TRIES = 2;

/** The profile as it stands now: all that a write is judged on. Erased or not. */
function readStand(app, caller, id) {
  const [row] = ask(app, STAND, SHAPE, { id });
  checkOwn(caller, row ? row.partner : null);
  const stand = { ...row };
  for (const name of ['metadata', 'consent', 'asked', 'missing', 'documents']) stand[name] = JSON.parse(row[name]);
  checkLink(caller, stand);
  return stand;
}

function findStand(app, caller, id) {
  const stand = readStand(app, caller, id);
  if (stand.redacted_at) fail(410, 'gone', 'The profile has been erased.');
  return stand;
}

/** An applicant's link opens one profile, and none once the partner has revoked it or is inactive itself. */
function checkLink(caller, { id, links_valid_after, partner_active }) {
  if (caller.type !== 'applicant') return;
  const isRevoked =
    links_valid_after && Math.round(caller.linkIssuedAt) < Date.parse(links_valid_after.replace(' ', 'T'));
  if (caller.id !== id || !(caller.linkIssuedAt > 0) || isRevoked || !partner_active) {
    // Not 401: that always means the service token, which the Worker would renew.
    fail(403, 'unauthenticated', 'The link is not valid for this profile.');
  }
}

/** Who may change fields and documents in this status. A decided profile is reopened first, by anybody. */
function checkOpen(caller, { status }) {
  const { isBound } = actorTypes[caller.type];
  if (isBound ? sets.open.includes(status) : !sets.final.includes(status)) return;
  fail(409, 'profile_locked', 'The profile is locked in its present status.');
}

const claimOf = ({ claimed_by, claimed_until }) => ({ claimed_by, claimed_until });

function isClaimedByAnother({ claimed_by, claimed_until }, caller) {
  return claimed_by !== '' && claimed_by !== caller.id && claimed_until > stamp(Date.now());
}

/** For a caller who asked to be stopped by another's claim: a claim is an agreement among people, no lock. */
function respectClaim(stand, caller) {
  if (!isClaimedByAnother(stand, caller)) return;
  const members = { current_status: stand.status, ...claimOf(stand) };
  fail(409, 'status_conflict', 'Another reviewer works on the profile.', members);
}

/**
 * Writes to a profile what `judge` makes of its stand. An act names the revision that it was judged on and fails on another one; then
 * `judge` is asked again, at last within a transaction, where nobody comes between.
 * @param judge (app, stand) => the answer
 */
function writeProfile(app, caller, id, judge) {
  for (let attempt = 1; attempt <= FREE_TRIES && !app.isTransactional(); attempt++) {
    try {
      return judge(app, findStand(app, caller, id));
    } catch (error) {
      if (!hasMovedOn(error) && !isTwin(error)) throw error;
    }
  }
  let answer;
  transact(app, (tx) => {
    answer = judge(tx, findStand(tx, caller, id));
  });
  return answer;
}

module.exports = { checkOpen, claimOf, findStand, isClaimedByAnother, readStand, respectClaim, writeProfile };
