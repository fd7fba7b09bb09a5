import { request } from 'node:http';
import { json as parsed } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Settings } from '../../src/env.ts';
import type { Problem } from '../../src/schemas/problem.ts';
import { api, applicantData, problemOf } from '../support/api.ts';
import { routesOfApp } from '../support/routes.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

/** A request that names another host than the one it is sent to, which `fetch` cannot. */
async function under(worker: TestWorker, host: string, path: string, init: { headers?: object; body?: object } = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: Problem }>();
  const method = init.body ? 'POST' : 'GET';
  const headers = { ...init.headers, host, ...(init.body && { 'content-type': 'application/json' }) };
  const sent = request(`${worker.origin}${path}`, { method, headers }, async (answer) => {
    resolve({ status: answer.statusCode ?? 0, body: (await parsed(answer).catch(() => null)) as Problem });
  });
  sent.on('error', reject).end(init.body && JSON.stringify(init.body));
  return promise;
}

const FOREIGN = 'evil.example';
const SECOND = 'api.example.com:8443';
/** The Worker puts its port in. */
const PUBLIC_URL = `https://first.example.com, https://${SECOND}/,http://127.0.0.1:0`;

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker({ DEPLOYMENT: 'production', PUBLIC_URL, KYC_FRONTEND_URL: '' });
});
afterAll(() => worker.stop());

describe('a request under a host that PUBLIC_URL does not name', () => {
  it('is 421 on every route but the health checks, before all that may be wrong with it', async () => {
    const paths = routesOfApp()
      .filter((route) => route.startsWith('GET '))
      .map((route) => route.slice('GET '.length));
    for (const path of [...paths, '/no/such/route', '/api/profiles/create']) {
      const expected = ['/', '/healthz', '/readyz'].includes(path) ? 200 : 421;
      expect([path, (await under(worker, FOREIGN, path)).status]).toEqual([path, expected]);
    }
    const { port } = new URL(worker.origin);
    for (const host of [
      `localhost:${port}`,
      '127.0.0.1:1',
      'first.example.com:8443',
      'api.example.com',
      'first.example.com.',
    ]) {
      expect([host, (await under(worker, host, '/docs')).status]).toEqual([host, 421]);
    }
  });

  it('learns the own address, and nothing leads to the foreign one', async () => {
    const { body } = await under(worker, FOREIGN, '/api/profiles');
    expect(body).toMatchObject({
      type: 'https://first.example.com/docs#misdirected_request',
      code: 'misdirected_request',
    });
    expect(JSON.stringify((await under(worker, FOREIGN, '/')).body)).not.toContain(FOREIGN);
  });

  it('cannot keep a webhook from another partner’s host', async () => {
    const headers = { 'x-api-key': worker.keys.globex };
    const target = { url: 'https://hooks.partner.example/' };
    expect((await under(worker, 'hooks.partner.example', '/api/webhooks', { headers, body: target })).status).toBe(421);
    const response = await api(worker).post('/api/webhooks', target);
    expect(response.status).toBe(201);
    const { id } = (await response.json()) as { id: string };
    await worker.fetch(`/api/webhooks/${id}`, { method: 'DELETE', headers: { 'x-api-key': worker.keys.acme } });
  });
});

describe('PUBLIC_URL', () => {
  it('lets each of its origins in, and the first stands in links and problem types', async () => {
    const headers = { 'x-api-key': worker.keys.acme };
    for (const host of ['first.example.com', 'FIRST.example.com', SECOND, new URL(worker.origin).host]) {
      const { status, body } = await under(worker, host, '/api/profiles/create', { headers, body: applicantData() });
      expect([host, status]).toEqual([host, 201]);
      expect((body as unknown as { redirect_url: string }).redirect_url).toMatch(
        /^https:\/\/first\.example\.com\/verify\//,
      );
      const unknown = await under(worker, host, '/nothing');
      expect(unknown.body).toMatchObject({ status: 404, type: 'https://first.example.com/docs#not_found' });
    }
  });

  it('names hosts to which no webhook may go', async () => {
    for (const url of ['https://first.example.com/', 'https://api.example.com/hook', 'https://API.example.com:8443/']) {
      expect([url, (await api(worker).post('/api/webhooks', { url })).status]).toEqual([url, 422]);
    }
  });

  it('is required in production: without it all but the health checks is 503', async () => {
    const own = await startWorker({ DEPLOYMENT: 'production', PUBLIC_URL: undefined });
    try {
      expect(await problemOf(await own.fetch('/readyz'))).toMatchObject({ status: 503, settings: ['PUBLIC_URL'] });
      for (const path of ['/docs', '/openapi.json', '/verify/aaaaaaaaaaaaaaa', '/dashboard/login', '/nothing']) {
        expect([path, (await own.fetch(path)).status]).toEqual([path, 503]);
      }
      expect([(await own.fetch('/')).status, (await own.fetch('/healthz')).status]).toEqual([200, 200]);
    } finally {
      await own.stop();
    }
  });

  it('may be empty in development: the request’s own host is taken for it', async () => {
    const own = await startWorker({ KYC_FRONTEND_URL: '' });
    const headers = { 'x-api-key': own.keys.acme };
    const { status, body } = await under(own, FOREIGN, '/api/profiles/create', { headers, body: applicantData() });
    expect(status).toBe(201);
    expect(JSON.stringify(body)).toContain(`http://${FOREIGN}/verify/`);
    await own.stop();
  });

  const isTaken = (DEPLOYMENT: string, value: string) =>
    !new Settings({ DEPLOYMENT, PUBLIC_URL: value }).malformed.includes('PUBLIC_URL');

  it.each([
    'https://a.example',
    'https://a.example:8443/',
    'https://a.example, https://b.example',
    'http://localhost:8787',
  ])('takes %s', (value) => expect(isTaken('production', value)).toBe(true));

  it.each([
    '',
    ' , ',
    'http://a.example',
    'https://a.example/api',
    'https://a.example?x=1',
    'https://u:p@a.example',
    'a.example',
    'ws://a.example',
  ])('does not take %s in production', (value) => expect(isTaken('production', value)).toBe(false));

  it('takes http: for any host in development', () => {
    expect([isTaken('development', 'http://a.example'), isTaken('development', '')]).toEqual([true, true]);
  });
});
