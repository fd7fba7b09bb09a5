/// The Worker's routes that are about no profile: keys, levels, the cron's sweep, figures, and an operator's re-keying.

routerAdd('POST', '/api/edge/keys', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { createKey } = require(`${__hooks}/lib/keys/keys.js`);
  return e.json(200, createKey(e.app, serviceOf(e), bodyOf(e)));
});

// A key holds its own id, so the Worker has to know it before it makes the key.
routerAdd('GET', '/api/edge/ids', (e) => {
  require(`${__hooks}/lib/base/caller.js`).serviceOf(e);
  return e.json(200, { id: require(`${__hooks}/lib/base/ids.js`).newId() });
});

routerAdd('GET', '/api/edge/keys/{id}', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { readKey } = require(`${__hooks}/lib/keys/keys.js`);
  const { fail } = require(`${__hooks}/lib/base/problem.js`);
  serviceOf(e); // whoever holds the key is not known yet, so x-partner says nothing here
  const [id, digest] = [e.request.pathValue('id'), e.request.url.query().get('digest')];
  return e.json(200, readKey(e.app, id, digest) ?? fail(404, 'not_found', 'There is no such key.'));
});

routerAdd('POST', '/api/edge/keys/{id}/rotate', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { rotateKey } = require(`${__hooks}/lib/keys/keys.js`);
  return e.json(200, rotateKey(e.app, serviceOf(e), e.request.pathValue('id'), bodyOf(e)));
});

routerAdd('POST', '/api/edge/keys/{id}/revoke', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { revokeKey } = require(`${__hooks}/lib/keys/keys.js`);
  return e.json(200, revokeKey(e.app, serviceOf(e), e.request.pathValue('id')));
});

routerAdd('POST', '/api/edge/levels', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { createLevel } = require(`${__hooks}/lib/levels/create.js`);
  return e.json(200, createLevel(e.app, serviceOf(e), bodyOf(e)));
});

routerAdd('POST', '/api/edge/sweep', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { sweep } = require(`${__hooks}/lib/upkeep/sweep.js`);
  return e.json(200, sweep(e.app, serviceOf(e)));
});

routerAdd('GET', '/api/edge/metrics', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { metrics } = require(`${__hooks}/lib/review/metrics.js`);
  return e.json(200, metrics(e.app, serviceOf(e)));
});

routerAdd('POST', '/api/edge/rekey', (e) => {
  const { checkReach, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { rekey } = require(`${__hooks}/lib/profiles/dedupe.js`);
  checkReach(serviceOf(e));
  return e.json(200, rekey(e.app, 500));
});
