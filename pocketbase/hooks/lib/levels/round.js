const { perform } = require(`${__hooks}/lib/base/act.js`);
const { newId } = require(`${__hooks}/lib/base/ids.js`);
const { ask } = require(`${__hooks}/lib/base/sql.js`);
const { DAY, stamp } = require(`${__hooks}/lib/base/time.js`);
const { isConsented } = require(`${__hooks}/lib/levels/consent.js`);
const { BUILT_IN, levelOf } = require(`${__hooks}/lib/levels/level.js`);
const types = require(`${__hooks}/lib/shared/check-types.json`);

/** More would let an applicant who changes a picture to and fro keep the runners busy. */
const MOST_A_DAY = 10;
const RECENT = 'SELECT COUNT(DISTINCT round) AS n FROM checks WHERE profile = {:id} AND created > {:since}';

/** How many rounds of checks the profile may still have now. */
function roundsLeft(app, id) {
  const [{ n }] = ask(app, RECENT, { n: 0 }, { id, since: stamp(Date.now() - DAY) });
  return Math.max(0, MOST_A_DAY - n);
}

/**
 * An act together with the round of checks that its profile's level asks for: a row per type. After the last round of a day the act alone:
 * `checks.evidence_version` of the profile's answer then says that the evidence is newer.
 * @param stand as the act will leave it
 */
function withRound(app, stand, act) {
  const level = levelOf(app, stand);
  const isSpent = stand.checks_round >= MOST_A_DAY && roundsLeft(app, stand.id) === 0;
  if (level.checks.length === 0 || isSpent) return act;
  const rows = level.checks.map((check) => rowOf(check, level, stand));
  const isDone = rows.every((row) => row.outcome !== '');
  const round = {
    checks_status: isDone ? 'completed' : 'pending',
    checks_outcome: isDone ? 'not_run' : '',
    checks_evidence: stand.evidence_version,
    checks_round: stand.checks_round + 1,
    expires_on: '',
    rows,
  };
  const told = isDone ? [{ type: 'profile.checks_completed', data: { outcome: 'not_run' } }] : [];
  return { ...act, round, events: [...act.events, ...told] };
}

function rowOf({ type, provider }, level, stand) {
  const inputs = stand.documents
    .filter(({ kind }) => types[type].uses.includes(kind))
    .map(({ kind, version, sha256 }) => ({ kind, version, sha256 }));
  const code = obstacleTo(type, provider, level, stand);
  return { id: newId(), type, provider, inputs, outcome: code && 'not_run', findings: code ? [{ code }] : [] };
}

/** Why nobody can do it; '' if somebody can. */
function obstacleTo(type, provider, level, stand) {
  const { builtin, needs, consent } = types[type];
  if (!builtin && provider === BUILT_IN) return 'no_provider';
  if (!needs.every((kind) => stand.documents.some((document) => document.kind === kind))) return 'no_document';
  return consent && !(level.consent && isConsented(level, stand)) ? 'no_consent' : '';
}

/** A round by itself, which leaves the status as it is. @returns false when the level asks for none or the day has no more */
function beginRound(app, caller, stand, members = {}) {
  const { id: profile, partner, revision } = stand;
  const act = withRound(app, stand, { profile, partner, revision, events: [], ...members });
  if (!act.round) return false;
  perform(app, caller, 'check_rounds', act);
  return true;
}

module.exports = { beginRound, roundsLeft, withRound };
