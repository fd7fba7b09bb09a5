const { SYSTEM } = require(`${__hooks}/lib/base/caller.js`);
const { all } = require(`${__hooks}/lib/base/sql.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);
const { isConsented } = require(`${__hooks}/lib/levels/consent.js`);
const { levelOf } = require(`${__hooks}/lib/levels/level.js`);
const { MOST_RESUBMISSIONS } = require(`${__hooks}/lib/levels/spec.js`);
const { move } = require(`${__hooks}/lib/status/change-status.js`);

const RESUBMISSIONS = `SELECT COUNT(*) AS n FROM status_history
  WHERE profile = {:id} AND "to" = 'resubmission_requested' AND actor_type = 'system' AND actor_id LIKE 'policy:%'`;

/** What an applicant is told of a finding that led back to them. */
const REASONS = [
  [/^(expired|expires_soon|not_yet_valid)$/, 'document_expired'],
  [/^(name|number|date_of_birth|country|issuer|type)_/, 'data_mismatch'],
  [/^(no_face|several_faces|face_|head_|video_)/, 'photo_unclear'],
];

/**
 * What the level's policy makes of a finished round, in its transaction: of the evidence that was checked, in `pending`, and while nobody has
 * claimed the profile. It never rejects.
 */
function applyPolicy(tx, caller, { stand, check, rows }) {
  const level = levelOf(tx, stand);
  const { policy, name, version } = level;
  if (!policy || !isFree(stand, check) || !isOfLevel(level, rows)) return;
  const actor = { ...SYSTEM, id: `policy:${name}/${version}`, requestId: caller.requestId, answer: caller.answer };
  const findings = rows.flatMap((row) => row.findings).filter(({ code }) => policy.resubmit_on?.includes(code));
  if (findings.length > 0) return askAgain(tx, actor, stand, policy, findings);
  const isComplete = stand.missing.length === 0 && isConsented(level, stand);
  if (policy.approve_when === 'all_pass' && isComplete && rows.every(({ outcome }) => outcome === 'pass')) {
    move(tx, actor, stand, { to: 'approved' });
  }
}

/** A profile may have been moved to another level since the round began. */
const isOfLevel = ({ checks }, rows) =>
  checks.every(({ type, provider }) => rows.some((row) => row.type === type && row.provider === provider));

function isFree({ status, evidence_version, claimed_by, claimed_until }, check) {
  const isClaimed = claimed_by !== '' && claimed_until > stamp(Date.now());
  return status === 'pending' && evidence_version === check.evidence_version && !isClaimed;
}

function askAgain(tx, actor, stand, { resubmit_at_most = MOST_RESUBMISSIONS }, findings) {
  const [{ n }] = all(tx, RESUBMISSIONS, { n: 0 }, { id: stand.id });
  if (n >= resubmit_at_most) return;
  const named = [...new Set(findings.flatMap(({ kind }) => kind ?? []))];
  move(tx, actor, stand, {
    to: 'resubmission_requested',
    reason_code: reasonOf(findings[0].code),
    ...(named.length > 0 && { kinds: named }),
  });
}

const reasonOf = (code) => REASONS.find(([pattern]) => pattern.test(code))?.[1] ?? 'document_unreadable';

module.exports = { applyPolicy };
