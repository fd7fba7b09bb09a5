const { perform } = require(`${__hooks}/lib/base/act.js`);
const { SYSTEM } = require(`${__hooks}/lib/base/caller.js`);
const { conclude } = require(`${__hooks}/lib/base/lease.js`);
const { all, run } = require(`${__hooks}/lib/base/sql.js`);
const { readStand } = require(`${__hooks}/lib/base/stand.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);
const { applyPolicy } = require(`${__hooks}/lib/checks/policy.js`);
const { worstOf } = require(`${__hooks}/lib/checks/outcomes.js`);

/** A check that could not be done tells nothing. */
const OUTCOME_OF_FAILED = 'inconclusive';

const ROUND = `SELECT type, provider, status, outcome, IFNULL(findings, '[]') AS findings, IFNULL(inputs, '[]') AS inputs,
    IFNULL(facts ->> 'expires_on', '') AS expires_on
  FROM checks WHERE profile = {:profile} AND round = {:round}`;
const SHAPE = { type: '', provider: '', status: '', outcome: '', findings: '', inputs: '', expires_on: '' };
const DONE = `UPDATE profiles SET checks_status = 'completed', checks_outcome = {:outcome}, updated = {:now},
    expires_on = IIF(expiry_told = {:document}, '', {:expires_on}) WHERE id = {:profile}`;

/**
 * Ends a check, and with the last of a round the round. One that was superseded meanwhile keeps its result, and nothing follows from it.
 * @param check `{id, profile, round, evidence_version, status}`
 */
function concludeCheck(tx, caller, check, { status, columns = {} }) {
  const isLate = check.status === 'superseded';
  const completed = isLate ? {} : { completed: stamp(Date.now()) };
  conclude(tx, 'checks', check.id, {
    status: isLate ? 'superseded' : status,
    nextAttemptAt: '',
    columns: { ...columns, ...completed },
  });
  if (!isLate) finishRound(tx, caller, check);
}

function finishRound(tx, caller, check) {
  const { profile, round } = check;
  const rows = all(tx, ROUND, SHAPE, { profile, round }).map((row) => ({
    ...row,
    outcome: row.status === 'failed' ? OUTCOME_OF_FAILED : row.outcome,
    findings: JSON.parse(row.findings),
  }));
  if (rows.some((row) => row.status === 'pending')) return;
  const stand = readStand(tx, SYSTEM, profile);
  if (stand.checks_round !== round) return;
  const outcome = worstOf(rows.map((row) => row.outcome));
  run(tx, DONE, { profile, outcome, now: stamp(Date.now()), ...expiryOf(rows) });
  perform(tx, caller, 'tellings', {
    profile,
    partner: stand.partner,
    events: [{ type: 'profile.checks_completed', data: { outcome } }],
    audit: [{ action: 'checks.completed', target: outcome }],
  });
  applyPolicy(tx, caller, { stand, check, rows });
}

/** When the document expires, as it was read, and which version of it that is. */
function expiryOf(rows) {
  const { expires_on = '', inputs = '[]' } = rows.find((row) => /^\d{4}-\d{2}-\d{2}$/.test(row.expires_on)) ?? {};
  const front = JSON.parse(inputs).find(({ kind }) => kind === 'document_front');
  return { expires_on, document: front?.version ?? 0 };
}

module.exports = { concludeCheck };
