import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Note } from '../../../src/schemas/note.ts';
import type { StatusChange } from '../../../src/schemas/status.ts';
import { api, json, problemOf, reviewer, superuser, UNKNOWN_ID } from '../../support/api.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

let worker: TestWorker;
let id: string;
beforeAll(async () => {
  worker = await startWorker();
  id = (await api(worker).created()).id;
});
afterAll(() => worker.stop());

const send = (path: string, key: string, body: unknown, more: Record<string, string> = {}) =>
  worker.fetch(path, json(body, { 'x-api-key': worker.keys.internal, 'idempotency-key': key, ...more }));
const isReplayed = (response: Response) => response.headers.get('idempotent-replayed');
const historyOf = async (profile: string) =>
  ((await (await api(worker).get(`/api/status_history/${profile}`)).json()) as { items: StatusChange[] }).items;
const notesOf = async (profile: string) =>
  ((await (await api(worker, worker.keys.internal).get(`/api/profiles/${profile}/notes`)).json()) as { items: Note[] })
    .items;

describe('Idempotency-Key', () => {
  it('repeats the first answer, though the profile has moved on', async () => {
    const { id } = await api(worker).created();
    const [key, path] = [randomUUID(), `/api/status_history/${id}`];
    const body = { status: 'in_review', expected_status: 'unverified', note: 'private' };
    const first = await send(path, key, body);
    expect([first.status, isReplayed(first)]).toEqual([201, null]);
    await api(worker).decide(id, { status: 'approved' });
    const second = await send(path, key, body);
    expect([second.status, isReplayed(second)]).toEqual([201, 'true']);
    expect(await second.json()).toEqual(await first.json());
    expect(await historyOf(id)).toHaveLength(3);

    const same = randomUUID();
    for (const replayed of [null, 'true']) {
      const response = await send(path, same, { status: 'approved' });
      expect([response.status, isReplayed(response)]).toEqual([200, replayed]);
    }
  });

  it('lets one of 30 requests at once write, and answers all alike', async () => {
    const { id } = await api(worker).created();
    for (const [path, body, count] of [
      [`/api/status_history/${id}`, { status: 'in_review' }, () => historyOf(id).then((rows) => rows.length - 1)],
      [`/api/profiles/${id}/notes`, { text: 'Called.' }, () => notesOf(id).then((rows) => rows.length)],
    ] as const) {
      const key = randomUUID();
      const responses = await Promise.all(Array.from({ length: 30 }, () => send(path, key, body)));
      expect(responses.map(({ status }) => status)).toEqual(Array(30).fill(201));
      const answers = await Promise.all(responses.map((response) => response.text()));
      expect(new Set(answers).size).toBe(1);
      expect(responses.filter((response) => isReplayed(response) === null)).toHaveLength(1);
      expect(await count()).toBe(1);
    }
  });

  it('with another body or for another profile is 422, and writes nothing', async () => {
    const [one, other] = [await api(worker).created(), await api(worker).created()];
    const key = randomUUID();
    await send(`/api/profiles/${one.id}/notes`, key, { text: 'one' });
    for (const [profile, text] of [
      [one.id, 'another'],
      [other.id, 'one'],
    ]) {
      const problem = await problemOf(await send(`/api/profiles/${profile}/notes`, key, { text }));
      expect(problem).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    }
    expect([(await notesOf(one.id)).length, (await notesOf(other.id)).length]).toEqual([1, 0]);
  });

  it('is each credential’s and each route’s own', async () => {
    const { id } = await api(worker).created();
    const key = randomUUID();
    const { authorization } = await reviewer();
    expect((await send(`/api/profiles/${id}/notes`, key, { text: 'x' })).status).toBe(201);
    const theirs = await worker.fetch(
      `/api/profiles/${id}/notes`,
      json({ text: 'y' }, { ...authorization, 'idempotency-key': key }),
    );
    expect([theirs.status, isReplayed(theirs)]).toEqual([201, null]);
    expect((await send(`/api/status_history/${id}`, key, { status: 'in_review' })).status).toBe(201);
  });

  it('of a request that was refused is free again', async () => {
    const { id } = await api(worker).created();
    const [key, path] = [randomUUID(), `/api/status_history/${id}`];
    expect((await send(path, key, { status: 'approved', expected_status: 'pending' })).status).toBe(409);
    expect((await send(path, key, { status: 'approved' })).status).toBe(201);
  });

  it('takes 1 to 255 characters; what is wrong with the record outranks it', async () => {
    const path = `/api/profiles/${id}/notes`;
    expect((await send(path, 'x'.repeat(255), { text: 'x' })).status).toBe(201);
    for (const key of ['', 'x'.repeat(256)]) {
      expect(await problemOf(await send(path, key, { text: 'x' }))).toMatchObject({ code: 'invalid_request' });
    }
    expect((await send(`/api/profiles/${UNKNOWN_ID}/notes`, '', { text: 'x' })).status).toBe(404);
  });

  it('leaves digests and a record’s id in PocketBase, never a key or a body', async () => {
    const { id } = await api(worker).created();
    const key = `key-${randomUUID()}`;
    await send(`/api/profiles/${id}/notes`, key, { text: 'a text of its own' });
    const rows = await (await superuser()).collection('idempotency_keys').getFullList({ filter: `profile = "${id}"` });
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(key);
    expect(JSON.stringify(rows)).not.toContain('a text of its own');
  });
});
