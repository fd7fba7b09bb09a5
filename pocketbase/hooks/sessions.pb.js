/// The end of a reviewer's sessions.

// PocketBase's tokens stand in no table. A new key makes all that were signed with the old one worthless, on every device.
routerAdd('POST', '/api/edge/reviewers/{id}/logout', (e) => {
  const { serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { fail } = require(`${__hooks}/lib/base/problem.js`);
  const [caller, id] = [serviceOf(e), e.request.pathValue('id')];
  if (caller.type !== 'reviewer' || caller.id !== id) fail(403, 'forbidden', 'Reviewers log themselves out.');
  const reviewer = e.app.findRecordById('reviewers', id);
  reviewer.refreshTokenKey();
  reviewer.set('@caller', caller);
  e.app.save(reviewer);
  return e.json(200, { id });
});
