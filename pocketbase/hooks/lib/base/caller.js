const { fail } = require(`${__hooks}/lib/base/problem.js`);
const actorTypes = require(`${__hooks}/lib/shared/actor-types.json`);

/** Who acts when no request does: the cron, the console. */
const SYSTEM = {
  type: 'system',
  id: '',
  credentialId: '',
  requestId: '',
  partner: '*',
  linkIssuedAt: 0,
  idempotency: null,
};

/** Quicker than PocketBase's `requestInfo`, which first makes other names of all headers. */
const headerOf = (e, name) => (e.requestEvent ?? e).request.header.get(name);
const bodyOf = (e) => JSON.parse(toString(e.request.body) || '{}');

/** Who acts. Only the service account may name somebody else; without `x-partner` it reaches no record. */
function callerOf(e) {
  const header = (name) => headerOf(e, name);
  const key = header('x-idempotency-key');
  const caller = {
    credentialId: header('x-credential-id'),
    requestId: header('x-request-id'),
    partner: header('x-partner'),
    linkIssuedAt: 0,
    isRefresh: header('x-refresh') !== '',
    idempotency: key ? { key, body: header('x-idempotency-body') } : null,
    answer: (e.requestEvent ?? e).response.header(),
  };
  if (e.auth?.isSuperuser()) {
    return { ...caller, type: 'superuser', id: e.auth.id, credentialId: '', requestId: '', partner: '*' };
  }
  if (e.auth?.collection().name !== 'services') fail(401, 'unauthenticated', 'The service account is needed.');

  const type = header('x-actor-type');
  if (!type) return { ...caller, type: 'service', id: e.auth.id };
  const isKnown = Object.hasOwn(actorTypes, type) && type !== 'superuser';
  if (!isKnown) fail(400, 'invalid_request', 'x-actor-type is none of the known ones.');
  return { ...caller, type, id: header('x-actor-id'), linkIssuedAt: Number(header('x-link-iat')) * 1000 };
}

/** The caller of our own routes: the service account, never a superuser. */
function serviceOf(e) {
  if (e.auth?.isSuperuser()) fail(401, 'unauthenticated', 'The service account is needed.');
  return callerOf(e);
}

/** `partner` undefined: all of them are meant. */
function checkReach(caller, partner) {
  if (caller.partner !== '*' && caller.partner !== partner) fail(403, 'forbidden', 'x-partner names another partner.');
}

/** Another partner's record is as absent as one that never was. */
function findOwn(app, caller, collection, id) {
  let record = null;
  try {
    record = app.findRecordById(collection, id);
  } catch {}
  checkOwn(caller, record?.getString('partner') ?? null);
  return record;
}

/** @param partner null when there is no such record */
function checkOwn(caller, partner) {
  if (partner === null || (caller.partner !== '*' && caller.partner !== partner)) {
    fail(404, 'not_found', 'There is no such record.');
  }
}

function checkReviewer(caller) {
  if (caller.type !== 'reviewer' || !caller.id || caller.partner !== '*')
    fail(403, 'forbidden', 'This is for reviewers.');
}

module.exports = { SYSTEM, bodyOf, callerOf, checkOwn, checkReach, checkReviewer, findOwn, serviceOf };
