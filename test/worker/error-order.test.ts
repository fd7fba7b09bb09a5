import { uniqueSymbol } from 'hono-openapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app } from '../../src/app.ts';
import { api, json, problemOf, reviewer, UNKNOWN_ID } from '../support/api.ts';
import { issueKey } from '../support/keys.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

const JSON_TYPE = { 'content-type': 'application/json' };
/** Requests that the edge refuses without a look at the record, by the part that is validated. */
const REFUSED: Record<'query' | 'json', [why: string, query: string, init: RequestInit][]> = {
  query: [['a limit of 0', '?limit=0', {}]],
  json: [
    ['a malformed Idempotency-Key', '', { ...json({}), headers: { ...JSON_TYPE, 'idempotency-key': 'x'.repeat(256) } }],
    ['100 kB', '', json('x'.repeat(100_000))],
    ['another media type', '', { body: 'x', headers: { 'content-type': 'text/plain' } }],
    ['broken JSON', '', { body: '{', headers: JSON_TYPE }],
    ['an unknown field', '', json({ no_such_field: 1 })],
  ],
};

/** Each route that names a record and validates a query or a body, as the app has it. */
const ROUTES = app.routes.flatMap(({ method, path, handler }) => {
  const { target } = (handler as { [uniqueSymbol]?: { target?: 'query' | 'json' } })[uniqueSymbol] ?? {};
  return target && /:(id|slug)\b/.test(path) ? [{ method, target, path: path.replace(/\{[^/]*/g, '') }] : [];
});

const send = (method: string, path: string, init: RequestInit) => {
  const headers = { 'x-api-key': worker.keys.internal, ...init.headers };
  return worker.fetch(path, { ...init, method, headers });
};

describe('an error of the record comes before an error of the request', () => {
  it('on routes that are found in the app', () => {
    const found = ROUTES.map(({ method, path }) => `${method} ${path}`);
    expect(found).toEqual(expect.arrayContaining(['PATCH /api/profiles/:id', 'GET /api/status_history/:id']));
  });

  it.each(ROUTES)('$method $path, whose $target is refused', async ({ method, path, target }) => {
    const unknown = path.replace(':id', UNKNOWN_ID).replace(':slug', 'no-such-partner');
    for (const [why, query, init] of REFUSED[target]) {
      const { status, code } = await problemOf(await send(method, unknown + query, init));
      expect([why, status, code]).toEqual([why, 404, 'not_found']);
    }
  });

  it('where the handler itself refuses', async () => {
    const { authorization } = await reviewer();
    const decision = json({ status: 'in_review' }, authorization);
    expect((await worker.fetch(`/api/status_history/${UNKNOWN_ID}`, decision)).status).toBe(404);
    const target = json({ url: 'https://10.0.0.1/' });
    expect((await send('PATCH', `/api/webhooks/${UNKNOWN_ID}`, target)).status).toBe(404);
  });

  it('when the record is erased or locked', async () => {
    const { id } = await api(worker).created();
    const { key } = await issueKey(worker);
    const patch = async () => {
      const headers = { 'content-type': 'text/plain', 'x-api-key': key };
      return (await send('PATCH', `/api/profiles/${id}`, { body: 'x', headers })).status;
    };
    expect(await patch()).toBe(415);
    await api(worker).decide(id, { status: 'canceled' });
    expect(await patch()).toBe(409);
    await send('DELETE', `/api/profiles/${id}`, {});
    expect(await patch()).toBe(410);
  });
});
