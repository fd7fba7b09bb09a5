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
  const { answerFinal } = require(`${__hooks}/lib/base/answer.js`);
  const { readProfile } = require(`${__hooks}/lib/profiles/read.js`);
  return answerFinal(e, readProfile(e.app, serviceOf(e), e.request.pathValue('id')));
});

routerAdd('PATCH', '/api/edge/profiles/{id}', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { answerFinal } = require(`${__hooks}/lib/base/answer.js`);
  const { checkReads, readProfile } = require(`${__hooks}/lib/profiles/read.js`);
  const { updateProfile } = require(`${__hooks}/lib/profiles/update.js`);
  const [caller, id] = [serviceOf(e), e.request.pathValue('id')];
  checkReads(caller);
  updateProfile(e.app, caller, id, { fields: bodyOf(e) });
  return answerFinal(e, readProfile(e.app, caller, id));
});

// Whether the caller may change the profile now, and supply that kind of document: asked before 90 MB are sent for nothing.
routerAdd('GET', '/api/edge/profiles/{id}/open', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { checkOpen, findStand } = require(`${__hooks}/lib/base/stand.js`);
  const { checkKinds } = require(`${__hooks}/lib/levels/fit.js`);
  const { levelOf } = require(`${__hooks}/lib/levels/level.js`);
  const [caller, kind] = [serviceOf(e), e.request.url.query().get('kind')];
  const stand = findStand(e.app, caller, e.request.pathValue('id'));
  checkOpen(caller, stand);
  if (kind) checkKinds(levelOf(e.app, stand), stand, [kind]);
  return e.json(200, { open: true });
});

routerAdd('GET', '/api/edge/profiles/{id}/exists', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { findStand } = require(`${__hooks}/lib/base/stand.js`);
  findStand(e.app, serviceOf(e), e.request.pathValue('id'));
  return e.json(200, { exists: true });
});

// A form of documents and fields, as it streams in; contract section 5 bounds it.
routerAdd(
  'POST',
  '/api/edge/profiles/{id}/form',
  (e) => {
    const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
    const { answerFinal } = require(`${__hooks}/lib/base/answer.js`);
    const { receive } = require(`${__hooks}/lib/profiles/receive.js`);
    const { checkReads, readProfile } = require(`${__hooks}/lib/profiles/read.js`);
    const [caller, id] = [serviceOf(e), e.request.pathValue('id')];
    checkReads(caller);
    receive(e, caller, id);
    return answerFinal(e, readProfile(e.app, caller, id));
  },
  $apis.bodyLimit(100_000_000),
);

// The same form with one document in it; answers with that one, as not everybody who supplies it may read the profile.
routerAdd(
  'POST',
  '/api/edge/profiles/{id}/documents',
  (e) => {
    const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
    const { answerFinal } = require(`${__hooks}/lib/base/answer.js`);
    const { receive } = require(`${__hooks}/lib/profiles/receive.js`);
    const { readDocument } = require(`${__hooks}/lib/profiles/read.js`);
    const [document] = receive(e, serviceOf(e), e.request.pathValue('id'));
    return answerFinal(e, readDocument(e.app, document.id));
  },
  $apis.bodyLimit(100_000_000),
);

routerAdd('GET', '/api/edge/profiles/{id}/documents/{kind}', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { serveDocument } = require(`${__hooks}/lib/documents/download.js`);
  const version = e.request.url.query().get('version');
  const [id, kind] = ['id', 'kind'].map((name) => e.request.pathValue(name));
  return serveDocument(e, serviceOf(e), { id, kind, version });
});

routerAdd('DELETE', '/api/edge/profiles/{id}/documents/{kind}', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { updateProfile } = require(`${__hooks}/lib/profiles/update.js`);
  updateProfile(e.app, serviceOf(e), e.request.pathValue('id'), { removed: [e.request.pathValue('kind')] });
  return e.noContent(204);
});

routerAdd('POST', '/api/edge/profiles/{id}/status', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { changeStatus } = require(`${__hooks}/lib/status/change-status.js`);
  return e.json(200, changeStatus(e.app, serviceOf(e), e.request.pathValue('id'), bodyOf(e)));
});

routerAdd('POST', '/api/edge/profiles/{id}/submit', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { submit } = require(`${__hooks}/lib/status/change-status.js`);
  return e.json(200, submit(e.app, serviceOf(e), e.request.pathValue('id'), bodyOf(e)));
});

routerAdd('POST', '/api/edge/profiles/{id}/consent', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { giveConsent } = require(`${__hooks}/lib/levels/consent.js`);
  return e.json(200, giveConsent(e.app, serviceOf(e), e.request.pathValue('id'), bodyOf(e)));
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

routerAdd('POST', '/api/edge/profiles/{id}/hold', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { holdProfile } = require(`${__hooks}/lib/profiles/hold.js`);
  return e.json(200, holdProfile(e.app, serviceOf(e), e.request.pathValue('id'), bodyOf(e).legal_hold === true));
});

routerAdd('POST', '/api/edge/profiles/{id}/redact', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { redact } = require(`${__hooks}/lib/profiles/redact.js`);
  return e.json(200, { redacted: redact(e.app, serviceOf(e), e.request.pathValue('id')) });
});

routerAdd('GET', '/api/edge/applicant', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { readApplicant } = require(`${__hooks}/lib/profiles/read.js`);
  return e.json(200, readApplicant(e.app, serviceOf(e)));
});
