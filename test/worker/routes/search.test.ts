import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProfileSummary } from '../../../src/schemas/profile.ts';
import { api, applicantData, json, problemOf, reviewer, superuser } from '../../support/api.ts';
import { issueKey } from '../../support/keys.ts';
import type { CountingProxy } from '../../support/proxy.ts';
import { startProxiedWorker, type TestWorker } from '../../support/worker.ts';

const slug = `search-${randomUUID().slice(0, 8)}`;
let proxy: CountingProxy;
let worker: TestWorker;
let partner: ReturnType<typeof api>;
let ids: string[];
beforeAll(async () => {
  ({ proxy, worker } = await startProxiedWorker());
  await internal().post('/api/partners', { slug, name: 'Search' });
  partner = api(worker, (await issueKey(worker, { partner: slug })).key);
  ids = [];
  for (const full_name of ['Trần Quỳnh Như', 'Tran Quang', 'Quỳnh Trang']) {
    ids.unshift((await partner.created({ full_name, email: 'Same@example.com' })).id);
  }
});
afterAll(() => worker.stop());

type Page = { items: ProfileSummary[]; next_cursor: string | null; truncated: boolean };
const internal = () => api(worker, worker.keys.internal);
const pageOf = async (body: object, by = partner): Promise<Page> => {
  const response = await by.post('/api/profiles/search', body);
  if (response.status !== 200) throw new Error(await response.text());
  return (await response.json()) as Page;
};
const found = async (body: object, by = partner) => (await pageOf(body, by)).items.map(({ id }) => id);

describe('POST /api/profiles/search', () => {
  it('finds words of the name by their beginnings, without accents or case, newest first, in one call', async () => {
    await pageOf({ q: 'TRA' }); // the key is known from now on
    proxy.take();
    expect(await found({ q: 'TRA' })).toEqual(ids);
    expect(proxy.take()).toEqual(['POST /api/edge/search']);
    expect(await found({ q: 'quynh tra' })).toEqual([ids[0], ids[2]]);
    expect(await found({ q: 'nhu quỳnh' })).toEqual([ids[2]]);
    expect(await found({ q: 'rang' })).toEqual([]);
  });

  it('shows what a list shows', async () => {
    const list = (await (await partner.get('/api/profiles?limit=1')).json()) as Page;
    expect((await pageOf({ q: 'quynh trang' })).items).toEqual(list.items);
  });

  it('goes through pages by cursor', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page: Page = await pageOf({ q: 'tra', limit: 1, cursor });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
      if (!cursor) break;
    }
    expect(seen).toEqual(ids);
  });

  it('finds whatever may be stored, by the very text, together with filters', async () => {
    const fields = applicantData({
      full_name: `O'Brien "x" \\ % _ @request.auth.id`,
      document_number: `№ ${randomUUID()} '`,
      external_id: `${randomUUID()}@collection.example`,
      phone: '+15550100',
    });
    const { id } = await partner.created(fields);
    for (const name of ['full_name', 'document_number', 'external_id', 'phone'] as const) {
      expect([name, await found({ [name]: (fields as Record<string, string>)[name] })]).toEqual([name, [id]]);
    }
    expect(await found({ email: 'Same@example.com' })).toEqual(ids);
    expect(await found({ email: 'same@example.com' })).toEqual([]);
    expect(await found({ email: 'Same@example.com', q: 'quang', status: 'unverified' })).toEqual([ids[1]]);
    expect(await found({ q: 'quang', status: 'approved' })).toEqual([]);
    const { created } = await partner.read(ids[1] as string);
    expect(await found({ q: 'tra', created_after: created })).toEqual([ids[0]]);
    expect(await found({ q: 'tra', updated_after: created, document_number: null })).toEqual([ids[0]]);
  });

  it('takes `partner` from internal keys only', async () => {
    expect(await found({ q: 'tra', partner: slug }, internal())).toEqual(ids);
    expect(await problemOf(await partner.post('/api/profiles/search', { q: 'tra', partner: slug }))).toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
  });

  it.each([
    [{}, '/q'],
    [{ status: 'pending' }, '/q'],
    [{ q: 'ab' }, '/q'],
    [{ q: 'a tran' }, '/q'],
    [{ q: 'mot hai ba bon nam sau' }, '/q'],
    [{ q: 'tran', limit: 0 }, '/limit'],
    [{ q: 'tran', limit: '5' }, '/limit'],
    [{ q: 'tran', cursor: 'AAAA' }, '/cursor'],
    [{ q: 'tran', name: 'x' }, '/name'],
  ])('refuses %j', async (body, pointer) => {
    expect(await problemOf(await partner.post('/api/profiles/search', body))).toMatchObject({
      status: 422,
      code: 'validation_failed',
      errors: [{ pointer }],
    });
  });

  it('is audited when a person searches, without what was searched for; a key leaves no row', async () => {
    const person = await reviewer();
    const response = await worker.fetch('/api/profiles/search', json({ q: 'tra quynh' }, person.authorization));
    expect(response.status).toBe(200);
    await found({ q: 'tra' });
    const admin = await superuser();
    const rows = await admin.collection('audit_log').getFullList({ filter: 'action = "profiles.searched"' });
    const own = rows.filter((row) => row.actor_id === person.id || row.actor_id === slug);
    expect(own).toMatchObject([{ actor_type: 'reviewer', profile: '' }]);
    expect(own[0]?.target).toMatch(/^q\/\d+$/);
  });
});

it('a list takes `created_after`', async () => {
  const { created } = await partner.read(ids[1] as string);
  const response = await partner.get(`/api/profiles?created_after=${created}&limit=100`);
  const { items } = (await response.json()) as Page;
  expect(items.map(({ id }) => id)).toContain(ids[0]);
  expect(items.map(({ id }) => id)).not.toContain(ids[1]);
});
