const { findOwn } = require(`${__hooks}/lib/base/caller.js`);
const { announce } = require(`${__hooks}/lib/webhooks/events.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const { checkEnabled } = require(`${__hooks}/lib/webhooks/endpoints.js`);

const MAX_CLAIMED = 50;
const MAX_AT_ONCE = 2; // per endpoint
const LOCK_MS = 60_000; // four times what a delivery may take
const DAY_MS = 24 * 60 * 60 * 1000;
const FAILING_DAYS = 5;
const EXCERPT_DAYS = 30;
const EXCERPT_LENGTH = 512;

/** A time in PocketBase's spelling, which orders as text. */
const stamp = (ms) => new Date(ms).toISOString().replace('T', ' ');

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
 * Locks due deliveries for a minute and hands them out. Looks at each endpoint by itself, never further than its first
 * few, so that thousands that wait for a slow one neither crowd out others nor cost time. A lock that ran out (the
 * claimer died) counts for nothing.
 */
function claim(app, caller, body) {
  checkReachesAll(caller);
  const now = timeOf(body.now, '/now');
  const limit = Math.min(Math.max(Number(body.limit ?? MAX_CLAIMED) || 0, 1), MAX_CLAIMED);
  const ids = body.ids === undefined ? null : JSON.stringify(body.ids);
  let items = [];
  transact(app, (tx) => {
    const claimed = arrayOf(new DynamicModel({ id: '' }));
    tx.db()
      .newQuery(
        `UPDATE webhook_deliveries
          SET attempt = attempt + 1, locked_until = {:until}, last_attempt_at = {:now}
          WHERE id IN (${dueSql(ids !== null)}) RETURNING id`,
      )
      .bind({ now: stamp(now), until: stamp(now + LOCK_MS), limit, ...(ids !== null && { ids }) })
      .all(claimed);
    if (claimed.length > 0) items = describe(tx, claimed, stamp(now));
  });
  return { items };
}

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
        WHERE enabled = TRUE
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

/** All that a delivery needs; `sequence` is null for a test, which is no event of the outbox. */
function describe(tx, claimed, now) {
  const rows = arrayOf(
    new DynamicModel({
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
    }),
  );
  tx.db()
    .newQuery(
      `SELECT d.id, d.attempt, d.endpoint, w.url, w.secret,
          IIF(w.previous_expires_at > {:now}, w.previous_secret, '') AS previous_secret,
          IIF(w.previous_expires_at > {:now}, w.previous_expires_at, '') AS previous_expires_at,
          d.event, d.event_type AS type, IFNULL(e.sequence, 0) AS sequence, IFNULL(e.created, d.created) AS created,
          IFNULL(e.data, json_object('webhook_id', d.endpoint)) AS data, IFNULL(p.external_id, '') AS external_id
        FROM webhook_deliveries d
        JOIN webhook_endpoints w ON w.id = d.endpoint
        LEFT JOIN events e ON e.id = d.event
        LEFT JOIN profiles p ON p.id = e.profile
        WHERE d.id IN (SELECT value FROM json_each({:ids}))
        ORDER BY d.next_attempt_at, d.rowid`,
    )
    .bind({ now, ids: JSON.stringify(claimed.map((row) => row.id)) })
    .all(rows);
  return rows.map((row) => ({
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

/**
 * Ends an attempt. Only the claim that holds the delivery is heard: `attempt` tells it from one that was given up.
 * Answers with the endpoint's next due delivery, so that a backlog goes on without waiting for the sweep.
 */
function conclude(app, caller, id, body) {
  checkReachesAll(caller);
  const now = timeOf(body.now, '/now');
  const { outcome } = body;
  const status = { succeeded: 'succeeded', retry: 'pending', failed: 'failed', disable: 'failed' }[outcome];
  if (!status) fail(422, 'validation_failed', 'There is no such outcome.');
  const nextAttempt = outcome === 'retry' ? stamp(timeOf(body.next_attempt_at ?? null, '/next_attempt_at')) : '';
  let answer = { ignored: true, next: null };
  transact(app, (tx) => {
    const held = findHeld(tx, id, body.attempt);
    if (!held) return;
    tx.db()
      .newQuery(
        `UPDATE webhook_deliveries
          SET status = {:status}, next_attempt_at = {:nextAttempt}, locked_until = '',
            last_status = {:code}, last_latency_ms = {:latency}, last_excerpt = {:excerpt}, last_error = {:error}
          WHERE id = {:id}`,
      )
      .bind({
        id,
        status,
        nextAttempt,
        code: body.status ?? 0,
        latency: body.latency_ms ?? 0,
        // An answer may echo what an applicant has had erased meanwhile.
        excerpt: held.redacted_at ? '' : (body.excerpt ?? '').slice(0, EXCERPT_LENGTH),
        error: (body.error ?? '').slice(0, 255),
      })
      .execute();
    judgeEndpoint(tx, held.endpoint, outcome, body, now);
    answer = { ignored: false, next: nextDue(tx, held.endpoint, stamp(now)) };
  });
  return answer;
}

function findHeld(tx, id, attempt) {
  const held = arrayOf(new DynamicModel({ endpoint: '', redacted_at: '' }));
  tx.db()
    .newQuery(
      `SELECT d.endpoint, IFNULL(p.redacted_at, '') AS redacted_at
        FROM webhook_deliveries d LEFT JOIN events e ON e.id = d.event LEFT JOIN profiles p ON p.id = e.profile
        WHERE d.id = {:id} AND d.status = 'pending' AND d.locked_until != '' AND d.attempt = {:attempt}`,
    )
    .bind({ id, attempt: attempt ?? 0 })
    .all(held);
  return held[0] ?? null;
}

function judgeEndpoint(tx, endpoint, outcome, body, now) {
  const update = (changes, condition, values = {}) =>
    tx
      .db()
      .newQuery(`UPDATE webhook_endpoints SET ${changes}, updated = {:now} WHERE id = {:endpoint} AND ${condition}`)
      .bind({ endpoint, now: stamp(now), ...values })
      .execute();
  const disable = (reason, condition, values = {}) =>
    update('enabled = FALSE, disabled_reason = {:reason}', `enabled = TRUE AND ${condition}`, { reason, ...values });

  if (outcome === 'succeeded') return update("failing_since = ''", "failing_since != ''");
  update('failing_since = {:now}', "failing_since = ''");
  if (outcome === 'disable') return disable((body.reason ?? 'The endpoint answered 410 Gone.').slice(0, 255), '1');
  disable(`Every attempt failed for ${FAILING_DAYS} days.`, 'failing_since <= {:since}', {
    since: stamp(now - FAILING_DAYS * DAY_MS),
  });
}

function nextDue(tx, endpoint, now) {
  const found = arrayOf(new DynamicModel({ id: '' }));
  tx.db()
    .newQuery(
      `SELECT d.id FROM webhook_deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint AND w.enabled = TRUE
        WHERE d.endpoint = {:endpoint} AND d.status = 'pending' AND d.next_attempt_at <= {:now} AND d.locked_until <= {:now}
        ORDER BY d.next_attempt_at LIMIT 1`,
    )
    .bind({ endpoint, now })
    .all(found);
  return found[0]?.id ?? null;
}

/** Due now, with the whole schedule before it. One that is being delivered right now is left alone. */
function redeliver(e, caller, endpointId, id) {
  let delivery;
  transact(e.app, (tx) => {
    checkEnabled(findOwn(tx, caller, 'webhook_endpoints', endpointId));
    try {
      delivery = tx.findFirstRecordByFilter('webhook_deliveries', 'id = {:id} && endpoint = {:endpointId}', {
        id,
        endpointId,
      });
    } catch {
      fail(404, 'not_found', 'There is no such delivery.');
    }
    const now = stamp(Date.now());
    if (delivery.getString('locked_until') > now) return;
    // A claim that was given up may still report: its attempt must not come again.
    if (!delivery.getString('locked_until')) delivery.set('attempt', 0);
    delivery.set('status', 'pending');
    delivery.set('next_attempt_at', now);
    tx.saveNoValidate(delivery);
    announce(e.response.header(), [id]);
  });
  return delivery;
}

/** Forgets what endpoints answered more than 30 days ago, a bounded number at a time; returns how many. */
function cleanExcerpts(tx, limit = 100) {
  return emptyExcerpts(
    tx,
    "id IN (SELECT id FROM webhook_deliveries WHERE last_excerpt != '' AND last_attempt_at < {:before} LIMIT {:limit})",
    { before: stamp(Date.now() - EXCERPT_DAYS * DAY_MS), limit },
  );
}

/** Forgets what endpoints answered about a profile: for its erasure. */
function eraseExcerpts(tx, profileId) {
  return emptyExcerpts(tx, 'event IN (SELECT id FROM events WHERE profile = {:profileId})', { profileId });
}

function emptyExcerpts(tx, condition, values) {
  return tx
    .db()
    .newQuery(`UPDATE webhook_deliveries SET last_excerpt = '' WHERE last_excerpt != '' AND ${condition}`)
    .bind(values)
    .execute()
    .rowsAffected();
}

module.exports = { claim, cleanExcerpts, conclude, eraseExcerpts, redeliver };
