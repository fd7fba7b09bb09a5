import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import type { AuditEntry } from '../../../src/schemas/audit.ts';
import type { Metrics } from '../../../src/schemas/metrics.ts';
import type { Partner } from '../../../src/schemas/partner.ts';
import { api, applicantData, json, PNG, problemOf, reviewer } from '../../support/api.ts';
import { issueKey } from '../../support/keys.ts';
import { parseOpenMetrics } from '../../support/openapi/openmetrics.ts';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import type { CountingProxy } from '../../support/proxy.ts';
import { startProxiedWorker, startWorker, type TestWorker } from '../../support/worker.ts';

// One of its own: what is counted here, others would change meanwhile.
let pocketbase: TestPocketBase;
let proxy: CountingProxy;
let worker: TestWorker;
beforeAll(async () => {
  pocketbase = await startPocketBase();
  ({ proxy, worker } = await startProxiedWorker({ pocketbase }));
  await api(worker).created();
});
afterAll(async () => {
  await worker.stop();
  await pocketbase.stop();
});

const operator = () => api(worker, worker.keys.internal);
type Entry = z.infer<typeof AuditEntry>;
const auditOf = async (query: Record<string, string>): Promise<Entry[]> => {
  const response = await operator().get(`/api/audit?${new URLSearchParams(query)}`);
  if (response.status !== 200) throw new Error(await response.text());
  return ((await response.json()) as { items: Entry[] }).items;
};
const newSlug = () => `p-${randomUUID().slice(0, 13)}`;

describe('/api/partners', () => {
  it('creates, reads, changes and lists partners', async () => {
    const slug = newSlug();
    const response = await operator().post('/api/partners', { slug, name: 'Initech', retention_days: 30 });
    expect(response.status).toBe(201);
    const created = (await response.json()) as Partner;
    expect(created).toMatchObject({
      slug,
      name: 'Initech',
      active: true,
      frontend_url: null,
      retention_days: 30,
      expire_after_days: null,
    });
    const changes = { frontend_url: 'https://verify.initech.example', retention_days: null, expire_after_days: 7 };
    const changed = await operator().patch(`/api/partners/${slug}`, changes);
    expect(await changed.json()).toMatchObject({ slug, name: 'Initech', active: true, ...changes });
    expect(await (await operator().get(`/api/partners/${slug}`)).json()).toMatchObject(changes);
    const { items } = (await (await operator().get('/api/partners?limit=1')).json()) as { items: Partner[] };
    expect(items[0]?.slug).toBe(slug);
  });

  it.each([
    [{ slug: 'Not A Slug' }, '/slug'],
    [{ slug: 'acme' }, '/slug'],
    [{ name: '' }, '/name'],
    [{ frontend_url: 'javascript:alert(1)' }, '/frontend_url'],
    [{ retention_days: 0 }, '/retention_days'],
    [{ expire_after_days: 1.5 }, '/expire_after_days'],
    [{ secret: 'x' }, '/secret'],
  ])('refuses %j', async (bad, pointer) => {
    const response = await operator().post('/api/partners', { slug: newSlug(), name: 'x', ...bad });
    expect(await problemOf(response)).toMatchObject({ status: 422, errors: [{ pointer }] });
  });

  it('has no partner of that name, keeps slugs, and wants https where it counts', async () => {
    expect((await operator().get('/api/partners/nobody-knows')).status).toBe(404);
    expect((await operator().patch('/api/partners/nobody-knows', { active: false })).status).toBe(404);
    expect((await operator().patch('/api/partners/acme', { slug: 'other' })).status).toBe(422);
    const own = await startWorker({ DEPLOYMENT: 'production' }, { pocketbase });
    const plain = { frontend_url: 'http://x.example' };
    const response = await api(own).patch('/api/partners/acme', plain);
    expect(await problemOf(response)).toMatchObject({ status: 422, errors: [{ pointer: '/frontend_url' }] });
    expect((await api(own).patch('/api/partners/nobody-knows', plain)).status).toBe(404);
    const key = await issueKey(own);
    expect(key.key).toMatch(/^ek_live_/);
    expect((await api(worker, key.key).get('/api/profiles')).status).toBe(401);
    await own.stop();
  });
});

