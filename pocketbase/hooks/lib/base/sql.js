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

/**
 * As `all`, for what is asked with many requests: the statement is compiled once for each connection, which takes SQLite longer than to carry
 * it out. In a transaction it is compiled each time: PocketBase's transactions take no other. A column that is NULL is '', 0 or false.
 */
function ask(app, sql, shape, params) {
  if (app.isTransactional()) return all(app, sql, shape, params);
  const names = [];
  const text = sql.replace(
    /\{:(\w+)\}/g,
    (_, name) => `?${names.includes(name) ? names.indexOf(name) + 1 : names.push(name)}`,
  );
  const found = statementOf(app, app.concurrentDB(), text).query(...names.map((name) => params[name]));
  try {
    const columns = found.columns();
    const rows = [];
    while (found.next()) rows.push(scan(found, columns, shape));
    if (found.err()) throw found.err();
    return rows;
  } finally {
    found.close();
  }
}

/** Go writes each column to a pointer of the shape's type. */
function scan(found, columns, shape) {
  const pointers = columns.map((name) => pointerTo(shape[name]));
  found.scan(...pointers);
  return Object.fromEntries(columns.map((name, i) => [name, readFrom(pointers[i], shape[name])]));
}

function pointerTo(value) {
  if (typeof value === 'string') return nullString();
  if (typeof value === 'boolean') return nullBool();
  return Object.is(value, -0) ? nullFloat() : nullInt();
}

function readFrom(pointer, value) {
  if (typeof value === 'string') return String(pointer);
  return typeof value === 'boolean' ? String(pointer) === 'true' : Number(String(pointer));
}

/**
 * A statement that all runtimes share. It is compiled before `getOrSet`, which holds the store's lock: a transaction that has the one
 * connection of the writer may be waiting for that lock.
 */
function statementOf(app, db, sql) {
  const name = `ekyc.sql.${sql}`;
  const known = app.store().get(name);
  if (known) return known;
  const statement = db.db().prepare(sql);
  return app.store().getOrSet(name, () => statement);
}

/** A list of texts for `IN`. They are ours: nothing is escaped. */
const listed = (texts) => texts.map((text) => `'${text}'`).join(', ');

/** Whether the partner of that slug is shut out; as SQL. */
const isInactive = (slug) => `EXISTS (SELECT 1 FROM partners WHERE slug = ${slug} AND active = FALSE)`;

/** How many profiles are in each status, of one partner or (`''`) of all, with one outcome of their checks or any. */
function countByStatus(app, partner = '', outcome = '') {
  // Always there, they would cost the index.
  const own = partner && 'AND partner = {:partner}';
  const found = outcome && 'AND checks_outcome = {:outcome}';
  const sql = `SELECT status, COUNT(*) AS n FROM profiles WHERE redacted_at = '' ${own} ${found} GROUP BY status`;
  const counted = all(app, sql, { status: '', n: 0 }, { partner, outcome });
  return Object.fromEntries(statuses.map((status) => [status, counted.find((row) => row.status === status)?.n ?? 0]));
}

module.exports = { all, ask, countByStatus, isInactive, listed, run, statementOf };
