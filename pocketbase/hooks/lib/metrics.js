const { checkReach } = require(`${__hooks}/lib/caller.js`);
const { DAY, stamp } = require(`${__hooks}/lib/time.js`);
const statuses = Object.keys(require(`${__hooks}/lib/status.json`));

const DUPLICATES = 'ekyc.duplicatesAvoided';
const DECISIONS_OF_DAYS = 30;

/** From entering the queue, else from the profile's creation, to each decision. */
const WAITED = `SELECT unixepoch(d.created, 'subsec') - unixepoch(IFNULL(
    (SELECT q.created FROM status_history q WHERE q.profile = d.profile AND q.seq < d.seq AND q."to" = 'pending' ORDER BY q.seq DESC LIMIT 1),
    (SELECT f.created FROM status_history f WHERE f.profile = d.profile AND f.seq = 1)), 'subsec') AS seconds
  FROM status_history d WHERE d."to" IN ('approved', 'rejected') AND d.created > {:since} ORDER BY seconds`;
const QUEUE = `SELECT COUNT(*) AS size, IFNULL(MIN(unixepoch(h.created, 'subsec')), 0) AS since FROM profiles p
  JOIN status_history h ON h.id = p.latest_status WHERE p.redacted_at = '' AND p.status IN ('pending', 'in_review')`;
const UNDELIVERED = `SELECT IFNULL(MIN(unixepoch(e.created, 'subsec')), 0) AS since
  FROM webhook_deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint AND w.enabled = TRUE JOIN events e ON e.id = d.event
  WHERE d.status = 'pending'`;

function metrics(app, caller) {
  checkReach(caller);
  const all = (sql, shape, params = {}) => {
    const rows = arrayOf(new DynamicModel(shape));
    app.db().newQuery(sql).bind(params).all(rows);
    return rows;
  };
  const counted = all("SELECT status, COUNT(*) AS n FROM profiles WHERE redacted_at = '' GROUP BY status", {
    status: '',
    n: 0,
  });
  // -0 makes a field of DynamicModel a fraction.
  const [queue] = all(QUEUE, { size: 0, since: -0 });
  const [undelivered] = all(UNDELIVERED, { since: -0 });
  const waited = all(WAITED, { seconds: -0 }, { since: stamp(Date.now() - DECISIONS_OF_DAYS * DAY) });
  const age = (since) => Math.max(0, Math.round(Date.now() / 1000 - since));
  return {
    statuses: Object.fromEntries(
      statuses.map((status) => [status, counted.find((row) => row.status === status)?.n ?? 0]),
    ),
    queue: { size: queue.size, oldest_seconds: queue.size > 0 ? age(queue.since) : null },
    decisions: { count: waited.length, median_seconds: median(waited.map(({ seconds }) => seconds)) },
    duplicates_avoided: Number(app.store().get(DUPLICATES) ?? 0),
    oldest_undelivered_event_seconds: undelivered.since > 0 ? age(undelivered.since) : null,
  };
}

function median(sorted) {
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Since PocketBase's start. */
function countDuplicate(app) {
  app.store().setFunc(DUPLICATES, (count) => Number(count ?? 0) + 1);
}

module.exports = { countDuplicate, metrics };
