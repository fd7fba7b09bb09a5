import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { connect, decide, documentsOf, enrol, type Request, redact, upload } from '../support/client.ts';
import { storageOf } from '../support/marked.ts';
import { photo } from '../support/photo.ts';
import { addEndpoint, claim, conclude, deliveriesOf } from '../support/webhook-client.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let pb: TestPocketBase;
let service: Request;
let database: DatabaseSync;
let partner: string;

// A PocketBase of its own: a sweep is of all partners.
beforeAll(async () => {
  pb = await startPocketBase();
  ({ service } = await connect(pb));
  database = new DatabaseSync(join(pb.dir, 'data.db'), { timeout: 10_000 });
});

beforeEach(() => {
  partner = `p-${randomUUID().slice(0, 8)}`;
});

afterAll(async () => {
  database.close();
  await pb.stop();
});

const stamp = (time: number) => new Date(time).toISOString().replace('T', ' ');
const sweep = async () => (await service('POST', '/api/edge/sweep', {})).body;

test('idempotency rows go after 24 hours', async () => {
  const [old, young] = [await enrol(service), await enrol(service)];
  for (const [id, digit] of [
    [old, 'a'],
    [young, 'b'],
  ] as const) {
    const headers = { 'x-idempotency-key': digit.repeat(64), 'x-idempotency-body': digit.repeat(64) };
    await decide(service, id, 'approved', {}, headers);
  }
  database
    .prepare('UPDATE idempotency_keys SET created = ? WHERE profile = ?')
    .run(stamp(Date.now() - 1.01 * DAY_MS), old);
  expect(await sweep()).toMatchObject({ cleaned: 1 });
  expect(database.prepare('SELECT profile FROM idempotency_keys').all()).toMatchObject([{ profile: young }]);
});

test('the folder of an erased profile is looked into once more, when no upload can still be on its way', async () => {
  const id = await enrol(service);
  await redact(service, id);
  const due = () => database.prepare('SELECT files_due FROM profiles WHERE id = ?').get(id)?.files_due;
  await sweep();
  expect(due()).toBe(1);
  const erasedAgo = (hours: number) =>
    database.prepare('UPDATE profiles SET redacted_at = ? WHERE id = ?').run(stamp(Date.now() - hours * HOUR_MS), id);
  erasedAgo(2.4);
  await sweep();
  expect(due()).toBe(1);
  erasedAgo(2.6);
  const cleaned = (await sweep()).cleaned;
  expect(cleaned).toBeGreaterThanOrEqual(1);
  expect(due()).toBe(0);
});

test('what stayed staged goes two hours after its last byte, with its file, and nothing else does', async () => {
  const id = await enrol(service, { partner });
  for (const size of [200, 300, 400]) await upload(service, id, photo('facial_photo', size));
  const documents = await documentsOf(service, id);
  // As a crash between the files and the act leaves it.
  const [left, recent] = ['aleft0000000000', 'arecent00000000'];
  for (const [name, hours] of [
    [left, 2.6],
    [recent, 2.4],
  ] as const) {
    database
      .prepare(
        `INSERT INTO documents (id, profile, kind, file, uploaded_by, state, created) VALUES (?, ?, 'facial_photo', 'x.png', 'partner', 'staged', ?)`,
      )
      .run(name, id, stamp(Date.now() - hours * HOUR_MS));
    const folder = join(pb.dir, 'storage', documents[0]?.collectionId ?? '', name);
    mkdirSync(folder);
    for (const file of ['x.png', 'x.png.attrs', 'x.png.17a.tmp']) writeFileSync(join(folder, file), 'x');
  }
  for (const document of documents) {
    database.prepare('UPDATE documents SET updated = ? WHERE id = ?').run(stamp(0), document.id);
  }
  expect(await sweep()).toMatchObject({ cleaned: 1 });
  const rest = await documentsOf(service, id);
  expect(rest.map((document) => document.id).sort()).toEqual(
    [...documents.map((document) => document.id), recent].sort(),
  );
  const filesLeft = (document: { id: string }) =>
    storageOf(pb.dir, [{ id: document.id, collectionId: documents[0]?.collectionId ?? '' }]).length;
  expect([filesLeft({ id: left }), filesLeft({ id: recent })]).toEqual([0, 3]);
  for (const document of documents) expect(filesLeft(document)).toBeGreaterThan(0);
});

test('what endpoints answered is forgotten after 30 days, a hundred at a time', async () => {
  const endpoint = await addEndpoint(service, partner, { events: ['profile.created'] });
  const excerpts = async () =>
    (await deliveriesOf(service, endpoint.id)).filter(({ last_excerpt }) => last_excerpt).length;
  for (let index = 0; index < 3; index++) {
    await enrol(service, { partner });
    for (const delivery of await claim(service))
      await conclude(service, delivery, { outcome: 'succeeded', excerpt: 'echo' });
  }
  const [row] = await deliveriesOf(service, endpoint.id);
  const copy = database.prepare(
    `INSERT INTO webhook_deliveries (id, partner, endpoint, event, event_type, status, created, last_excerpt, last_attempt_at)
      SELECT ?, partner, endpoint, event, event_type, status, created, last_excerpt, last_attempt_at FROM webhook_deliveries WHERE id = ?`,
  );
  for (let index = 0; index < 99; index++) copy.run(`acopy${String(index).padStart(10, '0')}`, row?.id ?? '');
  const age = (days: number) =>
    database
      .prepare('UPDATE webhook_deliveries SET last_attempt_at = ? WHERE endpoint = ?')
      .run(stamp(Date.now() - days * DAY_MS), endpoint.id);
  age(29);
  await sweep();
  expect(await excerpts()).toBe(102);
  age(31);
  expect(await sweep()).toMatchObject({ cleaned: 100 });
  expect(await excerpts()).toBe(2);
  await sweep();
  expect(await excerpts()).toBe(0);
});

test('deliveries that came to their end go after 90 days, a bounded number at a time; those that wait stay', async () => {
  const endpoint = await addEndpoint(service, partner, { events: ['profile.redacted'] });
  const count = () =>
    Object.fromEntries(
      database
        .prepare('SELECT status, COUNT(*) AS n FROM webhook_deliveries WHERE endpoint = ? GROUP BY status')
        .all(endpoint.id)
        .map(({ status, n }) => [status, n]),
    );
  const insert = (status: string, days: number, rows: number) =>
    database
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
        INSERT INTO webhook_deliveries (id, partner, endpoint, event, event_type, status, next_attempt_at, last_attempt_at, created)
        SELECT 'a' || lower(hex(randomblob(7))), ?, ?, 'test' || i, 'webhook.test', ?, '9999', ?, '2026-01-01 00:00:00.000Z' FROM n`,
      )
      .run(rows, partner, endpoint.id, status, stamp(Date.now() - days * DAY_MS));
  insert('pending', 91, 2);
  insert('failed', 89, 3);
  insert('failed', 91, 11_000);
  insert('succeeded', 91, 500);
  expect(await sweep()).toMatchObject({ cleaned: 10_000 });
  expect(await sweep()).toMatchObject({ cleaned: 1_500 });
  expect(count()).toEqual({ pending: 2, failed: 3 });
  database.prepare('DELETE FROM webhook_deliveries WHERE endpoint = ?').run(endpoint.id);
});
