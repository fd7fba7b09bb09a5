import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, PNG, problemOf } from '../support/api.ts';
import { dashboardClient } from '../support/browser/dashboard.ts';
import { startPocketBase, type TestPocketBase } from '../support/pocketbase.ts';
import type { CountingProxy } from '../support/proxy.ts';
import { startProxiedWorker, startWorker, type TestWorker } from '../support/worker.ts';

// A PocketBase of its own: its calls are made to fail.
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
        if (!incoming.url?.endsWith('/documents')) return false;
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
    for (const [status, body] of [
      [200, ''],
      [200, '<h1>hello</h1>'],
      [200, '{"seq":"7","profiles":[],"all":false}'],
      [404, '{"status":404}'],
    ] as const) {
      proxy.intercept = (incoming, answer) =>
        Boolean(incoming.url?.startsWith('/api/edge/changes') && answer.writeHead(status).end(body));
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
