const { fail } = require(`${__hooks}/lib/base/problem.js`);

const ACTOR_TYPES = ['partner', 'reviewer', 'applicant', 'service', 'system'];

/** Who acts when no request does: the cron, the console. */
const SYSTEM = { type: 'system', id: '', requestId: '', partner: '*', linkIssuedAt: 0, idempotency: null };

/** Quicker than PocketBase's `requestInfo`, which makes other names of all headers first. */
const headerOf = (e, name) => (e.requestEvent ?? e).request.header.get(name);
const bodyOf = (e) => JSON.parse(toString(e.request.body) || '{}');

/** Who acts. Only the service account may name somebody else; without `x-partner` it reaches no record. */
function callerOf(e) {
  const header = (name) => headerOf(e, name);
  const key = header('x-idempotency-key');
  const caller = {
    requestId: header('x-request-id'),
    partner: header('x-partner'),
    linkIssuedAt: 0,
    idempotency: key ? { key, body: header('x-idempotency-body') } : null,
    answer: (e.requestEvent ?? e).response.header(),
  };
  if (e.auth?.isSuperuser()) return { ...caller, type: 'superuser', id: e.auth.id, requestId: '', partner: '*' };
  if (e.auth?.collection().name !== 'services') fail(401, 'unauthenticated', 'The service account is needed.');

  const type = header('x-actor-type');
  if (!type) return { ...caller, type: 'service', id: e.auth.id };
  if (!ACTOR_TYPES.includes(type)) fail(400, 'invalid_request', 'x-actor-type is none of the known ones.');
  return { ...caller, type, id: header('x-actor-id'), linkIssuedAt: Number(header('x-link-iat')) * 1000 };
}

/** The caller of our own routes: the service account, never a superuser. */
function serviceOf(e) {
  if (e.auth?.isSuperuser()) fail(401, 'unauthenticated', 'The service account is needed.');
  return callerOf(e);
}

/** An applicant's link opens one profile, and none once the partner has revoked it. */
function checkLink(caller, profile) {
  if (caller.type !== 'applicant') return;
  const validAfter = profile.getDateTime('links_valid_after');
  const isRevoked = !validAfter.isZero() && Math.round(caller.linkIssuedAt) < validAfter.time().unixMilli();
  if (caller.id !== profile.id || !(caller.linkIssuedAt > 0) || isRevoked) {
    // Not 401: that always means the service token, which the Worker would renew.
    fail(403, 'unauthenticated', 'The link is not valid for this profile.');
  }
}

/** `partner` undefined: all of them are meant. */
function checkReach(caller, partner) {
  if (caller.partner !== '*' && caller.partner !== partner) fail(403, 'forbidden', 'x-partner names another partner.');
}

function findProfile(app, caller, id) {
  const profile = findOwnProfile(app, caller, id);
  checkNotRedacted(profile);
  return profile;
}

/** Another partner's record is as absent as one that never was. */
function findOwn(app, caller, collection, id) {
  let record = null;
  try {
    record = app.findRecordById(collection, id);
  } catch {}
  if (!record || (caller.partner !== '*' && caller.partner !== record.getString('partner'))) {
    fail(404, 'not_found', 'There is no such record.');
  }
  return record;
}

/** Erased or not. */
function findOwnProfile(app, caller, id) {
  const profile = findOwn(app, caller, 'profiles', id);
  checkLink(caller, profile);
  return profile;
}

function checkNotRedacted(profile) {
  if (!profile.getDateTime('redacted_at').isZero()) fail(410, 'gone', 'The profile has been erased.');
}

module.exports = {
  SYSTEM,
  bodyOf,
  callerOf,
  headerOf,
  serviceOf,
  checkLink,
  checkNotRedacted,
  checkReach,
  findOwn,
  findOwnProfile,
  findProfile,
};
