import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, applicantData, json, PNG, problemOf, reviewer, superuser } from '../support/api.ts';
import { dashboardClient } from '../support/browser/dashboard.ts';
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
    const record = `/api/collections/profiles/records/${id}`;
    const applicant = { headers: { authorization: `Bearer ${token}` } };
    const { authorization } = await reviewer('Reviewer', pocketbase);

    expect(await cost(() => partner.create())).toEqual(['POST /api/edge/profiles']);
    expect(await cost(() => partner.create(data))).toEqual(['POST /api/edge/profiles']);
    expect(await cost(() => partner.get(`/api/profiles/${id}`))).toEqual([`GET /api/edge/profiles/${id}`]);
    expect(await cost(() => partner.patch(`/api/profiles/${id}`, { locale: 'vi' }))).toEqual([`PATCH ${record}`]);
    expect(await cost(() => partner.post(`/api/profiles/${id}/link`, {}))).toEqual([
      `POST /api/edge/profiles/${id}/link`,
    ]);
    expect(await cost(() => partner.upload(id, 'document_front', PNG, { 'content-type': 'image/png' }))).toEqual([
      `GET ${record}`,
      `PATCH ${record}`,
    ]);
    expect(
      await cost(() => worker.fetch(`/api/profiles/${id}/documents/document_front`, { headers: internal })),
    ).toEqual([`GET /api/edge/profiles/${id}/documents/document_front`]);
    expect(await cost(() => partner.get(`/api/status_history/${id}`))).toEqual([
      'GET /api/collections/status_history/records',
    ]);
    expect(await cost(() => partner.decide(id, { status: 'in_review' }))).toEqual([
      `POST /api/edge/profiles/${id}/status`,
    ]);
    expect(await cost(() => worker.fetch(`/api/profiles/${id}/notes`, json({ text: 'x' }, internal)))).toEqual([
      `POST /api/edge/profiles/${id}/notes`,
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
    expect(await cost(() => worker.fetch(`/api/webhooks/${webhook}`, { method: 'DELETE', headers: internal }))).toEqual(
      [`DELETE ${endpoint}`],
    );
    expect(await cost(() => partner.get('/api/events'))).toEqual(['GET /api/collections/events/records']);
    expect(await cost(() => worker.fetch('/api/applicant', applicant))).toEqual([`GET ${record}`]);
    const asReviewer = () => worker.fetch(`/api/profiles/${id}`, { headers: authorization });
    expect(await cost(asReviewer)).toEqual([
      'POST /api/collections/reviewers/auth-refresh',
      `GET /api/edge/profiles/${id}`,
    ]);
    expect(await cost(asReviewer)).toEqual([`GET /api/edge/profiles/${id}`]);
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

describe('PocketBase failing', () => {
  it.each([
    ['refuses', 'upstream_unavailable', '2', (_: unknown, answer: { destroy(): void }) => answer.destroy()],
    [
      'answers 500',
      'upstream_unavailable',
      '2',
      (_: unknown, answer: { writeHead(n: number): { end(): void } }) => answer.writeHead(500).end(),
    ],
    [
      'answers with broken JSON',
      'upstream_unavailable',
      '2',
      (_: unknown, answer: { end(s: string): void }) => answer.end('{"items": 7'),
    ],
    [
      'answers another shape',
      'not_configured',
      null,
      (_: unknown, answer: { end(s: string): void }) => answer.end('{"items": 7}'),
    ],
  ] as const)('when it %s, the answer is the contract’s', async (_, code, retryAfter, act) => {
    const { id } = await api(worker).created();
    proxy.intercept = (incoming, answer) => {
      act(incoming, answer as never);
      return true;
    };
    const response = await api(worker).get(`/api/profiles/${id}`);
    proxy.intercept = null;
    expect(await problemOf(response)).toMatchObject({ status: 503, code });
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    expect((await api(worker).get(`/api/profiles/${id}`)).status).toBe(200);
  });

  it('is not ready without our hooks, and a 404 that is not PocketBase’s own never reads as not_found', async () => {
    const { id } = await api(worker).created();
    const answerWith = (body: string) => {
      proxy.intercept = (_, answer) => Boolean(answer.writeHead(404).end(body));
    };
    answerWith('{"status":404,"message":"File not found.","data":{}}');
    expect(await problemOf(await worker.fetch('/readyz'))).toMatchObject({ status: 503, code: 'not_configured' });
    expect(await problemOf(await api(worker).get(`/api/profiles/${id}`))).toMatchObject({
      status: 503,
      code: 'not_configured',
    });
    answerWith('<h1>no such tunnel</h1>');
    expect(await problemOf(await api(worker).get(`/api/profiles/${id}`))).toMatchObject({
      code: 'upstream_unavailable',
    });
    proxy.intercept = null;
  });

  it('says nothing of a document, in either direction', async () => {
    const { id } = await api(worker).created();
    await api(worker).upload(id, 'document_front', PNG, { 'content-type': 'image/png' });
    const download = () =>
      worker.fetch(`/api/profiles/${id}/documents/document_front`, { headers: { 'x-api-key': worker.keys.internal } });
    for (const [status, body, code] of [
      [200, '<h1>hello</h1>', 'upstream_unavailable'],
      [200, '{"hi":1}', 'not_configured'],
      [302, '', 'upstream_unavailable'],
      [403, '<h1>no</h1>', 'upstream_unavailable'],
    ] as const) {
      proxy.intercept = (incoming, answer) => {
        if (incoming.method !== 'PATCH') return false;
        incoming.resume().on('end', () => answer.writeHead(status).end(body));
        return true;
      };
      const response = await api(worker).upload(id, 'document_front', PNG, { 'content-type': 'image/png' });
      expect([status, body, await problemOf(response)]).toMatchObject([status, body, { code }]);
    }
    proxy.intercept = (_, answer) => Boolean(answer.writeHead(302, { location: '/' }).end());
    expect(await problemOf(await download())).toMatchObject({ code: 'upstream_unavailable' });
    proxy.intercept = null;
    expect((await download()).status).toBe(200);
  });

  it('lets no reviewer listen to a stream that is none', async () => {
    const { get } = await dashboardClient(worker, 'Reviewer', pocketbase);
    for (const body of [
      '',
      'data: {"clientId":7}\n\n',
      'data: <h1>\n\n',
      'data: {"clientId":"never-subscribed"}\n\n',
    ]) {
      proxy.intercept = (incoming, answer) =>
        incoming.url === '/api/realtime' &&
        (incoming.method === 'GET'
          ? Boolean(answer.writeHead(200, { 'content-type': 'text/event-stream' }).end(body))
          : Boolean(answer.writeHead(404).end('{"status":404}')));
      const response = await get('/dashboard/events', { accept: 'text/event-stream' });
      expect([body, response.status >= 400]).toEqual([body, true]);
      expect([body, (await problemOf(response)).code]).not.toEqual([body, 'internal']);
    }
    proxy.intercept = null;
  });

  it('with a login answer of another shape is not_configured, and with none that is JSON unavailable', async () => {
    const cold = await startWorker({ POCKETBASE_URL: proxy.url }, { pocketbase });
    for (const [body, code] of [
      ['{"token":"abc"}', 'not_configured'],
      ['{"hi":1}', 'not_configured'],
      ['x', 'upstream_unavailable'],
    ] as const) {
      proxy.intercept = (_, answer) => Boolean(answer.writeHead(200).end(body));
      expect([body, (await problemOf(await api(cold).create())).code]).toEqual([body, code]);
      await cold.restart();
    }
    proxy.intercept = null;
    await cold.stop();
  });
});
