const { checkReach } = require(`${__hooks}/lib/base/caller.js`);
const { all, countByStatus, isInactive, listed } = require(`${__hooks}/lib/base/sql.js`);
const { DAY, stamp } = require(`${__hooks}/lib/base/time.js`);
const { decisionsOf } = require(`${__hooks}/lib/status/waited.js`);

const sets = require(`${__hooks}/lib/shared/status-sets.json`);

const DUPLICATES = 'ekyc.duplicatesAvoided';
const DECISIONS_OF_DAYS = 30;

const OLDEST = `SELECT IFNULL(unixepoch(MIN(status_since), 'subsec'), 0) AS since FROM profiles
  WHERE redacted_at = '' AND status IN (${listed(sets.review)})`;
const UNDELIVERED = `SELECT IFNULL(MIN(unixepoch(e.created, 'subsec')), 0) AS since
  FROM webhook_deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint AND w.enabled = TRUE JOIN events e ON e.id = d.event
  WHERE d.status = 'pending' AND NOT ${isInactive('w.partner')}`;

function metrics(app, caller) {
  checkReach(caller);
  const statuses = countByStatus(app);
  const waiting = statuses.pending + statuses.in_review;
  const [oldest] = all(app, OLDEST, { since: -0 });
  const [undelivered] = all(app, UNDELIVERED, { since: -0 });
  const since = stamp(Date.now() - DECISIONS_OF_DAYS * DAY);
  const age = (since) => Math.max(0, Math.round(Date.now() / 1000 - since));
  return {
    statuses,
    queue: { size: waiting, oldest_seconds: waiting > 0 ? age(oldest.since) : null },
    decisions: decisionsOf(app, since, '9999'),
    duplicates_avoided: Number(app.store().get(DUPLICATES) ?? 0),
    oldest_undelivered_event_seconds: undelivered.since > 0 ? age(undelivered.since) : null,
  };
}

/** Since PocketBase's start. */
function countDuplicate(app) {
  app.store().setFunc(DUPLICATES, (count) => Number(count ?? 0) + 1);
}

module.exports = { countDuplicate, metrics };