describe('GET /api/audit', () => {
  it('tells who read which document, decided, managed keys and partners, and erased', async () => {
    const since = new Date(Date.now() - 1).toISOString();
    const { id: reviewerId, authorization } = await reviewer('Reviewer', pocketbase);
    const { id } = await api(worker).created();
    await api(worker).upload(id, 'document_front', PNG, { 'content-type': 'image/png' });
    await (
      await worker.fetch(`/api/profiles/${id}/documents/document_front`, { headers: authorization })
    ).arrayBuffer();
    await worker.fetch(
      `/api/status_history/${id}`,
      json(
        { status: 'approved', expected_status: 'unverified', expected_evidence: 2, note: 'private text' },
        authorization,
      ),
    );
    const { id: key } = await issueKey(worker);
    await operator().post(`/api/keys/${key}/rotate`, {});
    await worker.fetch(`/api/keys/${key}`, { method: 'DELETE', headers: { 'x-api-key': worker.keys.internal } });
    const slug = newSlug();
    await operator().post('/api/partners', { slug, name: 'x' });
    await operator().patch(`/api/partners/${slug}`, { active: false });
    await worker.fetch(`/api/profiles/${id}`, { method: 'DELETE', headers: { 'x-api-key': worker.keys.internal } });

    const entries = await auditOf({ from: since, limit: '100' });
    const told = entries.map(({ action, profile, target, actor_type, actor_id }) =>
      [action, profile, target, actor_type, actor_id].join(' '),
    );
    expect(told).toEqual(
      expect.arrayContaining([
        `document.written ${id} document_front/1 partner acme`,
        `document.read ${id} document_front/1 reviewer ${reviewerId}`,
        `status.decided ${id} approved reviewer ${reviewerId}`,
        `key.created  ${key} service ops`,
        `key.rotated  ${key} service ops`,
        `key.revoked  ${key} service ops`,
        `partner.created  ${slug} service ops`,
        `partner.updated  ${slug} service ops`,
        expect.stringMatching(new RegExp(`^profile.redacted ${id} .*service ops$`)),
      ]),
    );
    expect(JSON.stringify(entries)).not.toContain('private text');

    const byProfile = await auditOf({ profile: id });
    expect(byProfile.map(({ action }) => action)).toEqual([
      'profile.redacted',
      'status.decided',
      'document.read',
      'document.written',
      'profile.created',
    ]);
    const byActor = await auditOf({ actor: reviewerId });
    expect(byActor.map(({ action }) => action)).toEqual(['status.decided', 'document.read']);
    expect(await auditOf({ actor: reviewerId, to: since })).toEqual([]);
    expect(await auditOf({ profile: id, from: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
    proxy.take();
    await auditOf({ profile: id });
    expect(proxy.take()).toEqual(['GET /api/collections/audit_log/records']);
  });

  it('has a person’s reading of a profile, its history or its notes, once an hour; a key’s leaves no row', async () => {
    const [first, second] = [await reviewer('First', pocketbase), await reviewer('Second', pocketbase)];
    const paths = (id: string) => [`/api/profiles/${id}`, `/api/status_history/${id}`, `/api/profiles/${id}/notes`];
    const readingsOf = async (profile: string) =>
      (await auditOf({ profile })).flatMap(({ action, actor_id }) => (action === 'profile.read' ? [actor_id] : []));
    const { id } = await api(worker).created();
    await operator().post(`/api/profiles/${id}/notes`, { text: 'x' });
    for (const path of paths(id)) {
      for (const key of [worker.keys.internal, worker.keys.acme]) await api(worker, key).get(path);
    }
    expect(await readingsOf(id)).toEqual([]);
    for (const { id: reader, authorization } of [first, second]) {
      for (let time = 1; time <= 2; time++) {
        for (const path of paths(id)) expect((await worker.fetch(path, { headers: authorization })).status).toBe(200);
        expect((await readingsOf(id))[0]).toBe(reader);
      }
    }
    expect(await readingsOf(id)).toEqual([second.id, first.id]);
    for (const path of ['/api/status_history/', '/api/profiles/']) {
      const { id: other } = await api(worker).created();
      await worker.fetch(path + other, { headers: first.authorization });
      expect(await readingsOf(other)).toEqual([first.id]);
    }
  });

  it('is not read by those who are in it', async () => {
    expect((await api(worker).get('/api/audit')).status).toBe(403);
    const { authorization } = await reviewer('Reviewer', pocketbase);
    expect((await worker.fetch('/api/audit', { headers: authorization })).status).toBe(403);
  });
});

describe('GET /api/metrics', () => {
  it('counts profiles, the queue, decisions and recognised applicants, in one call', async () => {
    const read = async () => (await (await operator().get('/api/metrics')).json()) as z.infer<typeof Metrics>;
    const before = await read();
    const data = applicantData();
    const { id } = await api(worker).created(data);
    await api(worker).create(data);
    await api(worker).decide(id, { status: 'in_review' });
    proxy.take();
    const during = await read();
    expect(proxy.take()).toEqual(['GET /api/edge/metrics']);
    expect(during.statuses.in_review).toBeGreaterThan(before.statuses.in_review ?? 0);
    expect(during.queue.size).toBeGreaterThan(before.queue.size);
    expect(during.duplicates_avoided).toBeGreaterThan(before.duplicates_avoided);
    await api(worker).decide(id, { status: 'approved' });
    expect((await read()).decisions.count).toBeGreaterThan(before.decisions.count);
  });
});

describe('GET /api/metrics as text', () => {
  const headers = (accept: string) => ({ 'x-api-key': worker.keys.internal, accept });
  const read = (accept: string) => worker.fetch('/api/metrics', { headers: headers(accept) });

  it('is OpenMetrics with the numbers of the JSON', async () => {
    const response = await read('application/openmetrics-text');
    expect(response.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(response.headers.get('vary')).toContain('Accept');
    const samples = parseOpenMetrics(await response.text());
    const json = (await (await read('application/json')).json()) as z.infer<typeof Metrics>;
    for (const [status, count] of Object.entries(json.statuses)) {
      expect(samples.get(`ekyc_profiles{status="${status}"}`)).toBe(count);
    }
    expect(samples.get('ekyc_duplicates_avoided_total')).toBe(json.duplicates_avoided);
    expect(samples.get('ekyc_breaker_state{state="closed"}')).toBe(1);
    expect(samples.get('ekyc_breaker_state{state="open"}')).toBe(0);
  });

  it('is what a scraper gets, and nobody who takes anything', async () => {
    const prometheus = [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6',
      'application/openmetrics-text;version=0.0.1;q=0.5',
      'text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    ];
    const typeOf = async (accept: string) => (await read(accept)).headers.get('content-type')?.split(';')[0];
    expect(await typeOf(prometheus.join(','))).toBe('application/openmetrics-text');
    expect(await typeOf('text/plain')).toBe('text/plain');
    for (const accept of ['*/*', 'application/json, text/plain, */*', 'text/html,application/xml;q=0.9,*/*;q=0.8']) {
      expect(await typeOf(accept)).toBe('application/json');
    }
  });
});

describe('the cron', () => {
  it('expires and erases what is due, and logs the counts', async () => {
    const slug = newSlug();
    const key = `${randomUUID()}`;
    const own = await startWorker({ VALID_API_KEYS: `${slug}:${key}` }, { pocketbase });
    const { id } = await api(own, key).created();
    await api(own, own.keys.internal).patch(`/api/partners/${slug}`, { expire_after_days: 1 });
    await own.scheduled();
    expect((await api(own).read(id)).status).toBe('unverified');
    const sweep = () => own.logs().find((text) => text.includes('"duty":"sweep"'));
    await expect.poll(sweep).toBeDefined();
    const line = sweep() ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ level: 'info', event: 'scheduled', duty: 'sweep' });
    for (const name of ['expired', 'redacted', 'cleaned']) expect(JSON.parse(line)[name]).toBeGreaterThanOrEqual(0);
    await own.stop();
  });

  it('says so when PocketBase is down, and goes on', async () => {
    proxy.intercept = (_, answer) => !!answer.destroy();
    await worker.scheduled();
    proxy.intercept = null;
    await expect.poll(() => worker.logs().join('\n')).toContain('"event":"scheduled_failed"');
    await worker.scheduled();
    await expect.poll(() => worker.logs().join('\n')).toContain('"duty":"sweep"');
  });
});
