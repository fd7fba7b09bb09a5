/// Every request passes here: closed doors, requests without a valid token, and the shape of our errors.

routerUse((e) => {
  const { checkDoor } = require(`${__hooks}/lib/base/gate.js`);
  const { problemOf, refusedFieldsOf, validationProblemOf } = require(`${__hooks}/lib/base/problem.js`);
  try {
    checkDoor(e);
    return e.next();
  } catch (error) {
    const problem = problemOf(error) ?? validationProblemOf(error);
    if (!problem) {
      // Thrown on, it would reach PocketBase's log with the values that were refused.
      const refused = refusedFieldsOf(error);
      if (refused) return e.json(refused.status, refused);
      throw error;
    }
    // PocketBase's admin UI shows `message`.
    return e.json(problem.status, e.auth?.isSuperuser() ? { ...problem, message: problem.detail } : problem);
  } finally {
    e.request.url.rawQuery = ''; // PocketBase is about to log the URL: filters name applicants, `token` opens files
  }
});
