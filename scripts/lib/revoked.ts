/**
 * What no restore may bring back: rights that were taken away after the backup. The list stands beside the backups, and is written with each of
 * them and by `npm run backup -- --revoked-only`; what was taken away after its last writing, a restore brings back.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

const REVOKED = 'revoked.json';

/** The tables that hold rights, and their columns that say which. Secrets are sealed there, and passwords are hashes, as in each backup. */
const RIGHTS = {
  api_keys: ['revoked_at', 'expires_at'],
  partners: ['active'],
  reviewers: ['active', 'password', 'tokenKey'],
  _superusers: ['password', 'tokenKey'],
  webhook_endpoints: ['enabled', 'url', 'secret', 'previous_secret', 'previous_expires_at'],
} as const;
type Table = keyof typeof RIGHTS;
/** A row of these that has gone is removed from what is restored. Rows of the others are never deleted. */
const REMOVED: readonly Table[] = ['_superusers', 'webhook_endpoints'];

type Row = Record<string, SQLInputValue>;
interface Revoked {
  /** Until when the list reaches. */
  noted: string;
  rows: Record<Table, Row[]>;
  /** The end of earlier links, by profile. */
  links: Row[];
}

export function noteRevoked(dataDir: string, into: string, now: Date): void {
  const database = new DatabaseSync(join(dataDir, 'data.db'), { readOnly: true });
  try {
    const all = (sql: string) => database.prepare(sql).all() as Row[];
    const rows = Object.fromEntries(
      Object.entries(RIGHTS).map(([table, columns]) => [table, all(`SELECT id, ${columns} FROM ${table}`)]),
    ) as Revoked['rows'];
    const links = all("SELECT id, links_valid_after FROM profiles WHERE links_valid_after != ''");
    const path = join(into, REVOKED);
    const revoked: Revoked = { noted: now.toISOString(), rows, links };
    writeFileSync(`${path}.new`, `${JSON.stringify(revoked)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } finally {
    database.close();
  }
}

/** Takes away from a restored database what the list beside the backups says. @returns until when the list reaches; null without one */
export function takeAway(into: string, dataDir: string): string | null {
  const path = join(into, REVOKED);
  if (!existsSync(path)) return null;
  const { noted, rows, links } = JSON.parse(readFileSync(path, 'utf8')) as Revoked;
  const database = new DatabaseSync(join(dataDir, 'data.db'));
  try {
    database.exec('BEGIN IMMEDIATE');
    for (const table of Object.keys(RIGHTS) as Table[]) replay(database, table, rows[table]);
    const end = database.prepare('UPDATE profiles SET links_valid_after = ? WHERE id = ? AND links_valid_after < ?');
    for (const { id, links_valid_after: after } of links) end.run(after ?? '', id ?? '', after ?? '');
    database.exec('COMMIT');
  } finally {
    database.close();
  }
  return noted;
}

function replay(database: DatabaseSync, table: Table, rows: Row[]): void {
  const columns = RIGHTS[table];
  const update = database.prepare(`UPDATE ${table} SET ${columns.map((name) => `${name} = ?`)} WHERE id = ?`);
  for (const row of rows) update.run(...columns.map((name) => row[name] ?? ''), row.id ?? '');
  if (!REMOVED.includes(table)) return;
  const known = JSON.stringify(rows.map(({ id }) => id));
  database.prepare(`DELETE FROM ${table} WHERE id NOT IN (SELECT value FROM json_each(?))`).run(known);
}
