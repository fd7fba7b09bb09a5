import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { asReviewer, auditOf, connect, decide, enrol, historyOf, type Request, redact } from '../support/client.ts';
import { sha256 } from '../support/photo.ts';

const database = new DatabaseSync(join(inject('pocketbase').dir, 'data.db'), { timeout: 10_000 });
let service: Request;

beforeAll(async () => {
  ({ service } = await connect());
});

afterAll(() => database.close());

const keyed = (body: object, key: string = randomUUID()) => ({
  'x-idempotency-key': sha256(key),
  'x-idempotency-body': sha256(JSON.stringify(body)),
});
const addNote = (id: string, text: string, headers = {}) =>
  service('POST', `/api/edge/profiles/${id}/notes`, { text }, headers);
const notesOf = async (id: string) =>
  (await service('GET', `/api/collections/notes/records?filter=profile="${id}"`)).body.items;
const rowsOf = (id: string) => database.prepare('SELECT * FROM idempotency_keys WHERE profile = ?').all(id);
const reused = { status: 422, body: { code: 'idempotency_key_reused' } };

describe('a repeated decision', () => {
  test('answers with the row of the first, though the status has moved on', async () => {
    const id = await enrol(service);
    const headers = keyed({ to: 'in_review' });
    const first = await decide(service, id, 'in_review', { expected_status: 'unverified' }, headers);
    await decide(service, id, 'approved');
    const again = await decide(service, id, 'in_review', { expected_status: 'unverified' }, headers);
    expect(again.status).toBe(200);
    expect(again.body).toEqual({ ...first.body, replayed: true });
    expect(again.body).toMatchObject({ changed: true, status: 'in_review' });
    expect(await historyOf(service, id)).toHaveLength(3);
  });

  test('that changed nothing says so again', async () => {
    const id = await enrol(service);
    const headers = keyed({});
    await decide(service, id, 'unverified', {}, headers);
    await decide(service, id, 'approved');
    expect((await decide(service, id, 'unverified', {}, headers)).body).toMatchObject({
      changed: false,
      replayed: true,
    });
  });

  test('with another body, or for another profile, is refused', async () => {
    const [id, other] = [await enrol(service), await enrol(service)];
    const key = randomUUID();
    await decide(service, id, 'approved', {}, keyed({ to: 'approved' }, key));
    expect(await decide(service, id, 'rejected', {}, keyed({ to: 'rejected' }, key))).toMatchObject(reused);
    expect(await decide(service, other, 'approved', {}, keyed({ to: 'approved' }, key))).toMatchObject(reused);
    expect(await historyOf(service, other)).toHaveLength(1);
  });

  test('whose first was refused is judged again', async () => {
    const id = await enrol(service);
    const headers = keyed({ to: 'approved' });
    expect(await decide(service, id, 'approved', { expected_status: 'pending' }, headers)).toMatchObject({
      status: 409,
    });
    await decide(service, id, 'pending');
    const answer = await decide(service, id, 'approved', { expected_status: 'pending' }, headers);
    expect(answer.body).toMatchObject({ changed: true });
    expect(answer.body.replayed).toBeUndefined();
  });

  test('is one row of history and one first answer among 20 at once, in each of 10 rounds', async () => {
    for (let round = 0; round < 10; round++) {
      const id = await enrol(service);
      const headers = { ...keyed({}), ...asReviewer() };
      const body = { expected_evidence: 1 };
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => decide(service, id, 'approved', body, headers)),
      );
      expect(answers.every((answer) => answer.status === 200 && answer.body.changed)).toBe(true);
      expect(answers.filter((answer) => !answer.body.replayed)).toHaveLength(1);
      expect(new Set(answers.map((answer) => answer.body.row.id)).size).toBe(1);
      expect(await historyOf(service, id)).toHaveLength(2);
      expect(await auditOf(service, `profile = "${id}" && action ~ "status."`)).toHaveLength(1);
    }
  });
});

describe('a repeated note', () => {
  test('is one note, also among 20 at once', async () => {
    const id = await enrol(service);
    const headers = keyed({ text: 'once' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => addNote(id, 'once', headers)));
    expect(answers.filter((answer) => !answer.body.replayed)).toHaveLength(1);
    expect(await notesOf(id)).toHaveLength(1);
    const [first, ...others] = answers.map(({ body: { replayed: _, ...note } }) => note);
    for (const other of others) expect(other).toEqual(first);
    expect(first).toMatchObject({ text: 'once', seq: 1, profile: id });
    expect(await addNote(id, 'twice', keyed({ text: 'twice' }))).toMatchObject({ status: 200, body: { seq: 2 } });
  });

  test('with another text is refused; without a key it is another note', async () => {
    const id = await enrol(service);
    const key = randomUUID();
    await addNote(id, 'once', keyed({ text: 'once' }, key));
    expect(await addNote(id, 'other', keyed({ text: 'other' }, key))).toMatchObject(reused);
    await addNote(id, 'once');
    expect(await notesOf(id)).toHaveLength(2);
  });
});

test('a key is forgotten after 24 hours, whether it was swept or not', async () => {
  const id = await enrol(service);
  const headers = keyed({});
  await decide(service, id, 'in_review', {}, headers);
  const age = (time: number) =>
    database
      .prepare('UPDATE idempotency_keys SET created = ? WHERE profile = ?')
      .run(new Date(time).toISOString().replace('T', ' '), id);
  age(Date.now() - 86_000_000);
  expect((await decide(service, id, 'in_review', {}, headers)).body.replayed).toBe(true);
  age(Date.now() - 86_500_000);
  const answer = await decide(service, id, 'approved', {}, headers);
  expect(answer.body).toMatchObject({ changed: true, status: 'approved' });
  expect((await decide(service, id, 'approved', {}, headers)).body).toEqual({ ...answer.body, replayed: true });
  expect(rowsOf(id)).toHaveLength(1);
});

test('what is stored holds digests and ids, and goes with the profile', async () => {
  const id = await enrol(service);
  await addNote(id, 'A secret of Ánh', keyed({ text: 'A secret of Ánh' }));
  const [row] = rowsOf(id);
  expect(Object.keys(row ?? {}).sort()).toEqual(['body', 'changed', 'created', 'id', 'key', 'profile', 'target']);
  expect(JSON.stringify(row)).not.toContain('Ánh');
  await redact(service, id);
  expect(rowsOf(id)).toEqual([]);
});

test('a key that is no digest is refused', async () => {
  const id = await enrol(service);
  const headers = { 'x-idempotency-key': 'my own key', 'x-idempotency-body': sha256('') };
  expect(await decide(service, id, 'approved', {}, headers)).toMatchObject({ status: 422 });
  expect(await historyOf(service, id)).toHaveLength(1);
});
