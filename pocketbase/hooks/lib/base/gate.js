const { fail } = require(`${__hooks}/lib/base/problem.js`);

// Routes are judged by the pattern that matched, so no spelling of a path slips past.
const PAST_THE_HOOKS = [
  /^POST \/api\/sql$/,
  /^(POST|PUT|PATCH|DELETE) \/api\/collections(\/import|\/meta\/[\w-]+|\/\{collection\}(\/truncate)?)?$/,
  /^POST \/api\/collections\/\{collection\}\/impersonate\//, // a year's token, without a row anywhere
  /^POST \/api\/backups\/(upload|\{key\}\/restore)$/, // a restore is an operator's, at the machine
];
const SELF_SERVICE =
  /\/(request|confirm)-(password-reset|email-change|verification)$|\/(request|auth-with)-otp$|\/auth-with-oauth2$/;
const NEEDS_TOKEN = /^\S+ \/api\/(collections\/\{collection\}\/records|realtime|batch|files)\b/;

function isFileToken(e) {
  const token = e.request.url.query().get('token');
  if (!token || !e.request.pattern.startsWith('GET /api/files/')) return false;
  try {
    return Boolean(e.app.findAuthRecordByToken(token, 'file'));
  } catch {
    return false;
  }
}

/** By pattern, as there are few: each is matched against all expressions once. */
const verdicts = {};

function verdictOf(pattern) {
  verdicts[pattern] ??= {
    needsToken: NEEDS_TOKEN.test(pattern),
    passesHooks: PAST_THE_HOOKS.some((door) => door.test(pattern)),
    isSelfService: SELF_SERVICE.test(pattern),
  };
  return verdicts[pattern];
}

/** PocketBase treats a stale token as a guest's, and a guest sees an empty list: that must not read as "no such profile". */
function checkDoor(e) {
  const { needsToken, passesHooks, isSelfService } = verdictOf(e.request.pattern);
  if (needsToken && !e.auth && !isFileToken(e)) fail(401, 'unauthenticated', 'A valid token is needed.');
  if (passesHooks) {
    fail(403, 'forbidden', 'The schema changes by migrations only, data by records only.');
  }
  if (isSelfService) fail(403, 'forbidden', 'Accounts log in with a password that an operator sets.');
}

module.exports = { checkDoor };
