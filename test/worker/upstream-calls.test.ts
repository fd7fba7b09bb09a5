import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, applicantData, json, PNG, problemOf, reviewer, superuser } from '../support/api.ts';
import { startPocketBase, type TestPocketBase } from '../support/pocketbase.ts';
import type { CountingProxy } from '../support/proxy.ts';
import { startProxiedWorker, startWorker, type TestWorker } from '../support/worker.ts';

// A PocketBase of its own: this Worker would deliver to the webhooks of other files' tests, and those calls would be counted here.
let pocketbase: TestPocketBase;
let proxy: CountingProxy;
let worker: TestWorker;
beforeAll(async () => {
  pocketbase = await startPocketBase();
  ({ proxy, worker } = await startProxiedWorker({ pocketbase }));
});
afterAll(async () => {
  await worker.stop();
  await pocketbase.stop();
});

/** The calls to PocketBase that a request cost. */
async function cost(send: () => Promise<Response>): Promise<string[]> {
  proxy.take();
  await (await send()).arrayBuffer();
  return proxy.take();
}

describe('calls to PocketBase', () => {
  it('are as few as each route needs', async () => {
    const partner = api(worker);
    const internal = { 'x-api-key': worker.keys.internal };
    const data = applicantData();
    const { id, token } = await partner.created(data);
    const record = `/api/edge/profiles/${id}`;
    const history = '/api/collections/status_history/records';
    const applicant = { headers: { authorization: `Bearer ${token}` } };
    const { authorization } = await reviewer('Reviewer', pocketbase);
    const asPng = { 'content-type': 'image/png' };
    const document = `/api/profiles/${id}/documents/document_front`;
    const form = new FormData();
    form.set('facial_photo', new File([PNG], 'me.png', { type: 'image/png' }));
    const operator = (path: string, init: RequestInit = {}) =>
      worker.fetch(path, { ...init, headers: { ...init.headers, ...internal } });

    expect(await cost(() => partner.create())).toEqual(['POST /api/edge/profiles']);
    expect(await cost(() => partner.create(data))).toEqual(['POST /api/edge/profiles']);
    expect(await cost(() => partner.create({ ...data, full_name: 'Other' }))).toEqual(['POST /api/edge/profiles']);
    expect(await cost(() => partner.patch(`/api/profiles/${id}`, { locale: 'vi' }))).toEqual([`PATCH ${record}`]);
    expect(await cost(() => operator(`/api/profiles/${id}`, { method: 'PATCH', body: form }))).toEqual([
      `GET ${record}/open`,
      `POST ${record}/form`,
    ]);
    const link = { confirm_mismatch: true };
    expect(await cost(() => partner.post(`/api/profiles/${id}/link`, link))).toEqual([`POST ${record}/link`]);
    expect(await cost(() => partner.upload(id, 'document_front', PNG, asPng))).toEqual([
      `GET ${record}/open`,
      `POST ${record}/documents`,
    ]);
    expect(await cost(() => partner.post(`/api/profiles/${id}/submit`, {}))).toEqual([`POST ${record}/submit`]);
    expect(await cost(() => operator(`/api/profiles/${id}/legal_hold`, { method: 'PUT' }))).toEqual([
      `POST ${record}/hold`,
    ]);
    expect(await cost(() => partner.decide(id, { status: 'in_review' }))).toEqual([`POST ${record}/status`]);
    expect(await cost(() => operator(`/api/profiles/${id}/notes`, json({ text: 'x' })))).toEqual([
      `POST ${record}/notes`,
    ]);
    expect(await cost(() => operator(document, { method: 'DELETE' }))).toEqual([
      `DELETE ${record}/documents/document_front`,
    ]);
    const target = { url: 'https://hooks.example.com/', enabled: false };
    const created = await (await partner.post('/api/webhooks', target)).json();
    const { id: webhook } = created as { id: string };
    const endpoint = `/api/collections/webhook_endpoints/records/${webhook}`;
    expect(await cost(() => partner.get(`/api/webhooks/${webhook}`))).toEqual([`GET ${endpoint}`]);
    expect(await cost(() => partner.patch(`/api/webhooks/${webhook}`, target))).toEqual([`PATCH ${endpoint}`]);
    expect(await cost(() => partner.post(`/api/webhooks/${webhook}/rotate`, {}))).toEqual([
      `POST /api/edge/webhooks/${webhook}/rotate`,
    ]);
    expect(await cost(() => operator(`/api/webhooks/${webhook}`, { method: 'DELETE' }))).toEqual([
      `DELETE ${endpoint}`,
    ]);
    expect(await cost(() => worker.fetch('/api/applicant', applicant))).toEqual(['GET /api/edge/applicant']);
    // A key holds its record's id, which PocketBase gives. A partner of the settings may have no record yet.
    const key = { partner: 'acme', name: 'x', scopes: ['profiles:read'] };
    const issued = await cost(() => operator('/api/keys', json(key)));
    const looked = 'GET /api/collections/partners/records';
    expect(issued).toEqual([looked, 'GET /api/edge/ids', 'POST /api/edge/keys']);
    const level = { partner: 'acme', name: 'strict', required: { passport: ['document_front'] } };
    expect(await cost(() => operator('/api/levels', json(level)))).toEqual(['POST /api/edge/levels']);
    expect(await cost(() => operator('/api/levels'))).toEqual(['GET /api/collections/levels/records']);
    const asReviewer = () => worker.fetch(`/api/profiles/${id}`, { headers: authorization });
    expect(await cost(asReviewer)).toEqual([
      'POST /api/collections/reviewers/auth-refresh',
      `GET /api/edge/profiles/${id}`,
    ]);
    expect(await cost(asReviewer)).toEqual([`GET /api/edge/profiles/${id}`]);
    expect(await cost(() => partner.get(`/api/status_history/${id}`))).toEqual([`GET ${history}`]);
  });

  it('for a read by a key are one, and write nothing', async () => {
    const partner = api(worker);
    const { id } = await partner.created();
    await partner.upload(id, 'document_front', PNG, { 'content-type': 'image/png' });
    const operator = api(worker, worker.keys.internal);
    const asAcme = () => worker.fetch('/api/events', { headers: { 'x-api-key': worker.keys.acme } });
    const collection = (name: string) => [`GET /api/collections/${name}/records`];
    const etag = (await partner.get(`/api/profiles/${id}`)).headers.get('etag') ?? '';
    const headers = { 'x-api-key': worker.keys.acme, 'if-none-match': etag };
    const reads: [string[], () => Promise<Response>][] = [
      [[`GET /api/edge/profiles/${id}`], () => partner.get(`/api/profiles/${id}`)],
      [[`GET /api/edge/profiles/${id}`], () => operator.get(`/api/profiles/${id}`)],
      [[`GET /api/edge/profiles/${id}`], () => worker.fetch(`/api/profiles/${id}`, { headers })],
      [collection('profiles'), () => partner.get('/api/profiles')],
      [collection('status_history'), () => partner.get(`/api/status_history/${id}`)],
      [collection('documents'), () => operator.get(`/api/profiles/${id}/documents`)],
      [collection('events'), asAcme],
    ];
    const audited = async () => (await (await superuser(pocketbase)).collection('audit_log').getList(1, 1)).totalItems;
    const before = await audited();
    for (const [calls, read] of reads) expect(await cost(read)).toEqual(calls);
    expect(await audited()).toBe(before);
    // The one reading by a key that leaves a row is that of a document's bytes.
    const path = `/api/profiles/${id}/documents/document_front`;
    expect(await cost(() => operator.get(path))).toEqual([`GET /api/edge/profiles/${id}/documents/document_front`]);
    expect(await audited()).toBe(before + 1);
  });

  it('are not made for what the edge can refuse by itself', async () => {
    const refusals = [
      () => worker.fetch('/api/profiles/create', json(applicantData())),
      () => worker.fetch('/api/profiles/create', json(applicantData(), { 'x-api-key': 'k'.repeat(40) })),
      () => api(worker).create({ country: 'XX' }),
      () => worker.fetch('/api/applicant', { headers: { authorization: 'Bearer a.b.c' } }),
      () => api(worker).get('/api/profiles/nothing'),
      () => worker.fetch('/', {}),
    ];
    for (const refuse of refusals) expect(await cost(refuse)).toEqual([]);
  });
});

