const statuses = Object.keys(require(`${__hooks}/lib/shared/statuses.json`));

/** Rows as `shape` says, which names the columns; -0 makes a field a fraction. */
function all(app, sql, shape, params = {}) {
  const rows = arrayOf(new DynamicModel(shape));
  app.db().newQuery(sql).bind(params).all(rows);
  return rows;
}

/** How many profiles are in each status, of one partner or (`''`) of all. */
function countByStatus(app, partner = '') {
  const own = partner && 'AND partner = {:partner}'; // always there, it would cost the index
  const sql = `SELECT status, COUNT(*) AS n FROM profiles WHERE redacted_at = '' ${own} GROUP BY status`;
  const counted = all(app, sql, { status: '', n: 0 }, { partner });
  return Object.fromEntries(statuses.map((status) => [status, counted.find((row) => row.status === status)?.n ?? 0]));
}

module.exports = { all, countByStatus };
