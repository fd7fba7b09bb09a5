const { findOwn } = require(`${__hooks}/lib/base/caller.js`);
const { NOW } = require(`${__hooks}/lib/webhooks/events.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { inTransaction, transact } = require(`${__hooks}/lib/base/transaction.js`);

const MAX_ENDPOINTS = 20;
const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const FIELDS = ['id', 'partner', 'url', 'events', 'description', 'enabled', 'secret'];
/** What the records API never sets. Silently kept, as the admin UI sends whole forms. */
const KEPT = ['partner', 'secret', 'previous_secret', 'previous_expires_at', 'disabled_reason', 'failing_since'];

function createEndpoint(app, caller, body) {
  if (caller.partner !== '*' && caller.partner !== body.partner)
    fail(403, 'forbidden', 'x-partner names another partner.');
  const endpoint = new Record(app.findCachedCollectionByNameOrId('webhook_endpoints'));
  endpoint.set('enabled', true);
  for (const name of FIELDS) if (body[name] !== undefined) endpoint.set(name, body[name]);
  app.save(endpoint);
  return endpoint;
}

function secretsOf(app, caller, id) {
  const endpoint = findOwn(app, caller, 'webhook_endpoints', id);
  const names = ['secret', 'previous_secret', 'previous_expires_at'];
  return Object.fromEntries(names.map((name) => [name, endpoint.getString(name)]));
}

/** Until `previous_expires_at` both secrets sign. One that is still expiring is dropped: no more than two ever sign. */
function rotateSecret(app, caller, id, body) {
  let endpoint;
  transact(app, (tx) => {
    endpoint = findOwn(tx, caller, 'webhook_endpoints', id);
    endpoint.set('previous_secret', endpoint.getString('secret'));
    endpoint.set('previous_expires_at', body.previous_expires_at ?? '');
    endpoint.set('secret', body.secret);
    tx.save(endpoint);
  });
  return endpoint;
}

/** A delivery whose event is in no outbox: it takes no number of the partner's sequence and stays out of the feed. */
function sendTest(app, caller, id) {
  let delivery;
  transact(app, (tx) => {
    const endpoint = findOwn(tx, caller, 'webhook_endpoints', id);
    checkEnabled(endpoint);
    const inserted = new DynamicModel({ id: '' });
    tx.db()
      .newQuery(
        `INSERT INTO webhook_deliveries (partner, endpoint, event, event_type, status, next_attempt_at, created)
          VALUES ({:partner}, {:endpoint}, {:event}, 'webhook.test', 'pending', ${NOW}, ${NOW})
          RETURNING id`,
      )
      .bind({
        partner: endpoint.getString('partner'),
        endpoint: endpoint.id,
        event: $security.randomStringWithAlphabet(15, ID_ALPHABET),
      })
      .one(inserted);
    delivery = tx.findRecordById('webhook_deliveries', inserted.id);
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
    e.next();
  });
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
    tx.db()
      .newQuery('DELETE FROM webhook_deliveries WHERE endpoint = {:endpoint}')
      .bind({ endpoint: e.model.id })
      .execute();
    e.next();
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
  secretsOf,
  sendTest,
};