describe('the service token', () => {
  const isLogin = (call: string) => call.endsWith('/services/auth-with-password');

  it('is fetched once however many requests start cold; a new isolate finds it in KV, where it is sealed', async () => {
    const cold = await startWorker({ POCKETBASE_URL: proxy.url }, { pocketbase });
    proxy.take();
    await Promise.all(Array.from({ length: 20 }, () => api(cold).create()));
    expect(proxy.take().filter(isLogin)).toHaveLength(1);

    await cold.restart();
    expect((await api(cold).create()).status).toBe(201);
    expect(proxy.take().filter(isLogin)).toHaveLength(0);

    const stored = await (await cold.env()).TOKENS.get('service-token', 'arrayBuffer');
    expect(stored?.byteLength).toBeGreaterThan(100);
    expect(Buffer.from(stored as ArrayBuffer).toString('latin1')).not.toContain('eyJ');
    await cold.stop();
  });

  /** With a service account of its own, as other tests use the run's at the same time. */
  async function startOwn() {
    const accounts = (await superuser(pocketbase)).collection('services');
    const [email, password] = [`${randomUUID()}@services.example`, randomUUID()];
    const { id } = await accounts.create({ email, password, passwordConfirm: password });
    const own = await startWorker(
      { POCKETBASE_SERVICE_EMAIL: email, POCKETBASE_SERVICE_PASSWORD: password },
      { pocketbase },
    );
    /** Ends the account's tokens, also when it stays the same. */
    const setPassword = (to: string) => accounts.update(id, { password: to, passwordConfirm: to });
    return { own, password, setPassword };
  }

  it('never turns a stale token into not_found: one new login, or upstream_unavailable', async () => {
    const { own, password, setPassword } = await startOwn();
    const { id } = await api(own).created();
    await setPassword(randomUUID());
    const refused = await api(own).get(`/api/profiles/${id}`);
    expect(await problemOf(refused)).toMatchObject({ status: 503, code: 'upstream_unavailable' });
    expect(refused.headers.get('retry-after')).toBe('2');
    await setPassword(password);
    await expect.poll(async () => (await api(own).get(`/api/profiles/${id}`)).status, { timeout: 5_000 }).toBe(200);
    await own.stop();
  });

  it('is replaced and the call repeated when only the token was ended', async () => {
    const { own, password, setPassword } = await startOwn();
    const { id } = await api(own).created();
    await setPassword(password);
    expect((await api(own).get(`/api/profiles/${id}`)).status).toBe(200);
    await own.stop();
  });
});
