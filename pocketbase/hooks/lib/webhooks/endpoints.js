const { audit } = require(`${__hooks}/lib/base/audit.js`);
const { SYSTEM, checkReach, findOwn } = require(`${__hooks}/lib/base/caller.js`);
const { newId } = require(`${__hooks}/lib/base/ids.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { run } = require(`${__hooks}/lib/base/sql.js`);
const { checkPace } = require(`${__hooks}/lib/webhooks/pace.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);
const { inTransaction, transact } = require(`${__hooks}/lib/base/transaction.js`);
const eventTypes = require(`${__hooks}/lib/shared/event-types.json`);

const MAX_ENDPOINTS = 20;
const FIELDS = ['id', 'partner', 'url', 'events', 'description', 'enabled', 'secret'];
/** What the records API never sets. Silently kept, as the admin UI sends whole forms. */
const KEPT = ['partner', 'secret', 'previous_secret', 'previous_expires_at', 'disabled_reason', 'failing_since'];
const DEFAULT_EVENTS = Object.keys(eventTypes).filter((type) => eventTypes[type].default);

function createEndpoint(app, caller, body) {
  checkReach(caller, body.partner);
  const endpoint = new Record(app.findCachedCollectionByNameOrId('webhook_endpoints'));
  endpoint.set('enabled', true);
  for (const name of FIELDS) if (body[name] !== undefined) endpoint.set(name, body[name]);
  endpoint.set('@caller', caller);
  app.save(endpoint);
  return endpoint;
}

/** Until `previous_expires_at` both secrets sign. One that is still expiring is dropped: no more than two ever sign. */
function rotateSecret(app, caller, id, body) {
  let endpoint;
  transact(app, (tx) => {
    endpoint = findOwn(tx, caller, 'webhook_endpoints', id);
    endpoint.set('previous_secret', endpoint.getString('secret'));
    endpoint.set('previous_expires_at', body.previous_expires_at ?? '');
    endpoint.set('secret', body.secret);
    endpoint.set('@caller', caller);
    endpoint.set('@action', 'webhook.rotated');
    tx.save(endpoint);
  });
  return endpoint;
}

const TEST = `INSERT INTO webhook_deliveries (id, partner, endpoint, event, event_type, status, next_attempt_at, created)
  VALUES ({:id}, {:partner}, {:endpoint}, {:event}, 'webhook.test', 'pending', {:now}, {:now})`;

/** A delivery whose event is in no outbox: it takes no number of the partner's sequence and stays out of the feed. */
function sendTest(app, caller, id) {
  let delivery;
  transact(app, (tx) => {
    const endpoint = findOwn(tx, caller, 'webhook_endpoints', id);
    checkPace(tx, endpoint);
    checkEnabled(endpoint);
    const test = newId();
    const values = {
      id: test,
      partner: endpoint.getString('partner'),
      endpoint: endpoint.id,
      event: newId(),
      now: stamp(Date.now()),
    };
    run(tx, TEST, values);
    audit(tx, caller, 'webhook.tested', { partner: values.partner, target: id });
    delivery = tx.findRecordById('webhook_deliveries', test);
  });
  return delivery;
}

function checkEnabled(endpoint) {
  if (endpoint.getBool('enabled')) return;
  const errors = [{ pointer: '/enabled', detail: 'Is false' }];
  fail(422, 'validation_failed', 'The webhook is disabled.', { errors });
}

function insertEndpoint(e) {
  inTransaction(e, (tx) => {
    const partner = e.model.getString('partner');
    if (tx.countRecords('webhook_endpoints', $dbx.hashExp({ partner })) >= MAX_ENDPOINTS) {
      fail(422, 'validation_failed', `A partner has no more than ${MAX_ENDPOINTS} webhooks.`);
    }
    checkEvents(e.model);
    e.next();
    auditEndpoint(tx, e.model, 'webhook.created');
  });
}

function updateEndpoint(e) {
  inTransaction(e, (tx) => {
    checkEvents(e.model);
    e.model.ignoreUnchangedFields(true); // else a stale update carries old values back
    e.next();
    auditEndpoint(tx, e.model, e.model.get('@action') ?? 'webhook.updated');
  });
}

function auditEndpoint(tx, endpoint, action) {
  audit(tx, endpoint.get('@caller') ?? SYSTEM, action, { partner: endpoint.getString('partner'), target: endpoint.id });
}

/** None named: those that most partners want. */
function checkEvents(endpoint) {
  const types = JSON.parse(endpoint.getString('events') || '[]') ?? [];
  if (types.length === 0) return endpoint.set('events', DEFAULT_EVENTS);
  const isKnown = Array.isArray(types) && types.every((type) => type === '*' || Object.hasOwn(eventTypes, type));
  if (isKnown) return;
  fail(422, 'validation_failed', 'A type is not known.', { errors: [{ pointer: '/events', detail: 'Is not known' }] });
}

function keepServerFields(endpoint) {
  const original = endpoint.original();
  for (const name of KEPT) endpoint.setRaw(name, original.getRaw(name));
}

/** Past failures are no longer held against an endpoint that is switched on again or has moved. */
function forgive(endpoint) {
  const original = endpoint.original();
  const isSwitchedOn = endpoint.getBool('enabled') && !original.getBool('enabled');
  if (isSwitchedOn) endpoint.set('disabled_reason', '');
  if (isSwitchedOn || endpoint.getString('url') !== original.getString('url')) endpoint.set('failing_since', '');
}

function deleteEndpoint(e) {
  inTransaction(e, (tx) => {
    run(tx, 'DELETE FROM webhook_deliveries WHERE endpoint = {:endpoint}', { endpoint: e.model.id });
    e.next();
    auditEndpoint(tx, e.model, 'webhook.deleted');
  });
}

module.exports = {
  checkEnabled,
  createEndpoint,
  deleteEndpoint,
  forgive,
  insertEndpoint,
  keepServerFields,
  rotateSecret,
  sendTest,
  updateEndpoint,
};
