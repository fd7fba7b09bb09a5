import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { PROBLEMS } from '../../src/lib/problem.ts';
import { STALL_MS, TIMEOUT_MS } from '../../src/pocketbase/limits.ts';
import { problemOf } from '../support/api.ts';
import type { Sent } from './dashboard-routes.ts';
import { type Fault, type FaultProxy, REVIEWER_CHECK, startFaultProxy, type UpstreamCall } from './fault-proxy.ts';
import { expectNothingDoubled, expectQuietLog } from './invariants.ts';
import { ROWS, routesOfRows, routesWithRows, send } from './routes.ts';
import { makeScene, type Scene } from './scene.ts';
import { type BareWorker, startBareWorker } from './target.ts';

/** What the contract answers: at once, or when a limit has passed. */
type Expected = 'unauthenticated' | 'upstream_unavailable' | 'upstream_timeout' | 'not_configured' | 'success';
const EXPECTED: Record<Fault, Expected> = {
  'refuses the connection': 'upstream_unavailable',
  'loses the answer': 'upstream_unavailable',
  'resets mid-body': 'upstream_unavailable',
  'answers 500': 'upstream_unavailable',
  'answers 502': 'upstream_unavailable',
  'answers with wrong JSON': 'not_configured',
  'answers with a page': 'upstream_unavailable',
  'sends slow bytes': 'success',
  'finds the token expired': 'success',
  'hangs before the headers': 'upstream_timeout',
  'hangs mid-body': 'upstream_timeout',
};
/** Each of these takes as long as a limit, so all routes suffer it at the same time. */
const SLOW: Fault[] = ['hangs before the headers', 'hangs mid-body', 'sends slow bytes'];
/** How much later than its limit an answer may come on a busy machine. */
const SLACK_MS = 2_000;
const RECOVERY_MS = 2_000;
const DOCUMENT = /^GET .*\/documents\/:kind( \(reviewer\))?$/;
const READS = ['GET', 'HEAD'];

let proxy: FaultProxy;
let worker: BareWorker;
let scene: Scene;
/** Each call that each route makes of PocketBase when all is well. */
const cases: Case[] = [];
beforeAll(async () => {
  proxy = await startFaultProxy(inject('pocketbase').url);
  worker = await startBareWorker(inject('pocketbase'), proxy.url);
  scene = makeScene(worker);
  for (const name of Object.keys(ROWS)) {
    const calls = await countCalls(name);
    for (let call = 1; call <= calls; call++) cases.push({ name, call });
  }
});
afterAll(async () => {
  expectQuietLog(worker);
  await worker.stop();
  await proxy.stop();
  await expectNothingDoubled();
});

/** The answer to a form leads to a page. */
const isFine = ({ ok, status }: Response) => ok || status === 302 || status === 303;
const isWrite = ({ method }: UpstreamCall) => !READS.includes(method);
const isDone = ({ status }: UpstreamCall) => status !== null && status < 300;

interface Case {
  name: string;
  call: number;
}

/** A fault at a call of a route: what the caller sees, what PocketBase saw, and then, when `recover` is called, how it goes on. */
async function suffer({ name, call }: Case, fault: Fault, request: Sent): Promise<{ recover: () => Promise<void> }> {
  const what = `${name}: ${fault} at call ${call}`;
  const requestId = randomUUID();
  proxy.plan(requestId, fault, { call, once: fault === 'finds the token expired' });
  const { response, ms } = await send(worker, request, requestId);
  const calls = proxy.callsOf(requestId);
  const hit = calls[call - 1];
  if (!hit) throw new Error(`${what} did not happen`);
  const isCut = DOCUMENT.test(name) && fault.endsWith('mid-body') && hit.path.includes('/documents/');
  if (isCut) await expectCut(response);
  else if (hit.method === 'HEAD') await expectHead(what, response, expectedOf(fault, hit));
  else await expectAnswer(what, response, ms, expectedOf(fault, hit));

  const writes = calls.filter((seen) => isWrite(seen) && isDone(seen));
  // workerd itself repeats a DELETE whose connection broke (RFC 9110, 9.2.2); the second one finds nothing to remove.
  const paths = writes.filter(({ method }) => method !== 'DELETE').map(({ method, path }) => `${method} ${path}`);
  expect(paths, `${what}: no write reached PocketBase twice`).toEqual([...new Set(paths)]);
  // A refused token of a reviewer's is remembered for longer than a recovery may take.
  const isOwnToken = fault === 'finds the token expired' && hit.path === REVIEWER_CHECK;
  const again = isOwnToken ? 401 : writes.length > 0 ? ROWS[name]?.again : undefined;
  return { recover: () => expectRecovery(what, request, again) };
}

