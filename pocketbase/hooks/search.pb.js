/// The search for applicants. What is asked for stands in the body: no personal value in a URL.

routerAdd('POST', '/api/edge/search', (e) => {
  const { bodyOf, serviceOf } = require(`${__hooks}/lib/base/caller.js`);
  const { searchProfiles } = require(`${__hooks}/lib/profiles/search.js`);
  return e.json(200, searchProfiles(e.app, serviceOf(e), bodyOf(e)));
});
