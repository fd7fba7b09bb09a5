/// The routes of the Worker: what takes more than one record, or more than PocketBase's records API can say.

routerAdd('GET', '/api/edge/schema', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { isConfigured } = require(`${__hooks}/lib/profiles/dedupe.js`);
  const table = require(`${__hooks}/lib/shared/statuses.json`);
  serviceOf(e);
  const newest = new DynamicModel({ file: '' });
  e.app.db().newQuery("SELECT MAX(file) AS file FROM _migrations WHERE file LIKE '%.js'").one(newest);
  return e.json(200, {
    migration: newest.file,
    status_digest: $security.sha256(JSON.stringify(table)),
    dedupe: isConfigured(e.app),
  });
});

routerAdd('POST', '/api/edge/profiles', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { enrol } = require(`${__hooks}/lib/profiles/enrol.js`);
  return e.json(200, enrol(e.app, serviceOf(e), bodyOf(e)));
});

routerAdd('GET', '/api/edge/profiles/{id}', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { readProfile } = require(`${__hooks}/lib/profiles/read.js`);
  const text = readProfile(e.app, serviceOf(e), e.request.pathValue('id'));
  e.response.header().set('Content-Type', 'application/json');
  e.response.header().set('X-Answer', 'final');
  return e.string(200, text);
});

routerAdd('POST', '/api/edge/profiles/{id}/status', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { decide } = require(`${__hooks}/lib/status/change-status.js`);
  return e.json(200, decide(e.app, serviceOf(e), e.request.pathValue('id'), bodyOf(e)));
});

routerAdd('POST', '/api/edge/profiles/{id}/link', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { renewLink } = require(`${__hooks}/lib/profiles/link.js`);
  return e.json(200, renewLink(e.app, serviceOf(e), e.request.pathValue('id'), bodyOf(e)));
});

routerAdd('POST', '/api/edge/profiles/{id}/notes', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { addNote } = require(`${__hooks}/lib/review/notes.js`);
  return e.json(200, addNote(e.app, serviceOf(e), e.request.pathValue('id'), bodyOf(e)));
});

routerAdd('POST', '/api/edge/profiles/{id}/redact', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { redact } = require(`${__hooks}/lib/profiles/redact.js`);
  return e.json(200, { redacted: redact(e.app, serviceOf(e), e.request.pathValue('id')) });
});

routerAdd('GET', '/api/edge/profiles/{id}/documents/{kind}', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { serveDocument } = require(`${__hooks}/lib/documents/documents.js`);
  return serveDocument(e, serviceOf(e), e.request.pathValue('id'), e.request.pathValue('kind'));
});