function expectedOf(fault: Fault, hit: UpstreamCall): { outcome: Expected; limitMs: number } {
  // A body that has begun cannot be sent twice.
  if (fault === 'finds the token expired' && hit.isStreamed) return { outcome: 'upstream_unavailable', limitMs: 0 };
  const isCheck = hit.path === REVIEWER_CHECK;
  // The token in question is the reviewer's own.
  if (fault === 'finds the token expired' && isCheck) return { outcome: 'unauthenticated', limitMs: 0 };
  if (isCheck) return { outcome: EXPECTED[fault], limitMs: TIMEOUT_MS.login };
  const limitMs = hit.isStreamed ? STALL_MS : TIMEOUT_MS[isWrite(hit) ? 'write' : 'read'];
  return { outcome: EXPECTED[fault], limitMs: EXPECTED[fault] === 'upstream_timeout' ? limitMs : 0 };
}

async function expectAnswer(what: string, response: Response, ms: number, expected: ReturnType<typeof expectedOf>) {
  const { outcome, limitMs } = expected;
  if (outcome === 'success') {
    expect([what, isFine(response)]).toEqual([what, true]);
    await response.arrayBuffer();
    return;
  }
  const { code, status } = await problemOf(response);
  expect([what, code, status]).toEqual([what, outcome, PROBLEMS[outcome].status]);
  expect(response.headers.get('retry-after')).toBe(outcome === 'upstream_unavailable' ? '2' : null);
  expect(ms, `${what} is answered in time`).toBeLessThan(limitMs + SLACK_MS);
}

/** When a document breaks off or stands still, its status was sent before, and the reader sees the cut. */
async function expectCut(response: Response): Promise<void> {
  expect(response.status).toBe(200);
  await expect(response.arrayBuffer()).rejects.toThrow();
}

/** The answer to a HEAD has no body that would name the code, and its fault no JSON. */
async function expectHead(what: string, response: Response, { outcome }: ReturnType<typeof expectedOf>) {
  expect([what, response.status]).toEqual([what, outcome === 'success' ? 200 : PROBLEMS[outcome].status]);
}

/** The same request again, until it succeeds. */
async function expectRecovery(what: string, request: Sent, again?: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const { response } = await send(worker, request);
      await response.arrayBuffer();
      const isRight = isFine(response) || response.status === again;
      expect([what, 'again', response.status, isRight]).toEqual([what, 'again', response.status, true]);
    },
    { timeout: RECOVERY_MS, interval: 50 },
  );
}

async function countCalls(name: string): Promise<number> {
  const { response, requestId } = await send(worker, await (ROWS[name] as (typeof ROWS)[string]).prepare(scene));
  await response.arrayBuffer();
  expect([name, isFine(response)]).toEqual([name, true]);
  return proxy.callsOf(requestId).length;
}

describe('the table', () => {
  it('has a row for every route', () => {
    expect(routesOfRows()).toEqual(routesWithRows());
  });
});

describe.each(Object.keys(EXPECTED) as Fault[])('when PocketBase %s', (fault) => {
  it('each route answers as the contract says, does nothing twice, and recovers', { timeout: 300_000 }, async () => {
    expect(cases.length).toBeGreaterThan(40);
    const requests: Sent[] = [];
    for (const { name } of cases) requests.push(await (ROWS[name] as (typeof ROWS)[string]).prepare(scene));
    const hit = (index: number) => suffer(cases[index] as Case, fault, requests[index] as Sent);
    if (SLOW.includes(fault)) {
      const suffered = await Promise.all(requests.map((_, index) => hit(index)));
      for (const { recover } of suffered) await recover();
    } else {
      for (const index of requests.keys()) await (await hit(index)).recover();
    }
  });
});
