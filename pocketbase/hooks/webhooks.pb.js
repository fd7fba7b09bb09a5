/// Events, and who is told of them: the Worker's routes, and the invariants of endpoints.

onRecordsListRequest((e) => {
  require(`${__hooks}/lib/webhooks/events.js`).addExternalIds(e.app, e.records);
  return e.next();
}, 'events');

onRecordViewRequest((e) => {
  require(`${__hooks}/lib/webhooks/events.js`).addExternalIds(e.app, [e.record]);
  return e.next();
}, 'events');

onRecordCreateRequest((e) => require(`${__hooks}/lib/base/audit.js`).rememberCaller(e), 'webhook_endpoints');

onRecordUpdateRequest((e) => {
  require(`${__hooks}/lib/webhooks/endpoints.js`).keepServerFields(e.record);
  return require(`${__hooks}/lib/base/audit.js`).rememberCaller(e);
}, 'webhook_endpoints');

onRecordDeleteRequest((e) => require(`${__hooks}/lib/base/audit.js`).rememberCaller(e), 'webhook_endpoints');

onRecordUpdate((e) => {
  require(`${__hooks}/lib/webhooks/endpoints.js`).forgive(e.record);
  return e.next();
}, 'webhook_endpoints');

onModelUpdateExecute((e) => {
  require(`${__hooks}/lib/webhooks/endpoints.js`).updateEndpoint(e);
}, 'webhook_endpoints');

onModelCreateExecute((e) => {
  require(`${__hooks}/lib/webhooks/endpoints.js`).insertEndpoint(e);
}, 'webhook_endpoints');

onModelDeleteExecute((e) => {
  require(`${__hooks}/lib/webhooks/endpoints.js`).deleteEndpoint(e);
}, 'webhook_endpoints');

routerAdd('POST', '/api/edge/webhooks', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { createEndpoint } = require(`${__hooks}/lib/webhooks/endpoints.js`);
  return e.json(200, createEndpoint(e.app, serviceOf(e), bodyOf(e)));
});

routerAdd('POST', '/api/edge/webhooks/{id}/rotate', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { rotateSecret } = require(`${__hooks}/lib/webhooks/endpoints.js`);
  return e.json(200, rotateSecret(e.app, serviceOf(e), e.request.pathValue('id'), bodyOf(e)));
});

routerAdd('POST', '/api/edge/webhooks/{id}/test', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { announce } = require(`${__hooks}/lib/base/announce.js`);
  const { sendTest } = require(`${__hooks}/lib/webhooks/endpoints.js`);
  const delivery = sendTest(e.app, serviceOf(e), e.request.pathValue('id'));
  announce(e.response.header(), [delivery.id]);
  return e.json(200, delivery);
});

routerAdd('POST', '/api/edge/webhooks/{id}/deliveries/{delivery}/redeliver', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { redeliver } = require(`${__hooks}/lib/webhooks/deliveries.js`);
  return e.json(200, redeliver(e, serviceOf(e), e.request.pathValue('id'), e.request.pathValue('delivery')));
});

routerAdd('POST', '/api/edge/deliveries/claim', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { claim } = require(`${__hooks}/lib/webhooks/deliveries.js`);
  return e.json(200, claim(e.app, serviceOf(e), bodyOf(e)));
});

routerAdd('POST', '/api/edge/deliveries/{id}/result', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { report } = require(`${__hooks}/lib/webhooks/deliveries.js`);
  return e.json(200, report(e.app, serviceOf(e), e.request.pathValue('id'), bodyOf(e)));
});
