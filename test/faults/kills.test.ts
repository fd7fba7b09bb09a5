import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { problemOf } from '../support/api.ts';
import type { Sent } from './dashboard-routes.ts';
import { expectNothingDoubled } from './invariants.ts';
import { ROWS, send } from './routes.ts';
import { makeScene } from './scene.ts';
import { type BareWorker, type MortalSystem, startMortalSystem } from './target.ts';

const AT_ONCE_MS = 2_000;
const RECOVERY_MS = 2_000;
/** Routes that ask PocketBase nothing. */
const ALONE = ['GET /', 'GET /healthz', 'GET /openapi.json', 'GET /docs', 'GET /verify/:id', 'GET /dashboard/login'];
/** Need no more than the session's reviewer, whom an isolate remembers for 30 s. */
const REMEMBERED = ['GET /dashboard/session', 'GET /dashboard/:form', 'GET /dashboard/profiles/:id/:form'];

let pocketbase: MortalSystem['pocketbase'];
let worker: BareWorker;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ pocketbase, worker, stop } = await startMortalSystem());
});
afterAll(() => stop());

type Case = { name: string; request: Sent; again: number | undefined };

/** One after the other: PocketBase is not to be killed while they are made. */
async function prepareAll(): Promise<Case[]> {
  const scene = makeScene(worker, pocketbase.info);
  const cases: Case[] = [];
  for (const [name, { prepare, again }] of Object.entries(ROWS)) {
    cases.push({ name, again, request: await prepare(scene) });
  }
  return cases;
}

async function expectDown(cases: Case[]): Promise<void> {
  for (const { name, request } of cases) {
    const { response, ms } = await send(worker, request);
    expect(ms, name).toBeLessThan(AT_ONCE_MS);
    if (ALONE.includes(name) || (REMEMBERED.includes(name) && response.status < 400)) {
      expect([name, response.status < 400]).toEqual([name, true]);
      continue;
    }
    expect([name, response.headers.get('retry-after')]).toEqual([name, '2']);
    // Its answer has no body that would name the code.
    if (request[1].method === 'HEAD') {
      expect([name, response.status]).toEqual([name, 503]);
      continue;
    }
    expect([name, await problemOf(response)]).toMatchObject([name, { status: 503, code: 'upstream_unavailable' }]);
  }
}

/** Sends each request again until it is answered, at most for the given time. */
async function expectUp(cases: Case[]): Promise<void> {
  const first = cases.find(({ name }) => name === 'GET /readyz') as Case;
  await vi.waitFor(async () => expect((await send(worker, first.request)).response.status).toBe(200), {
    timeout: RECOVERY_MS,
    interval: 50,
  });
  for (const { name, request, again } of cases) {
    const { response } = await send(worker, request);
    await response.arrayBuffer();
    expect([name, response.status < 400 || response.status === again, response.status]).toEqual([
      name,
      true,
      response.status,
    ]);
  }
}

describe('a PocketBase that is killed', () => {
  it('is 503 on every route, for a new isolate too; all work again without a restart of the Worker', async () => {
    const cases = await prepareAll();
    await pocketbase.kill();
    await expectDown(cases);
    const ready = await worker.fetch('/readyz');
    expect((await problemOf(ready)).detail).toMatch(/^PocketBase is not usable: /);
    await worker.restart();
    await expectDown(cases);
    await pocketbase.start();
    await expectUp(cases);
  });

  it('while requests are under way loses and doubles none of them', async () => {
    for (let round = 0; round < 3; round++) {
      const cases = await prepareAll();
      const answers = cases
        .filter(({ name }) => !ALONE.includes(name))
        .map(async ({ name, request }) => ({ name, ...(await send(worker, request)) }));
      await Promise.any(answers);
      await pocketbase.kill();
      for (const { name, response } of await Promise.all(answers)) {
        // A document's status may have left before it was cut.
        await response.arrayBuffer().catch(() => {});
        expect([name, response.status < 400 || response.status === 503]).toEqual([name, true]);
      }
      await pocketbase.start();
      await expectUp(cases);
      await expectNothingDoubled(pocketbase.info);
    }
  });
});
