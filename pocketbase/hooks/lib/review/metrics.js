const { checkReach } = require(`${__hooks}/lib/base/caller.js`);
const { all, countByStatus, isInactive, listed } = require(`${__hooks}/lib/base/sql.js`);
const { DAY, stamp } = require(`${__hooks}/lib/base/time.js`);
const { decisionsOf } = require(`${__hooks}/lib/status/waited.js`);

const sets = require(`${__hooks}/lib/shared/status-sets.json`);

const DUPLICATES = 'ekyc.duplicatesAvoided';
const RUNNER_SEEN = 'ekyc.runnerSeen';
const CHECKED = 'ekyc.checked.';
const OUTCOMES = require(`${__hooks}/lib/shared/check-outcomes.json`);
const DECISIONS_OF_DAYS = 30;

const OLDEST = `SELECT IFNULL(unixepoch(MIN(status_since), 'subsec'), 0) AS since FROM profiles
  WHERE redacted_at = '' AND status IN (${listed(sets.review)})`;
const UNDELIVERED = `SELECT IFNULL(MIN(unixepoch(e.created, 'subsec')), 0) AS since
  FROM webhook_deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint AND w.enabled = TRUE JOIN events e ON e.id = d.event
  WHERE d.status = 'pending' AND NOT ${isInactive('w.partner')}`;
// Checks that wait for a runner, not those that wait for a vendor.
const QUEUED = `SELECT IFNULL(MIN(unixepoch(next_attempt_at, 'subsec')), 0) AS since FROM checks WHERE status = 'pending' AND next_attempt_at <= {:now}`;
const RUNNERS =
  "SELECT IFNULL(MAX(unixepoch(last_used_at, 'subsec')), 0) AS seen FROM api_keys WHERE types IS NOT NULL AND last_used_at != ''";

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
    checks: checkFigures(app, age),
  };
}

function checkFigures(app, age) {
  const [queued] = all(app, QUEUED, { since: -0 }, { now: stamp(Date.now()) });
  const seen = runnerSeen(app);
  const counted = OUTCOMES.map((outcome) => [outcome, Number(app.store().get(CHECKED + outcome) ?? 0)]);
  return {
    outcomes: Object.fromEntries(counted),
    oldest_queued_seconds: queued.since > 0 ? age(queued.since) : null,
    runner_seen_seconds: seen > 0 ? age(seen) : null,
  };
}

/** When a runner asked for work last, in seconds; 0 for never. One with a key of the settings is known since PocketBase's start. */
function runnerSeen(app) {
  const [runners] = all(app, RUNNERS, { seen: -0 });
  return Math.max(runners.seen, Number(app.store().get(RUNNER_SEEN) ?? 0));
}

/** A runner has asked for work. */
function noteRunner(app) {
  app.store().set(RUNNER_SEEN, Date.now() / 1000);
}

/** Since PocketBase's start, as below. */
function countCheck(app, outcome) {
  app.store().setFunc(CHECKED + outcome, (count) => Number(count ?? 0) + 1);
}

/** Since PocketBase's start. */
function countDuplicate(app) {
  app.store().setFunc(DUPLICATES, (count) => Number(count ?? 0) + 1);
}

module.exports = { countCheck, countDuplicate, metrics, noteRunner, runnerSeen };
