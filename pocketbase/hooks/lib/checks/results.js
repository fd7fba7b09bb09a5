const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { readStand } = require(`${__hooks}/lib/base/stand.js`);
const { SYSTEM } = require(`${__hooks}/lib/base/caller.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const { concludeCheck } = require(`${__hooks}/lib/checks/conclude.js`);
const { findHeld, refuseAttempt } = require(`${__hooks}/lib/checks/held.js`);
const { outcomeOf } = require(`${__hooks}/lib/checks/outcomes.js`);
const { withReuse } = require(`${__hooks}/lib/checks/reuse.js`);
const { countCheck } = require(`${__hooks}/lib/review/metrics.js`);
const codes = require(`${__hooks}/lib/shared/check-codes.json`);
const outcomes = require(`${__hooks}/lib/shared/check-outcomes.json`);

const MOST_BYTES = 65_536;
const MOST_LEVELS = 32;

/**
 * Takes what a runner found, once. Judged here: a vendor's adapter may be anybody's.
 * @param body `{attempt, outcome, findings, scores, facts, provider, external_ref?, photo_hash?}`
 * @returns `{id, status, outcome}`
 */
function report(app, caller, id, body) {
  checkResult(id, body);
  const result = $security.sha256(JSON.stringify(body));
  let answer;
  let isNew = false;
  transact(app, (tx) => {
    const check = findHeld(tx, caller, id, body.attempt);
    answer = { id, status: check.status, outcome: check.outcome };
    if (check.result === result) return;
    if (body.provider.name !== check.provider) refuse('/provider/name', 'The check is for another provider');
    if (check.result || !check.locked_until) refuseAttempt();
    const found =
      check.type === 'document_reuse' ? withReuse(tx, readStand(tx, SYSTEM, check.profile), check, body) : body;
    concludeCheck(tx, caller, check, { status: 'completed', columns: columnsOf(found, body, result) });
    isNew = true;
    answer = { id, status: check.status === 'pending' ? 'completed' : check.status, outcome: found.outcome };
  });
  if (isNew) countCheck(app, answer.outcome);
  return answer;
}

function columnsOf({ outcome, findings, facts }, { scores = {}, provider, external_ref }, result) {
  return {
    outcome,
    findings: JSON.stringify(findings),
    scores: JSON.stringify(scores),
    facts: JSON.stringify(facts),
    done_by: JSON.stringify(provider),
    result,
    ...(external_ref && { external_ref }),
  };
}

function refuse(pointer, detail) {
  fail(422, 'validation_failed', 'The result is not valid.', { errors: [{ pointer, detail }] });
}

/** SQLite reads JSON of 1000 levels, and a Worker writes not many more. */
function isShallow(value, levels = MOST_LEVELS) {
  if (value === null || typeof value !== 'object') return true;
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1));
}

/** @throws 422 where outcome and findings disagree, 413 */
function checkResult(id, body) {
  const { attempt, outcome, findings, facts, scores, provider, external_ref, photo_hash } = body;
  const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
  if (JSON.stringify(body).length > MOST_BYTES) fail(413, 'payload_too_large', 'A result has at most 64 KiB.');
  if (!Number.isInteger(attempt)) refuse('/attempt', 'Is no number');
  if (!outcomes.includes(outcome)) refuse('/outcome', 'There is no such outcome');
  if (!Array.isArray(findings)) refuse('/findings', 'Is no list');
  findings.forEach((finding, index) => {
    if (!isObject(finding) || !Object.hasOwn(codes, finding.code))
      refuse(`/findings/${index}`, 'There is no such code');
  });
  if (outcome !== outcomeOf(findings)) refuse('/outcome', `The findings say ${outcomeOf(findings)}`);
  if (!isObject(facts) || !isObject(scores)) refuse('/facts', 'Facts and scores are objects');
  if (!isShallow(facts)) refuse('/facts', 'Is nested too deeply');
  if (!isObject(provider) || typeof provider.name !== 'string') refuse('/provider', 'Names nobody');
  if (external_ref !== undefined && !String(external_ref).startsWith(id))
    refuse('/external_ref', 'Begins with the id of the check');
  if (photo_hash !== undefined && !/^[0-9a-f]{16}$/.test(photo_hash)) refuse('/photo_hash', 'Is no hash of 64 bits');
}

module.exports = { report };
