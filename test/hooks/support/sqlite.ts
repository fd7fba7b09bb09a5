import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** PocketBase's file, opened beside it: no hook runs here. */
export function openFile(dir: string) {
  const database = new DatabaseSync(join(dir, 'data.db'), { timeout: 30_000 });

  /** Carries `sql` out and takes it back. */
  function run(sql: string) {
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(sql);
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK');
    }
  }

  /** For an INSERT: the row of `where`, with some columns replaced by SQL expressions. */
  function copy(table: string, where: string, changes: Record<string, string>) {
    const columns = database.prepare(`PRAGMA table_info(${table})`).all();
    const row = Object.fromEntries(columns.map(({ name }) => [`"${name}"`, changes[String(name)] ?? `"${name}"`]));
    const all = changes.rowid ? { rowid: changes.rowid, ...row } : row;
    return `INTO ${table} (${Object.keys(all)}) SELECT ${Object.values(all)} FROM ${table} WHERE ${where}`;
  }

  return { database, run, copy };
}
