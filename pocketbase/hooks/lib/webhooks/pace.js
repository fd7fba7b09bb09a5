const { all } = require(`${__hooks}/lib/base/sql.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { SECOND, stamp } = require(`${__hooks}/lib/base/time.js`);

const MOST = 10;
const WINDOW_MS = 60 * SECOND;
const RECENT = `SELECT created FROM audit_log WHERE partner = {:partner} AND created > {:since}
  AND action IN ('webhook.tested', 'webhook.redelivered') AND substr(target, 1, 15) = {:endpoint}
  ORDER BY created DESC, id DESC LIMIT ${MOST}`;

/**
 * Tests and redeliveries go where their caller says: so many a minute and endpoint, or they would be a means to flood somebody.
 * The audit log counts them. @throws 429 `rate_limited`
 */
function checkPace(tx, endpoint) {
  const since = stamp(Date.now() - WINDOW_MS);
  const params = { partner: endpoint.getString('partner'), endpoint: endpoint.id, since };
  const recent = all(tx, RECENT, { created: '' }, params);
  if (recent.length < MOST) return;
  const free = Date.parse(recent[MOST - 1].created.replace(' ', 'T')) + WINDOW_MS;
  const retry_after = Math.max(1, Math.ceil((free - Date.now()) / SECOND));
  fail(429, 'rate_limited', `Tests and redeliveries are ${MOST} a minute and webhook.`, { retry_after });
}

module.exports = { checkPace };
