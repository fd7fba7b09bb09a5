const statuses = Object.keys(require(`${__hooks}/lib/shared/statuses.json`));

/** Rows as `shape` says, which names the columns; -0 makes a field a fraction. */
function all(app, sql, shape, params = {}) {
  const rows = arrayOf(new DynamicModel(shape));
  app.db().newQuery(sql).bind(params).all(rows);
  return rows;
}

/** How many rows `sql` changed. */
function run(app, sql, params = {}) {
  return app.db().newQuery(sql).bind(params).execute().rowsAffected();
}

// SQLite takes longer to understand a statement than to carry it out, so each runtime keeps what it asks often. An overload adds runtimes
// that are thrown away, and nobody closes what they have prepared: so the number is bounded.
const MOST_PREPARED = 1500;
const prepared = {};

/** As `all`, for what is asked with many requests. In a transaction the statement is compiled: PocketBase's transactions take no others. */
function ask(app, sql, shape, params) {
  if (app.isTransactional()) return all(app, sql, shape, params);
  const rows = arrayOf(new DynamicModel(shape));
  queryFor(app, sql).bind(params).all(rows);
  return rows;
}

function queryFor(app, sql) {
  if (prepared[sql]) return prepared[sql];
  const query = app.db().newQuery(sql);
  let count = 0;
  app.store().setFunc('ekyc.prepared', (before) => {
    count = Number(before ?? 0) + 1;
    return count;
  });
  if (count <= MOST_PREPARED) prepared[sql] = query.prepare();
  return query;
}

/** A list of texts for `IN`. They are ours: nothing is escaped. */
const listed = (texts) => texts.map((text) => `'${text}'`).join(', ');

/** How many profiles are in each status, of one partner or (`''`) of all, with one outcome of their checks or any. */
function countByStatus(app, partner = '', outcome = '') {
  // Always there, they would cost the index.
  const own = partner && 'AND partner = {:partner}';
  const found = outcome && 'AND checks_outcome = {:outcome}';
  const sql = `SELECT status, COUNT(*) AS n FROM profiles WHERE redacted_at = '' ${own} ${found} GROUP BY status`;
  const counted = all(app, sql, { status: '', n: 0 }, { partner, outcome });
  return Object.fromEntries(statuses.map((status) => [status, counted.find((row) => row.status === status)?.n ?? 0]));
}

module.exports = { all, ask, countByStatus, listed, run };
