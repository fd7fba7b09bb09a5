import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../../src/schemas/event.ts';
import { api, applicantData, PDF, PNG, problemOf, UNKNOWN_ID } from '../../support/api.ts';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

// One of its own: with the run's, each test would read all that the other files have caused so far.
let pocketbase: TestPocketBase;
let worker: TestWorker;
beforeAll(async () => {
  pocketbase = await startPocketBase();
  worker = await startWorker({}, { pocketbase });
  for (let count = 0; count < EARLIER_EVENTS; count++) await api(worker).created();
});
afterAll(async () => {
  await worker.stop();
  await pocketbase.stop();
});

/** More than a page holds. */
const EARLIER_EVENTS = 105;

type Page = { items: Event[]; next_cursor: string | null };

async function follow(after: string | null, limit = 100, key = worker.keys.acme): Promise<Event[]> {
  const events: Event[] = [];
  for (let cursor = after; ; ) {
    const query = new URLSearchParams({ limit: String(limit), ...(cursor && { after: cursor }) });
    const { items, next_cursor } = (await (await api(worker, key).get(`/api/events?${query}`)).json()) as Page;
    events.push(...items);
    if (!next_cursor) return events;
    expect(next_cursor).toBe(items.at(-1)?.id);
    cursor = next_cursor;
  }
}

const remove = (id: string, kind: string) =>
  worker.fetch(`/api/profiles/${id}/documents/${kind}`, {
    method: 'DELETE',
    headers: { 'x-api-key': worker.keys.acme },
  });

describe('GET /api/events', () => {
  it('replays what happened, in order, without gaps and without personal data', async () => {
    const mark = (await follow(null)).at(-1)?.id ?? null;
    const external_id = `user-${Date.now()}`;
    const data = applicantData({ external_id, date_of_birth: '1990-04-30' });
    const { id } = await api(worker).created(data);
    await api(worker).patch(`/api/profiles/${id}`, { locale: 'vi', full_name: 'Trần Văn An', country: 'VN' });
    await api(worker).upload(id, 'document_front', PNG, { 'content-type': 'image/png' });
    await api(worker).upload(id, 'document_front', PDF, { 'content-type': 'application/pdf' });
    await remove(id, 'document_front');
    await api(worker).create({ ...data, full_name: 'Somebody Else', date_of_birth: '1971-02-03' });
    await api(worker).decide(id, { status: 'in_review', reason: 'a reason', note: 'a note' });
    await api(worker).decide(id, { status: 'approved' });

    const events = (await follow(mark, 2)).filter(({ data }) => data.profile_id === id);
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['profile.created', { profile_id: id, to: 'unverified', external_id }],
      ['profile.updated', { profile_id: id, fields: ['full_name', 'locale'], external_id }],
      ['profile.document_uploaded', { profile_id: id, kind: 'document_front', version: 1, external_id }],
      ['profile.document_uploaded', { profile_id: id, kind: 'document_front', version: 2, external_id }],
      ['profile.document_removed', { profile_id: id, kind: 'document_front', version: 2, external_id }],
      ['profile.matched', { profile_id: id, fields: ['full_name', 'date_of_birth'], external_id }],
      ['profile.status_changed', { profile_id: id, from: 'unverified', to: 'in_review', external_id }],
      ['profile.status_changed', { profile_id: id, from: 'in_review', to: 'approved', external_id }],
    ]);
    const sequences = (await follow(null)).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  });

  it('goes on after any event', async () => {
    const [first, ...rest] = await follow(null);
    expect(await follow(first?.id ?? null, 3)).toEqual(rest);
    expect(await follow(rest.at(-1)?.id ?? null)).toEqual([]);
  });

  it('has no place for an event that is unknown or another partner’s', async () => {
    await api(worker, worker.keys.globex).created();
    const [foreign] = await follow(null, 100, worker.keys.globex);
    for (const after of [UNKNOWN_ID, foreign?.id, 'nonsense', '"||1=1||"']) {
      const response = await api(worker).get(`/api/events?after=${encodeURIComponent(after ?? '')}`);
      expect(await problemOf(response)).toMatchObject({ status: 422, errors: [{ pointer: '/after' }] });
    }
  });

  it('is one partner’s: an internal key names it', async () => {
    const internal = { 'x-api-key': worker.keys.internal };
    expect((await worker.fetch('/api/events', { headers: internal })).status).toBe(400);
    const named = await worker.fetch('/api/events', { headers: { ...internal, 'x-partner': 'acme' } });
    expect(((await named.json()) as Page).items).toEqual((await follow(null)).slice(0, 20));
    const own = { 'x-api-key': worker.keys.acme, 'x-partner': 'acme' };
    expect((await worker.fetch('/api/events', { headers: own })).status).toBe(400);
  });
});
