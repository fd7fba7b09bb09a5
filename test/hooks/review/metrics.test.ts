import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { applicant, connect, decide, enrol, type Request } from '../support/client.ts';
import { addEndpoint, claim, conclude, endpointPath, newPartner } from '../support/webhook-client.ts';

let pb: TestPocketBase;
let service: Request;
let database: DatabaseSync;
let partner: string;

// A PocketBase of its own: the figures are of all partners.
beforeAll(async () => {
  pb = await startPocketBase();
  ({ service } = await connect(pb));
  database = new DatabaseSync(join(pb.dir, 'data.db'), { timeout: 10_000 });
});

beforeEach(() => {
  partner = newPartner();
});

afterAll(async () => {
  database.close();
  await pb.stop();
});

describe('metrics', () => {
  const metrics = async () => (await service('GET', '/api/edge/metrics')).body;

  test('count statuses, without the erased, and the queue with its age', async () => {
    const before = await metrics();
    const [waiting, erased] = [await enrol(service, { partner }), await enrol(service, { partner })];
    await decide(service, waiting, 'pending');
    await service('POST', `/api/edge/profiles/${erased}/redact`, {});
    const after = await metrics();
    expect(after.statuses).toEqual({ ...before.statuses, pending: (before.statuses.pending ?? 0) + 1 });
    expect(after.queue.size).toBe(before.queue.size + 1);
    expect(after.queue.oldest_seconds).toBeGreaterThanOrEqual(0);
    expect(after).toMatchObject({ oldest_undelivered_event_seconds: null });
  });

  test('count no event that is held, as its partner is shut out', async () => {
    const oldest = async () => (await metrics()).oldest_undelivered_event_seconds;
    const partners = '/api/collections/partners/records';
    const { id } = (await service('POST', partners, { slug: partner, name: 'P', active: true })).body;
    await addEndpoint(service, partner);
    await enrol(service, { partner });
    expect(await oldest()).toBeGreaterThanOrEqual(0);
    await service('PATCH', `${partners}/${id}`, { active: false });
    expect(await oldest()).toBeNull();
  });

  test('name the age of the oldest event that an enabled endpoint waits for', async () => {
    const oldest = async () => (await metrics()).oldest_undelivered_event_seconds;
    expect(await oldest()).toBeNull();
    const { id } = await addEndpoint(service, partner);
    await service('POST', `/api/edge/webhooks/${id}/test`, {}); // no event of the outbox
    expect(await oldest()).toBeNull();
    await enrol(service, { partner });
    expect(await oldest()).toBeGreaterThanOrEqual(0);
    expect(await oldest()).toBeLessThan(60);
    await service('PATCH', endpointPath(id), { enabled: false });
    expect(await oldest()).toBeNull();
    await service('PATCH', endpointPath(id), { enabled: true });
    expect(await oldest()).toBeGreaterThanOrEqual(0);
    for (const delivery of await claim(service)) await conclude(service, delivery, { outcome: 'succeeded' });
    expect(await oldest()).toBeNull();
  });

  test('give the median time to a decision, from submission, or from creation if nothing was submitted', async () => {
    for (const steps of [
      ['pending', 'approved'],
      ['in_review', 'rejected'],
      ['pending', 'in_review', 'approved', 'rejected'],
    ]) {
      const id = await enrol(service);
      for (const step of steps) {
        await new Promise((resolve) => setTimeout(resolve, 30));
        await decide(service, id, step);
      }
    }
    const rows = database.prepare('SELECT profile, seq, "to", created FROM status_history ORDER BY profile, seq').all();
    const waits: number[] = [];
    let since = 0;
    for (const { seq, to, created } of rows) {
      const time = Date.parse(String(created)) / 1000;
      if (seq === 1 || to === 'pending') since = time;
      if (to === 'approved' || to === 'rejected') waits.push(time - since);
    }
    waits.sort((a, b) => a - b);
    const { count, median_seconds } = (await metrics()).decisions;
    expect(count).toBe(waits.length);
    const middle = (waits.length - 1) / 2;
    const median = ((waits[Math.floor(middle)] ?? 0) + (waits[Math.ceil(middle)] ?? 0)) / 2;
    expect(median_seconds).toBeCloseTo(median, 4);
  });

  test('count duplicates that recognition avoided', async () => {
    const fields = applicant({ partner });
    const before = (await metrics()).duplicates_avoided;
    await Promise.all(Array.from({ length: 10 }, () => service('POST', '/api/edge/profiles', fields)));
    expect((await metrics()).duplicates_avoided).toBe(before + 9);
    await service('POST', '/api/edge/profiles', { ...fields, full_name: 'Jane Roe' });
    expect((await metrics()).duplicates_avoided).toBe(before + 9);
  });
});
