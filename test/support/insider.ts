import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { applicantData, json, problemOf, tokenOf } from './api.ts';
import { dashboardClient } from './browser/dashboard.ts';
import { heldCheck } from './checks.ts';
import { issueKey } from './keys.ts';
import { makeLevel } from './levels.ts';
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

/** A caller with every credential, without limits, and with a record of each sort of a partner of its own: a refusal is for what the request holds. */
export async function startInsider() {
  const most = 1_000_000;
  const limits = { KEY_LIMITER: most, CREATE_LIMITER: most, APPLICANT_LIMITER: most, FAILED_AUTH_LIMITER: most };
  const worker = await startWorker({}, { limits });
  const { cookie, csrf } = await dashboardClient(worker);
  const slug = `insider-${randomUUID().slice(0, 8)}`;
  const operator = { 'x-api-key': worker.keys.internal };
  const own = { ...operator, 'x-partner': slug };
  const made = async (path: string, body: object, headers: Record<string, string> = own) =>
    (await (await worker.fetch(path, json(body, headers))).json()) as { id: string; redirect_url: string };
  await made('/api/partners', { slug, name: 'Insider' }, operator);
  const { id: profile, redirect_url } = await made('/api/profiles/create', applicantData());
  const token = tokenOf(redirect_url);
  const { id: key } = await issueKey(worker, { partner: slug });
  const target = { url: 'http://127.0.0.1:9/hook', events: ['profile.redacted'] };
  const { id: webhook } = await made('/api/webhooks', target);
  const { id: delivery } = await made(`/api/webhooks/${webhook}/test`, {});
  const { id: level } = await makeLevel(worker, { partner: slug });
  const ids: Ids = { profile, key, check: await heldCheck(worker, own), level, webhook, delivery, slug };

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
    stop: worker.stop,
  };
}

/** The answer may refuse the request, but it is no 5xx. A stream is canceled at once. */
export async function expectNoFault(what: string, response: Response): Promise<void> {
  await response.body?.cancel();
  expect([what, response.status < 500]).toEqual([what, true]);
}
