const { all, run } = require(`${__hooks}/lib/base/sql.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);

/**
 * Work that is given out for a while. A table of it has `status` ('pending' while it is to be done), `attempt`, `next_attempt_at` and
 * `locked_until`. The lease counts as an attempt; one that ran out counts for nothing, and its late result is told by its number.
 */

/**
 * Leases rows that are due.
 * @param due SQL of their ids; `{:now}` is bound
 * @param set SQL of what else a lease writes, by column
 * @returns the ids
 */
function lease(tx, table, due, { now, leaseMs, set = {}, params = {} }) {
  const others = Object.entries(set).map(([name, sql]) => `, ${name} = ${sql}`);
  const sql = `UPDATE ${table} SET attempt = attempt + 1, locked_until = {:until}, last_attempt_at = {:now}${others.join('')} WHERE id IN (${due}) RETURNING id`;
  return all(tx, sql, { id: '' }, { ...params, now: stamp(now), until: stamp(now + leaseMs) }).map((row) => row.id);
}

/** Whether that lease still holds. */
function isHeld(tx, table, id, attempt) {
  const sql = `SELECT id FROM ${table} WHERE id = {:id} AND status = 'pending' AND locked_until != '' AND attempt = {:attempt}`;
  return all(tx, sql, { id: '' }, { id, attempt: attempt ?? 0 }).length > 0;
}

/**
 * Ends a lease.
 * @param nextAttemptAt '' when there is nothing left to do, or when to give the row out again
 * @param columns what the attempt has brought
 */
function conclude(tx, table, id, { status, nextAttemptAt, columns }) {
  const set = Object.keys(columns).map((name) => `, ${name} = {:${name}}`);
  const sql = `UPDATE ${table} SET status = {:status}, next_attempt_at = {:nextAttemptAt}, locked_until = ''${set.join('')} WHERE id = {:id}`;
  run(tx, sql, { ...columns, id, status, nextAttemptAt });
}

/** Due now, with the whole schedule before it. One that is leased right now is left alone. @returns whether it was done */
function giveOutAgain(tx, table, id, now) {
  // A lease that ran out may still report: its attempt must not come again.
  const sql = `UPDATE ${table} SET status = 'pending', next_attempt_at = {:now}, attempt = IIF(locked_until = '', 0, attempt)
    WHERE id = {:id} AND locked_until <= {:now}`;
  return run(tx, sql, { id, now: stamp(now) }) > 0;
}

module.exports = { conclude, giveOutAgain, isHeld, lease };
