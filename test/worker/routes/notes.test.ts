import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Note } from '../../../src/schemas/note.ts';
import { api, json, reviewer, UNKNOWN_ID } from '../../support/api.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

describe('/api/profiles/:id/notes', () => {
  it('keeps notes in the order they were written, with their author', async () => {
    const { id } = await api(worker).created();
    const { id: reviewerId, authorization } = await reviewer();
    for (const text of ['first', 'second']) {
      expect((await worker.fetch(`/api/profiles/${id}/notes`, json({ text }, authorization))).status).toBe(201);
    }
    const response = await worker.fetch(`/api/profiles/${id}/notes`, { headers: authorization });
    const { items } = (await response.json()) as { items: Note[] };
    expect(items.map(({ text }) => text)).toEqual(['first', 'second']);
    expect(items[0]).toMatchObject({ profile: id, actor_type: 'reviewer', actor_id: reviewerId });
  });

  it('keeps a note as it was written: no route changes or removes one, whatever becomes of the profile', async () => {
    const { id } = await api(worker).created();
    const { id: reviewerId, authorization } = await reviewer();
    const path = `/api/profiles/${id}/notes`;
    const note = (await (await worker.fetch(path, json({ text: 'one' }, authorization))).json()) as Note;
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      expect((await worker.fetch(path, { method, headers: authorization })).status).toBe(405);
      expect((await worker.fetch(`${path}/${note.id}`, { method, headers: authorization })).status).toBe(404);
    }
    await api(worker).decide(id, { status: 'approved' });
    const late = await worker.fetch(path, json({ text: 'two' }, { 'x-api-key': worker.keys.internal }));
    expect(late.status).toBe(201);
    const { items } = (await (await worker.fetch(path, { headers: authorization })).json()) as { items: Note[] };
    expect(items.map(({ text, actor_type, actor_id }) => [text, actor_type, actor_id])).toEqual([
      ['one', 'reviewer', reviewerId],
      ['two', 'service', 'ops'],
    ]);
    expect(items[0]).toEqual(note);
  });

  it('is empty for a profile without notes, and 404 without a profile', async () => {
    const { id } = await api(worker).created();
    const internal = api(worker, worker.keys.internal);
    expect(await (await internal.get(`/api/profiles/${id}/notes`)).json()).toEqual({ items: [], next_cursor: null });
    expect((await internal.get(`/api/profiles/${UNKNOWN_ID}/notes`)).status).toBe(404);
    expect((await internal.post(`/api/profiles/${UNKNOWN_ID}/notes`, { text: 'x' })).status).toBe(404);
  });

  it('is closed to partners', async () => {
    const { id } = await api(worker).created();
    expect((await api(worker).get(`/api/profiles/${id}/notes`)).status).toBe(403);
    expect((await api(worker).post(`/api/profiles/${id}/notes`, { text: 'x' })).status).toBe(403);
  });
});
