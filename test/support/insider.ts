import { expect } from 'vitest';
import { api, json, problemOf, superuser } from './api.ts';
import { dashboardClient } from './browser/dashboard.ts';
import { issueKey } from './keys.ts';
import { type Ids, pathOf } from './routes.ts';
import { startWorker } from './worker.ts';

export type Refusal = [status: number, code: string];
export const MALFORMED: Refusal = [400, 'invalid_request'];
export const TOO_LARGE: Refusal = [413, 'payload_too_large'];
export const WRONG_TYPE: Refusal = [415, 'unsupported_media_type'];
export const INVALID: Refusal = [422, 'validation_failed'];

export const text = (body: string): RequestInit => ({ body, headers: { 'content-type': 'application/json' } });
export const bytes = (latin1: string) => Buffer.from(latin1, 'latin1');
/** Without a `Content-Length`. */
export const chunked = (body: string, type: string) =>
  ({ body: new Blob([body]).stream(), duplex: 'half', headers: { 'content-type': type } }) as RequestInit;

export type Insider = Awaited<ReturnType<typeof startInsider>>;

/** A caller with every credential, without limits, and with a record of each sort: a refusal is for what the request holds. */
export async function startInsider() {
  const most = 1_000_000;
  const limits = { KEY_LIMITER: most, CREATE_LIMITER: most, APPLICANT_LIMITER: most, FAILED_AUTH_LIMITER: most };
  const worker = await startWorker({}, { limits });
  const { cookie, csrf } = await dashboardClient(worker);
  const { id: profile, token } = await api(worker).created();
  const { id: key } = await issueKey(worker);
  const own = { 'x-api-key': worker.keys.internal, 'x-partner': 'acme' };
  const idOf = async (path: string, body: object) => {
    const response = await worker.fetch(path, json(body, own));
    return ((await response.json()) as { id: string }).id;
  };
  const webhook = await idOf('/api/webhooks', { url: 'http://127.0.0.1:9/hook', events: ['profile.redacted'] });
  const delivery = await idOf(`/api/webhooks/${webhook}/test`, {});
  const ids: Ids = { profile, key, webhook, delivery, slug: 'acme' };

  function credentialsFor(route: string): Record<string, string> {
    if (route.includes(' /api/applicant')) return { authorization: `Bearer ${token}` };
    if (!route.includes(' /dashboard')) return own;
    return { cookie, origin: worker.origin, 'x-csrf-token': csrf, accept: 'application/json' };
  }
  function send(route: string, init: RequestInit = {}, path = pathOf(route, ids)): Promise<Response> {
    const [method = ''] = route.split(' ');
    return worker.fetch(path, { method, ...init, headers: { ...credentialsFor(route), ...init.headers } });
  }
  return {
    worker,
    ids,
    send,
    /** Each of the routes refuses what `ask` sends it, with this status and code. */
    async expectRefusal([status, code]: Refusal, routes: string[], ask: (route: string) => Promise<Response>) {
      for (const route of routes) {
        const answer = await ask(route);
        expect([route, answer.headers.get('content-type')]).toEqual([route, 'application/problem+json']);
        const problem = await problemOf(answer);
        expect([route, problem.status, problem.code]).toEqual([route, status, code]);
      }
    },
    async stop() {
      await (await superuser()).collection('webhook_endpoints').delete(webhook);
      await worker.stop();
    },
  };
}

/** The answer may refuse the request, but it is no 5xx. A stream is canceled at once. */
export async function expectNoFault(what: string, response: Response): Promise<void> {
  await response.body?.cancel();
  expect([what, response.status < 500]).toEqual([what, true]);
}
