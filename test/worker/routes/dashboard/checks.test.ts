import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../../support/api.ts';
import { type DashboardClient, dashboardClient } from '../../../support/browser/dashboard.ts';
import { makeLevel } from '../../../support/levels.ts';
import { startPocketBase, type TestPocketBase } from '../../../support/pocketbase.ts';
import type { CountingProxy } from '../../../support/proxy.ts';
import { startProxiedWorker, type TestWorker } from '../../../support/worker.ts';

let pocketbase: TestPocketBase;
let proxy: CountingProxy;
let worker: TestWorker;
let anna: DashboardClient;
beforeAll(async () => {
  pocketbase = await startPocketBase();
  ({ proxy, worker } = await startProxiedWorker({ pocketbase }));
  anna = await dashboardClient(worker, 'Anna', pocketbase);
});
afterAll(async () => {
  await worker.stop();
  await pocketbase.stop();
});

const again = (id: string) => anna.post(`/dashboard/profiles/${id}/checks`);

async function pending(fields = {}): Promise<string> {
  const { id } = await api(worker).created(fields);
  await api(worker).decide(id, { status: 'pending' });
  return id;
}

describe('POST /dashboard/profiles/:id/checks', () => {
  it('begins another round in the reviewer’s own name, and leads to it', async () => {
    const id = await pending();
    const response = await again(id);
    expect([response.status, response.headers.get('location')]).toEqual([303, `/dashboard/profiles/${id}#checks`]);
    const audit = await api(worker, worker.keys.internal).get(`/api/audit?profile=${id}`);
    const { items } = (await audit.json()) as { items: { action: string }[] };
    const own = { actor_type: 'reviewer', actor_id: anna.reviewer.id };
    expect(items.filter(({ action }) => action === 'checks.requested')).toMatchObject([own]);
  });

  it('says in words why there is none: decided, checked ten times today, or none asked for', async () => {
    const decided = await pending();
    await api(worker).decide(decided, { status: 'approved' });
    const often = await pending();
    for (let round = 1; round < 10; round++) expect((await again(often)).status).toBe(303);
    const { name } = await makeLevel(worker, { checks: [] });
    const unchecked = await pending({ level: name });
    for (const [id, status, words] of [
      [decided, 409, 'nothing is checked again'],
      [often, 429, 'has had its rounds of checks for today'],
      [unchecked, 422, 'asks for no checks'],
    ] as const) {
      const response = await again(id);
      expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(words)]);
    }
  });
});

describe('GET /dashboard', () => {
  it('makes no more calls for the outcomes of checks than without them', async () => {
    proxy.take();
    await (await anna.get('/dashboard?outcome=fail&order=outcome')).text();
    expect(proxy.take().map((call) => call.replace(/\?.*/, ''))).toEqual([
      'GET /api/edge/queue',
      'GET /api/edge/reviewers',
    ]);
  });
});
