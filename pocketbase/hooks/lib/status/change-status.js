const { perform } = require(`${__hooks}/lib/base/act.js`);
const { findEarlier, remember, remembered } = require(`${__hooks}/lib/base/idempotency.js`);
const { newId } = require(`${__hooks}/lib/base/ids.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);
const { answeredKinds, missingKinds } = require(`${__hooks}/lib/documents/missing.js`);
const { isConsented, readConsent, tellConsent, writeConsent } = require(`${__hooks}/lib/levels/consent.js`);
const { requiredKinds } = require(`${__hooks}/lib/levels/fit.js`);
const { levelOf } = require(`${__hooks}/lib/levels/level.js`);
const { beginRound, withRound } = require(`${__hooks}/lib/levels/round.js`);
const { checkOpen, respectClaim, writeProfile } = require(`${__hooks}/lib/base/stand.js`);
const { sealEvidence } = require(`${__hooks}/lib/status/evidence.js`);
const { readChange } = require(`${__hooks}/lib/status/history.js`);
const { waitingSince } = require(`${__hooks}/lib/status/waited.js`);
const actorTypes = require(`${__hooks}/lib/shared/actor-types.json`);
const kinds = Object.keys(require(`${__hooks}/lib/shared/document-kinds.json`));
const reasonCodes = require(`${__hooks}/lib/shared/reason-codes.json`);
const sets = require(`${__hooks}/lib/shared/status-sets.json`);
const table = require(`${__hooks}/lib/shared/statuses.json`);

/** Of reason and note. */
const MAX_LENGTH = 5000;

/**
 * Moves a profile to another status. Everything is judged on the stand that the act is written onto, so of two contradictory decisions one
 * sees the other.
 * @param body `{to, reason_code?, reason?, note?, kinds?, expected_status?, expected_evidence?, respect_claim?}`
 */
function changeStatus(app, caller, id, body) {
  checkBody(caller, body);
  return writeProfile(app, caller, id, (db, stand) => {
    const earlier = findEarlier(db, caller, id);
    if (earlier) {
      const row = readChange(db, earlier.target);
      return { changed: earlier.changed, row, status: row.to, replayed: true };
    }
    checkExpectations(caller, stand, body);
    if (body.to === stand.status) {
      remember(db, caller, id, stand.latest_status);
      return { changed: false, row: readChange(db, stand.latest_status), status: stand.status };
    }
    checkTransition(stand.status, body.to);
    return { changed: true, row: readChange(db, move(db, caller, stand, body)), status: body.to };
  });
}

/**
 * An applicant's submit, or a partner's in the applicant's place: nothing may be missing. In `pending` already it changes no status,
 * and evidence that is newer than its checks is checked.
 * @param body `{consent?: {version, given_at, locale}}` of a partner that has asked the applicant itself
 */
function submit(app, caller, id, body) {
  return writeProfile(app, caller, id, (db, stand) => {
    const isPending = stand.status === 'pending';
    if (!isPending) checkTransition(stand.status, 'pending');
    checkOpen(caller, stand);
    const level = levelOf(db, stand);
    const consent = body.consent ? readConsent(level, stand, body.consent, '/consent') : null;
    if (isPending) {
      if (consent) writeConsent(db, caller, stand, consent);
      const now = { ...stand, consent: consent ?? stand.consent, revision: stand.revision + (consent ? 1 : 0) };
      if (stand.evidence_version > stand.checks_evidence) beginRound(db, caller, now);
      return { status: 'pending' };
    }
    checkSupplied(level, stand, consent);
    move(db, caller, stand, { to: 'pending' }, consent);
    return { status: 'pending' };
  });
}

function checkSupplied(level, stand, consent) {
  const lacking = missingNow(level, stand, stand.asked);
  if (!consent && !isConsented(level, stand)) lacking.push('consent');
  if (lacking.length === 0) return;
  const errors = lacking.map((name) => ({ pointer: `/${name}`, detail: 'Is missing' }));
  fail(422, 'validation_failed', 'Something is missing.', { errors });
}

/** Writes the change, and with it a consent that came along. @returns the id of its row in the history */
function move(app, caller, stand, { to, reason_code = '', reason = '', note = '', kinds: named }, consent = null) {
  const level = levelOf(app, stand);
  const told = tellConsent(consent);
  const isDecision = sets.decided.includes(to);
  const evidence = isDecision ? sealEvidence(stand) : null;
  const again = to === 'resubmission_requested' ? (named ?? reasonCodes[reason_code]?.kinds ?? []) : [];
  const asked = sets.final.includes(to) ? [] : [...new Set([...stand.asked, ...again])];
  const seq = stand.seq + 1;
  const id = newId();
  const history = {
    id,
    seq,
    from: stand.status,
    to,
    reason_code,
    reason,
    note,
    evidence_version: stand.evidence_version,
  };
  const act = {
    profile: stand.id,
    partner: stand.partner,
    revision: stand.revision,
    history: {
      ...history,
      kinds: again,
      evidence_sha256: evidence?.sha256 ?? '',
      waiting_since: isDecision ? waitingSince(app, stand.id, seq) : null,
    },
    ...told,
    ...(evidence && { evidence: { salt: evidence.salt, text: evidence.text } }),
    set: {
      ...told.set,
      asked, // what a resubmission asks for stays asked for until somebody decides
      missing: missingNow(level, stand, asked, again),
      final_since: sets.final.includes(to) ? stamp(Date.now()) : '', // retention runs from it
      ...(to !== 'in_review' && { claimed_by: '', claimed_until: '' }),
    },
    ...remembered(caller, id, true),
    events: [...told.events, { type: 'profile.status_changed', data: { from: stand.status, to } }],
    audit: [
      ...told.audit,
      { action: actorTypes[caller.type].decides ? 'status.decided' : 'status.changed', target: to },
    ],
  };
  const after = { ...stand, consent: consent ?? stand.consent };
  perform(app, caller, 'status_changes', to === 'pending' ? withRound(app, after, act) : act);
  return id;
}

/** @param again what is asked for just now, and so has no answer yet */
function missingNow(level, stand, asked, again = []) {
  const current = stand.documents.map((document) => document.kind);
  const answered = answeredKinds(stand).filter((kind) => !again.includes(kind));
  return missingKinds({ required: requiredKinds(level, stand.document_type), current, asked, answered });
}

function checkBody(caller, body) {
  const { to, reason_code, kinds: named } = body;
  const invalid = (pointer, detail) => fail(422, 'validation_failed', detail, { errors: [{ pointer, detail }] });
  if (!Object.hasOwn(table, to)) invalid('/status', 'There is no such status');
  if (reason_code && !Object.hasOwn(reasonCodes, reason_code)) invalid('/reason_code', 'There is no such code');
  if (named && to !== 'resubmission_requested') invalid('/kinds', 'Goes with resubmission_requested only');
  if (named?.some((kind) => !kinds.includes(kind))) invalid('/kinds', 'There is no such kind');
  for (const name of ['reason', 'note']) {
    if (body[name]?.length > MAX_LENGTH) invalid(`/${name}`, `May have at most ${MAX_LENGTH} characters`);
  }
  if (caller.type === 'partner') fail(403, 'forbidden', 'Partners set no status.');
  if (caller.type === 'applicant') fail(403, 'forbidden', 'Applicants only submit.');
}

function checkExpectations(caller, stand, { to, expected_status, expected_evidence, respect_claim }) {
  const { status: current, evidence_version } = stand;
  if (expected_status && expected_status !== current) {
    fail(409, 'status_conflict', `The status is ${current}.`, { current_status: current });
  }
  if (respect_claim) respectClaim(stand, caller);
  if (!sets.decided.includes(to)) return;
  if (expected_evidence === undefined && caller.type === 'reviewer') {
    const errors = [{ pointer: '/expected_evidence', detail: 'Reviewers name the evidence that they decide on' }];
    fail(422, 'validation_failed', 'A decision names its evidence.', { errors });
  }
  if (expected_evidence !== undefined && expected_evidence !== evidence_version) {
    const members = { current_evidence_version: evidence_version };
    fail(409, 'evidence_changed', 'The evidence is another one than was seen.', members);
  }
}

function checkTransition(from, to) {
  const allowed = table[from];
  if (!allowed.includes(to)) fail(409, 'illegal_transition', `${from} may not become ${to}.`, { allowed });
}

module.exports = { changeStatus, move, submit };
