const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { ask } = require(`${__hooks}/lib/base/sql.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);
const scopes = require(`${__hooks}/lib/shared/scopes.json`);

/** The partner of an operator's key, as `x-partner` says it: all of them. */
const ALL = '*';
const scopesOf = (holder) => Object.keys(scopes).filter((scope) => scopes[scope].includes(holder));
const GRANTABLE = scopesOf('grantable');
const HOLDERS = { partner: 'partner', reviewer: 'reviewer', service: 'operator' };
/** Over all partners at once these are for a key of the settings to give: nobody gets them through a key that leaked. */
const OVER_PROFILES = /^(profiles|documents|notes|status|checks):/;
/** Stands alone: a runner has no other way in. */
const RUN = 'checks:run';
const MANAGED = 'key:';

const IN_FORCE = `SELECT scopes, IFNULL(types, 'null') AS types, IFNULL(partners, 'null') AS partners FROM api_keys WHERE id = {:id} AND revoked_at = '' AND (expires_at = '' OR expires_at > {:now})`;

/** What a caller holds is looked up here: the request says who calls, never what they may do. */
function holdingsOf(app, { type, credentialId }) {
  if (!credentialId.startsWith(MANAGED)) return HOLDERS[type] ? scopesOf(HOLDERS[type]) : [];
  return keyOf(app, credentialId).scopes;
}

/** What a managed key in force holds: nothing, unless there is one. */
function keyOf(app, credentialId) {
  const params = { id: credentialId.slice(MANAGED.length), now: stamp(Date.now()) };
  const [key] = ask(app, IN_FORCE, { scopes: '', types: '', partners: '' }, params);
  const read = (name) => (key ? JSON.parse(key[name]) : []);
  return { scopes: read('scopes'), types: read('types'), partners: read('partners') };
}

/**
 * The checks that a runner may do: their types and partners, null for all.
 * @throws 403 for whom no check is
 */
function runnerOf(app, caller) {
  const isManaged = caller.credentialId.startsWith(MANAGED);
  const { scopes, types, partners } = isManaged
    ? keyOf(app, caller.credentialId)
    : { scopes: holdingsOf(app, caller), types: null, partners: null };
  if (!scopes.includes(RUN)) fail(403, 'forbidden', 'Checks are for keys of runners.');
  return { types, partners };
}

/** What the caller may give to a partner, or with `*` to a key of the operator's: what they hold; to a partner, from the operator, what partners may have. */
function grantsOf(app, caller, partner) {
  const held = holdingsOf(app, caller);
  if (!held.includes('keys:manage')) return [];
  const isOperator = caller.type === 'service';
  if (partner !== ALL) return GRANTABLE.filter((scope) => isOperator || held.includes(scope));
  const isOfSettings = isOperator && !caller.credentialId.startsWith(MANAGED);
  return held.filter((scope) => isOfSettings || !OVER_PROFILES.test(scope));
}

/** @throws 422 `/scopes` for what the caller may not give */
function checkScopes(app, caller, partner, wanted) {
  const grants = grantsOf(app, caller, partner);
  if (Array.isArray(wanted) && wanted.includes(RUN) && wanted.length > 1) {
    const errors = [{ pointer: '/scopes', detail: `${RUN} stands alone` }];
    fail(422, 'validation_failed', 'A runner has no other scope.', { errors });
  }
  if (Array.isArray(wanted) && wanted.length > 0 && wanted.every((scope) => grants.includes(scope))) return;
  const detail = grants.length > 0 ? `Must be some of ${grants.join(', ')}` : 'You may grant none';
  fail(422, 'validation_failed', 'A scope cannot be granted.', { errors: [{ pointer: '/scopes', detail }] });
}

/** A successor is handed to the caller. @throws 403 when its scopes are not theirs to give */
function checkSuccession(app, caller, partner, inherited) {
  const grants = grantsOf(app, caller, partner);
  if (inherited.every((scope) => grants.includes(scope))) return;
  fail(403, 'forbidden', 'The key has scopes that you may not grant.');
}

module.exports = { ALL, RUN, checkScopes, checkSuccession, runnerOf };
