const { audit } = require(`${__hooks}/lib/base/audit.js`);
const { findOwn } = require(`${__hooks}/lib/base/caller.js`);
const { conclude, giveOutAgain, isHeld, lease } = require(`${__hooks}/lib/base/lease.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { all, isInactive, run } = require(`${__hooks}/lib/base/sql.js`);
const { DAY, stamp } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const { announce } = require(`${__hooks}/lib/base/announce.js`);
const { checkPace } = require(`${__hooks}/lib/webhooks/pace.js`);
const { checkEnabled } = require(`${__hooks}/lib/webhooks/endpoints.js`);

const TABLE = 'webhook_deliveries';
const MAX_CLAIMED = 50;
const MAX_AT_ONCE = 2; // per endpoint
const LEASE_MS = 60_000; // four times what a delivery may take
const FAILING_DAYS = 5;
const EXCERPT_DAYS = 30;
const EXCERPT_LENGTH = 512;
const CONCLUDED_DAYS = 90;

function timeOf(value, pointer) {
  const ms = value === undefined ? Date.now() : Date.parse(value);
  if (Number.isNaN(ms))
    fail(422, 'validation_failed', `${pointer} is no time.`, { errors: [{ pointer, detail: 'Is no time' }] });
  return ms;
}

function checkReachesAll(caller) {
  if (caller.partner !== '*') fail(403, 'forbidden', 'Deliveries are made for all partners at once.');
}

/**
 * Leases due deliveries for a minute and hands them out. Looks at each endpoint by itself, never further than its first few, so that
 * thousands that wait for a slow one neither crowd out others nor cost time.
 */
function claim(app, caller, body) {
  checkReachesAll(caller);
  const now = timeOf(body.now, '/now');
  const limit = Math.min(Math.max(Number(body.limit ?? MAX_CLAIMED) || 0, 1), MAX_CLAIMED);
  const ids = body.ids === undefined ? {} : { ids: JSON.stringify(body.ids) };
  let items = [];
  transact(app, (tx) => {
    const params = { limit, ...ids };
    const claimed = lease(tx, TABLE, dueSql(body.ids !== undefined), { now, leaseMs: LEASE_MS, params });
    if (claimed.length > 0) items = describe(tx, claimed, stamp(now));
  });
  return { items };
}

/** What an inactive partner would be told is held: it goes on, in its order, once the partner is active again. */
const isServed = (endpoint) => `${endpoint}.enabled = TRUE AND NOT ${isInactive(`${endpoint}.partner`)}`;

/**
 * The oldest few of each endpoint, first everybody's first. CROSS JOIN keeps SQLite from starting with all deliveries
 * that ever were. Partial indexes serve only a query that repeats their condition word for word.
 */
function dueSql(isNamed) {
  const named = 'SELECT value FROM json_each({:ids})';
  // The plus keeps SQLite from the index on endpoints, which it would scan for the few ids.
  const own = isNamed ? `id IN (${named}) AND +endpoint = w.id` : 'endpoint = w.id';
  return `
    SELECT id FROM (
      SELECT d.id, d.next_attempt_at,
        w.locked + ROW_NUMBER() OVER (PARTITION BY d.endpoint ORDER BY d.next_attempt_at, d.rowid) AS place
      FROM (
        SELECT id, (
          SELECT COUNT(*) FROM webhook_deliveries
          WHERE endpoint = e.id AND status = 'pending' AND locked_until != '' AND locked_until > {:now}
        ) AS locked
        FROM webhook_endpoints e
        WHERE ${isServed('e')}
          ${isNamed ? `AND id IN (SELECT endpoint FROM webhook_deliveries WHERE id IN (${named}))` : ''}
      ) w
      CROSS JOIN webhook_deliveries d ON d.id IN (
        SELECT id FROM webhook_deliveries
        WHERE ${own} AND status = 'pending' AND next_attempt_at <= {:now} AND locked_until <= {:now}
        ORDER BY next_attempt_at LIMIT ${MAX_AT_ONCE}
      )
    )
    WHERE place <= ${MAX_AT_ONCE} ORDER BY place, next_attempt_at LIMIT {:limit}`;
}

const DESCRIBED = {
  id: '',
  attempt: 0,
  endpoint: '',
  url: '',
  secret: '',
  previous_secret: '',
  previous_expires_at: '',
  event: '',
  type: '',
  sequence: 0,
  created: '',
  data: '',
  external_id: '',
};
const DESCRIBE = `SELECT d.id, d.attempt, d.endpoint, w.url, w.secret,
    IIF(w.previous_expires_at > {:now}, w.previous_secret, '') AS previous_secret,
    IIF(w.previous_expires_at > {:now}, w.previous_expires_at, '') AS previous_expires_at,
    d.event, d.event_type AS type, IFNULL(e.sequence, 0) AS sequence, IFNULL(e.created, d.created) AS created,
    IFNULL(e.data, json_object('webhook_id', d.endpoint)) AS data, IFNULL(p.external_id, '') AS external_id
  FROM webhook_deliveries d
  JOIN webhook_endpoints w ON w.id = d.endpoint
  LEFT JOIN events e ON e.id = d.event
  LEFT JOIN profiles p ON p.id = e.profile
  WHERE d.id IN (SELECT value FROM json_each({:ids}))
  ORDER BY d.next_attempt_at, d.rowid`;

/** All that a delivery needs; `sequence` is null for a test, which is no event of the outbox. */
function describe(tx, claimed, now) {
  return all(tx, DESCRIBE, DESCRIBED, { now, ids: JSON.stringify(claimed) }).map((row) => ({
    id: row.id,
    attempt: row.attempt,
    endpoint: {
      id: row.endpoint,
      url: row.url,
      secret: row.secret,
      previous_secret: row.previous_secret,
      previous_expires_at: row.previous_expires_at,
    },
    event: {
      id: row.event,
      type: row.type,
      sequence: row.sequence || null,
      created: row.created,
      data: { ...JSON.parse(row.data), ...(row.external_id && { external_id: row.external_id }) },
    },
  }));
}

const OUTCOMES = { succeeded: 'succeeded', retry: 'pending', failed: 'failed', disable: 'failed' };

/**
 * Ends an attempt. Only the lease that holds the delivery is heard.
 * Answers with the endpoint's next due delivery, so that a backlog goes on without waiting for the sweep.
 */
function report(app, caller, id, body) {
  checkReachesAll(caller);
  const now = timeOf(body.now, '/now');
  const { outcome } = body;
  if (!Object.hasOwn(OUTCOMES, outcome)) fail(422, 'validation_failed', 'There is no such outcome.');
  const nextAttemptAt = outcome === 'retry' ? stamp(timeOf(body.next_attempt_at ?? null, '/next_attempt_at')) : '';
  let answer = { ignored: true, next: null };
  transact(app, (tx) => {
    if (!isHeld(tx, TABLE, id, body.attempt)) return;
    const { endpoint, redacted_at } = concernOf(tx, id);
    const columns = {
      last_status: body.status ?? 0,
      last_latency_ms: body.latency_ms ?? 0,
      // An answer may echo what an applicant has had erased meanwhile.
      last_excerpt: redacted_at ? '' : (body.excerpt ?? '').slice(0, EXCERPT_LENGTH),
      last_error: (body.error ?? '').slice(0, 255),
    };
    conclude(tx, TABLE, id, { status: OUTCOMES[outcome], nextAttemptAt, columns });
    judgeEndpoint(tx, endpoint, outcome, body, now);
    answer = { ignored: false, next: nextDue(tx, endpoint, stamp(now)) };
  });
  return answer;
}

const CONCERN = `SELECT d.endpoint, IFNULL(p.redacted_at, '') AS redacted_at
  FROM webhook_deliveries d LEFT JOIN events e ON e.id = d.event LEFT JOIN profiles p ON p.id = e.profile WHERE d.id = {:id}`;

const concernOf = (tx, id) => all(tx, CONCERN, { endpoint: '', redacted_at: '' }, { id })[0];

function judgeEndpoint(tx, endpoint, outcome, body, now) {
  const update = (changes, condition, values = {}) => {
    const sql = `UPDATE webhook_endpoints SET ${changes}, updated = {:now} WHERE id = {:endpoint} AND ${condition}`;
    run(tx, sql, { endpoint, now: stamp(now), ...values });
  };
  const disable = (reason, condition, values = {}) =>
    update('enabled = FALSE, disabled_reason = {:reason}', `enabled = TRUE AND ${condition}`, { reason, ...values });

  if (outcome === 'succeeded') return update("failing_since = ''", "failing_since != ''");
  update('failing_since = {:now}', "failing_since = ''");
  if (outcome === 'disable') return disable((body.reason ?? 'The endpoint answered 410 Gone.').slice(0, 255), '1');
  disable(`Every attempt failed for ${FAILING_DAYS} days.`, 'failing_since <= {:since}', {
    since: stamp(now - FAILING_DAYS * DAY),
  });
}

const NEXT_DUE = `SELECT d.id FROM webhook_deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint AND ${isServed('w')}
  WHERE d.endpoint = {:endpoint} AND d.status = 'pending' AND d.next_attempt_at <= {:now} AND d.locked_until <= {:now}
  ORDER BY d.next_attempt_at LIMIT 1`;

const nextDue = (tx, endpoint, now) => all(tx, NEXT_DUE, { id: '' }, { endpoint, now })[0]?.id ?? null;

/** Once more, with the whole schedule before it. One that is being delivered right now is left alone. */
function redeliver(e, caller, endpointId, id) {
  let delivery;
  transact(e.app, (tx) => {
    const endpoint = findOwn(tx, caller, 'webhook_endpoints', endpointId);
    const isOfIt = $dbx.hashExp({ id, endpoint: endpointId });
    if (tx.countRecords(TABLE, isOfIt) === 0) fail(404, 'not_found', 'There is no such delivery.');
    checkPace(tx, endpoint);
    checkEnabled(endpoint);
    if (giveOutAgain(tx, TABLE, id, Date.now())) announce(e.response.header(), [id]);
    audit(tx, caller, 'webhook.redelivered', { partner: endpoint.getString('partner'), target: `${endpointId}/${id}` });
    delivery = tx.findRecordById(TABLE, id);
  });
  return delivery;
}

/** Forgets what endpoints answered more than 30 days ago, a bounded number at a time; returns how many. */
function cleanExcerpts(tx, limit = 100) {
  return emptyExcerpts(
    tx,
    "id IN (SELECT id FROM webhook_deliveries WHERE last_excerpt != '' AND last_attempt_at < {:before} LIMIT {:limit})",
    { before: stamp(Date.now() - EXCERPT_DAYS * DAY), limit },
  );
}

/** Removes deliveries that came to their end 90 days ago, a bounded number at a time; returns how many. */
function removeConcluded(tx, limit) {
  const sql = `DELETE FROM webhook_deliveries WHERE id IN (
    SELECT id FROM webhook_deliveries WHERE status != 'pending' AND last_attempt_at < {:before} LIMIT {:limit})`;
  return run(tx, sql, { before: stamp(Date.now() - CONCLUDED_DAYS * DAY), limit });
}

/** Forgets what endpoints answered about a profile: for its erasure. */
function eraseExcerpts(tx, profileId) {
  return emptyExcerpts(tx, 'event IN (SELECT id FROM events WHERE profile = {:profileId})', { profileId });
}

function emptyExcerpts(tx, condition, values) {
  return run(tx, `UPDATE webhook_deliveries SET last_excerpt = '' WHERE last_excerpt != '' AND ${condition}`, values);
}

module.exports = { claim, cleanExcerpts, eraseExcerpts, redeliver, removeConcluded, report };
