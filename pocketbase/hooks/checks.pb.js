/// The routes of runners and of those who read what they found.

routerAdd('POST', '/api/edge/checks/claim', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { claim } = require(`${__hooks}/lib/checks/claim.js`);
  return e.json(200, { items: claim(e.app, serviceOf(e), bodyOf(e)) });
});

routerAdd('GET', '/api/edge/checks/{id}/documents/{kind}', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { serveInput } = require(`${__hooks}/lib/checks/held.js`);
  const [id, kind] = ['id', 'kind'].map((name) => e.request.pathValue(name));
  return serveInput(e, serviceOf(e), { id, kind });
});

// Asked before an error of the request is answered: whether the check is the caller's at all.
routerAdd('GET', '/api/edge/checks/{id}/exists', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { findHeld } = require(`${__hooks}/lib/checks/held.js`);
  findHeld(e.app, serviceOf(e), e.request.pathValue('id'));
  return e.json(200, { exists: true });
});

routerAdd('POST', '/api/edge/checks/{id}/heartbeat', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { extend } = require(`${__hooks}/lib/checks/held.js`);
  return e.json(200, extend(e.app, serviceOf(e), e.request.pathValue('id'), bodyOf(e)));
});

routerAdd('POST', '/api/edge/checks/{id}/result', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { report } = require(`${__hooks}/lib/checks/results.js`);
  return e.json(200, report(e.app, serviceOf(e), e.request.pathValue('id'), bodyOf(e)));
});

routerAdd('POST', '/api/edge/checks/{id}/release', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { release } = require(`${__hooks}/lib/checks/held.js`);
  return e.json(200, release(e.app, serviceOf(e), e.request.pathValue('id'), bodyOf(e)));
});

routerAdd('POST', '/api/edge/checks/callbacks', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { wake } = require(`${__hooks}/lib/checks/callbacks.js`);
  return e.json(200, wake(e.app, serviceOf(e), bodyOf(e)));
});

routerAdd('GET', '/api/edge/profiles/{id}/checks', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { readChecks } = require(`${__hooks}/lib/checks/read.js`);
  return e.json(200, readChecks(e.app, serviceOf(e), e.request.pathValue('id'), e.requestInfo().query));
});

routerAdd('POST', '/api/edge/profiles/{id}/checks', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { checkAgain } = require(`${__hooks}/lib/checks/read.js`);
  return e.json(200, checkAgain(e.app, serviceOf(e), e.request.pathValue('id')));
});
