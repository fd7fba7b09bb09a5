/// The routes of the reviewers' dashboard.

routerAdd('GET', '/api/edge/queue', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { readQueue } = require(`${__hooks}/lib/review/queue.js`);
  return e.json(200, readQueue(e.app, serviceOf(e), e.requestInfo().query));
});

routerAdd('GET', '/api/edge/reviewers', (e) => {
  const { checkReviewer, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  checkReviewer(serviceOf(e));
  const items = e.app.findAllRecords('reviewers').map((one) => ({ id: one.id, name: one.getString('name') }));
  return e.json(200, { items });
});

routerAdd('GET', '/api/edge/metrics/daily', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { dailyFigures } = require(`${__hooks}/lib/review/daily.js`);
  return e.json(200, dailyFigures(e.app, serviceOf(e), e.requestInfo().query));
});

routerAdd('POST', '/api/edge/profiles/{id}/claim', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { claim } = require(`${__hooks}/lib/review/claims.js`);
  return e.json(200, claim(e.app, serviceOf(e), e.request.pathValue('id')));
});

routerAdd('POST', '/api/edge/profiles/{id}/release', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { release } = require(`${__hooks}/lib/review/claims.js`);
  return e.json(200, release(e.app, serviceOf(e), e.request.pathValue('id')));
});

routerAdd('POST', '/api/edge/queue/next', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { takeNext } = require(`${__hooks}/lib/review/queue.js`);
  return e.json(200, takeNext(e.app, serviceOf(e), bodyOf(e)));
});

routerAdd('GET', '/api/edge/changes', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { changesSince } = require(`${__hooks}/lib/review/changes.js`);
  return e.json(200, changesSince(e.app, serviceOf(e), e.requestInfo().query));
});
