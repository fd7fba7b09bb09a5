const { audit } = require(`${__hooks}/lib/base/audit.js`);
const { checkReach, findOwn } = require(`${__hooks}/lib/base/caller.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { ALL, RUN, checkScopes, checkSuccession } = require(`${__hooks}/lib/keys/grants.js`);
const { SECOND, stamp } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const { all, run } = require(`${__hooks}/lib/base/sql.js`);
const checkTypes = require(`${__hooks}/lib/shared/check-types.json`);

const USE_NOTED_EVERY_MS = 60 * SECOND;

const SHAPE = {
  id: '',
  digest: '',
  partner: '',
  partner_active: false,
  scopes: '',
  expires_at: '',
  revoked_at: '',
  last_used_at: '',
};
const KEY = `SELECT k.id, k.digest, k.partner, IFNULL(p.active, k.partner = '${ALL}') AS partner_active, k.scopes, k.expires_at, k.revoked_at, k.last_used_at
  FROM api_keys k LEFT JOIN partners p ON p.slug = k.partner WHERE k.id = {:id}`;

/**
 * The key as the Worker verifies it; null when there is none. Its use is noted at most once a minute, and never fails it.
 * @param digestOfCaller of what the caller holds: a wrong key is no use
 */
function readKey(app, id, digestOfCaller) {
  const [key] = all(app, KEY, SHAPE, { id });
  if (!key) return null;
  if (digestOfCaller === key.digest) noteUse(app, key);
  const { digest, partner, partner_active, expires_at, revoked_at } = key;
  return { id: key.id, digest, partner, partner_active, scopes: JSON.parse(key.scopes), expires_at, revoked_at };
}

/** Plain SQL: no hook, no other column, and the condition lets one of many at once write. */
function noteUse(app, { id, last_used_at }) {
  const due = stamp(Date.now() - USE_NOTED_EVERY_MS);
  if (last_used_at > due) return;
  try {
    const sql = 'UPDATE api_keys SET last_used_at = {:now} WHERE id = {:id} AND last_used_at <= {:due}';
    run(app, sql, { id, due, now: stamp(Date.now()) });
  } catch (error) {
    app.logger().warn('The use of a key was not noted', 'error', String(error));
  }
}

function createKey(app, caller, body) {
  checkReach(caller, body.partner);
  let key;
  transact(app, (tx) => {
    checkPartner(tx, body.partner);
    checkScopes(tx, caller, body.partner, body.scopes);
    const { id, partner, name, scopes, digest, prefix, expires_at } = body;
    const reach = readReach(tx, body);
    key = insertKey(tx, { id, partner, name, scopes, ...reach, digest, prefix, term: expires_at, expires_at });
    auditKey(tx, caller, 'key.created', key);
  });
  return key;
}

function checkPartner(tx, partner, pointer = '/partner') {
  if (partner === ALL && pointer === '/partner') return;
  if (tx.countRecords('partners', $dbx.hashExp({ slug: String(partner ?? '') })) > 0) return;
  const errors = [{ pointer, detail: 'There is no such partner' }];
  fail(422, 'validation_failed', 'There is no such partner.', { errors });
}

/** Which checks a runner's key is for. @throws 422 for any other key that names some, and for a runner's that names no type */
function readReach(tx, { scopes, types = null, partners = null }) {
  const refuse = (pointer, detail) =>
    fail(422, 'validation_failed', 'The key is not valid.', { errors: [{ pointer, detail }] });
  if (!scopes.includes(RUN)) {
    if (types !== null) refuse('/types', `Goes with ${RUN} only`);
    if (partners !== null) refuse('/partners', `Goes with ${RUN} only`);
    return {};
  }
  const isList = (list) => Array.isArray(list) && list.length > 0;
  if (!isList(types) || !types.every((type) => Object.hasOwn(checkTypes, type))) refuse('/types', 'Names no check');
  if (partners !== null && !isList(partners)) refuse('/partners', 'Names no partner');
  partners?.forEach((partner, index) => {
    checkPartner(tx, partner, `/partners/${index}`);
  });
  return { types, partners };
}

/**
 * The predecessor lives on until the grace ends, or its own end if that comes first; the successor gets the full term again. A key has one
 * successor: a repeated request must not leave a key that nobody knows of.
 */
function rotateKey(app, caller, id, { id: successorId, digest, prefix, grace_seconds }) {
  if (!(grace_seconds >= 0)) {
    const errors = [{ pointer: '/grace_seconds', detail: 'Is not a number of seconds' }];
    fail(422, 'validation_failed', 'The grace is not a number of seconds.', { errors });
  }
  let successor;
  transact(app, (tx) => {
    const key = findOwn(tx, caller, 'api_keys', id);
    const ends = key.getString('expires_at');
    const isOver = key.getString('revoked_at') || (ends && ends <= stamp(Date.now()));
    if (isOver) fail(404, 'not_found', 'There is no such key in force.');
    if (ends !== key.getString('term')) fail(404, 'not_found', 'The key has a successor already.');
    const term = key.getString('term');
    const inherited = ['partner', 'name', 'scopes', 'types', 'partners'].map((column) => [column, key.get(column)]);
    const partner = key.getString('partner');
    checkSuccession(tx, caller, partner, JSON.parse(key.getString('scopes')));
    successor = insertKey(tx, {
      id: successorId,
      ...Object.fromEntries(inherited),
      digest,
      prefix,
      term,
      expires_at: term,
    });
    const grace = stamp(Date.now() + grace_seconds * SECOND);
    // An end apart from the term tells that the key was rotated, so its own end comes a millisecond early.
    key.set('expires_at', ends && ends <= grace ? stamp(Date.parse(ends.replace(' ', 'T')) - 1) : grace);
    tx.save(key);
    auditKey(tx, caller, 'key.rotated', key);
  });
  return successor;
}

function revokeKey(app, caller, id) {
  let key;
  transact(app, (tx) => {
    key = findOwn(tx, caller, 'api_keys', id);
    if (key.getString('revoked_at')) return;
    key.set('revoked_at', new DateTime());
    key.set('@caller', caller);
    tx.save(key);
  });
  return key;
}

function insertKey(tx, fields) {
  const key = new Record(tx.findCachedCollectionByNameOrId('api_keys'));
  key.load(fields);
  tx.save(key);
  return key;
}

/** The audit row of a revocation, whichever door it comes through. */
function auditRevocation(tx, key, caller) {
  if (!key.getString('revoked_at') || key.original().getString('revoked_at')) return;
  auditKey(tx, caller, 'key.revoked', key);
}

function auditKey(tx, caller, action, key) {
  const partner = key.getString('partner');
  audit(tx, caller, action, { partner: partner === ALL ? '' : partner, target: key.id });
}

module.exports = { readKey, createKey, rotateKey, revokeKey, auditRevocation };
