const { fail } = require(`${__hooks}/lib/problem.js`);

const TOPIC = 'changes';

/** The topic follows no collection's rule, so it is the Worker's alone. */
function checkListener(e) {
  const wants = e.subscriptions.some((one) => one.split('?')[0] === TOPIC);
  if (wants && e.auth?.collection().name !== 'services')
    fail(403, 'forbidden', 'This topic is for the service account.');
}

/**
 * Tells every listener of a change: ids, statuses and claims only. A subscription to the collection itself would judge its rule by a query
 * for each listener and change: twenty open pages took more of PocketBase than all writes.
 */
function announce(app, record) {
  const broker = app.subscriptionsBroker();
  if (broker.totalClients() === 0) return;
  const message = new SubscriptionMessage({ name: TOPIC, data: JSON.stringify(changeOf(record)) });
  for (const client of Object.values(broker.clients())) if (client.hasSubscription(TOPIC)) client.send(message);
}

function changeOf(record) {
  if (record.collection().name === 'notes') return { id: record.getString('profile') };
  return {
    id: record.id,
    status: record.getString('status'),
    claimed_by: record.getString('claimed_by'),
    claimed_until: record.getString('claimed_until'),
  };
}

module.exports = { announce, checkListener };
