import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Claimed } from '../support/answers.ts';
import { at, type Backlog, MINUTE, only, startBacklog, stored } from '../support/backlog.ts';
import { claim, conclude, deliveriesOf, endpointPath } from '../support/webhook-client.ts';

let own: Backlog;
let service: Backlog['service'];
let database: Backlog['database'];
let backlog: Backlog['backlog'];
let backlogs: Backlog['backlogs'];
let deliveryOf: Backlog['deliveryOf'];
beforeAll(async () => {
  own = await startBacklog();
  ({ service, database, backlog, backlogs, deliveryOf } = own);
});
afterEach(() => own.settle());
afterAll(() => own.stop());

describe('a claim', () => {
  test('by 8 at once never takes what another took, nor more than 2 of an endpoint', { timeout: 60_000 }, async () => {
    const endpoints = await backlogs(12, 10);
    const open = new Map<string, number>();
    const seen: string[] = [];
    const work = async () => {
      for (;;) {
        const claimed = await claim(service, { limit: 5 });
        if (claimed.length === 0 && seen.length === 120) return;
        for (const { id, endpoint } of claimed) {
          seen.push(id);
          open.set(endpoint.id, (open.get(endpoint.id) ?? 0) + 1);
          expect(open.get(endpoint.id)).toBeLessThanOrEqual(2);
        }
        for (const delivery of claimed) {
          open.set(delivery.endpoint.id, (open.get(delivery.endpoint.id) ?? 0) - 1);
          await conclude(service, delivery, { outcome: 'succeeded' });
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    expect(seen).toHaveLength(120);
    expect(new Set(seen).size).toBe(120);
    for (const { id } of endpoints) {
      for (const delivery of await deliveriesOf(service, id))
        expect(delivery).toMatchObject({ status: 'succeeded', attempt: 1 });
    }
  });

  test('gives each endpoint its turn: thousands that wait for one crowd out no other', async () => {
    const slow = await backlog(5000);
    const others = await backlogs(30, 1);
    // The slow endpoint's deliveries are older than all of the others'.
    database.exec(
      `UPDATE webhook_deliveries SET next_attempt_at = '2026-01-01 00:00:00.000Z' WHERE endpoint = '${slow.id}'`,
    );
    const claimed = await claim(service, { limit: 31 });
    const byEndpoint = (list: Claimed[]) => new Set(list.map(({ endpoint }) => endpoint.id));
    expect(byEndpoint(claimed)).toEqual(new Set([slow.id, ...others.map(({ id }) => id)]));
    expect(await claim(service)).toMatchObject([{ endpoint: { id: slow.id } }]);
    expect(await claim(service)).toEqual([]);
  });

  test('costs no more for the thousands that wait or have ended', { timeout: 60_000 }, async () => {
    // The quickest of many: other work on the machine makes some rounds slower and none quicker.
    const quickest = async () => {
      const times = [];
      for (let round = 0; round < 25; round++) {
        const start = performance.now();
        await claim(service);
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    };
    const few = await quickest();
    await backlog(30_000);
    database.exec("UPDATE webhook_deliveries SET status = 'succeeded'");
    await backlog(30_000);
    expect(await quickest()).toBeLessThan(5 * few + 20);
  });

  test('takes an endpoint’s oldest first', async () => {
    const { id } = await backlog(5);
    const [first, second] = await deliveriesOf(service, id);
    expect((await claim(service)).map((delivery) => delivery.id)).toEqual([first?.id, second?.id]);
  });

  test('by id takes those that are due, and minds the two of an endpoint', async () => {
    const { id } = await backlog(6);
    const ids = (await deliveriesOf(service, id)).map((delivery) => delivery.id);
    await backlog(3);
    const future = stored(at(MINUTE));
    database.exec(`UPDATE webhook_deliveries SET next_attempt_at = '${future}' WHERE id = '${ids[5]}'`);
    const take = async (...wanted: (string | undefined)[]) =>
      (await claim(service, { ids: wanted })).map((delivery) => delivery.id);
    expect(await take(ids[5], 'unknown00000000')).toEqual([]);
    expect(await take(ids[3])).toEqual([ids[3]]);
    expect(await take(ids[3])).toEqual([]);
    expect(await take(ids[0], ids[1], ids[2])).toEqual([ids[0]]);
    expect(await take(ids[1])).toEqual([]);
  });

  test('that died is claimable again after a minute, as the next attempt', async () => {
    await backlog(1);
    const dead = only(await claim(service));
    expect(dead.attempt).toBe(1);
    expect(await claim(service, { now: at(MINUTE - 5000) })).toEqual([]);
    expect(await claim(service, { now: at(MINUTE + 5000) })).toMatchObject([{ id: dead.id, attempt: 2 }]);
    // The first claimer reports after all.
    expect(await conclude(service, dead, { outcome: 'failed' })).toEqual({ ignored: true, next: null });
    expect(only(await deliveriesOf(service, dead.endpoint.id))).toMatchObject({ status: 'pending', attempt: 2 });
  });

  test('takes nothing for a disabled endpoint, until it is enabled again', async () => {
    const { id } = await backlog(1);
    await service('PATCH', endpointPath(id), { enabled: false });
    const { id: delivery } = await deliveryOf({ id });
    expect(await claim(service)).toEqual([]);
    expect(await claim(service, { ids: [delivery] })).toEqual([]);
    await service('PATCH', endpointPath(id), { enabled: true });
    expect(await claim(service)).toHaveLength(1);
  });

  test('holds what an inactive partner would be told, and loses nothing of it', async () => {
    const { id, partner } = await backlog(3);
    const other = await backlog(1);
    const records = '/api/collections/partners/records';
    const { body: record } = await service('POST', records, { slug: partner, name: 'P', active: false });
    const setActive = (active: boolean) => service('PATCH', `${records}/${record.id}`, { active });
    const all = (await deliveriesOf(service, id)).map((delivery) => delivery.id);
    expect(await claim(service, { ids: all })).toEqual([]);
    expect((await claim(service)).map(({ endpoint }) => endpoint.id)).toEqual([other.id]);
    await setActive(true);
    const [first] = await claim(service);
    await setActive(false);
    // The third is due, and the partner is shut out again.
    expect(await conclude(service, first as Claimed, { outcome: 'succeeded' })).toEqual({ ignored: false, next: null });
    const later = { now: at(2 * MINUTE) };
    expect((await claim(service, later)).map(({ endpoint }) => endpoint.id)).toEqual([other.id]);
    await setActive(true);
    expect((await claim(service, later)).map((delivery) => delivery.id)).toEqual(all.slice(1));
  });

  test('is 50 at most, and refuses what is no time', async () => {
    await backlogs(26, 2);
    expect(await claim(service, { limit: 1000 })).toHaveLength(50);
    expect(await claim(service)).toHaveLength(2);
    expect(await service('POST', '/api/edge/deliveries/claim', { now: 'soon' })).toMatchObject({ status: 422 });
  });
});
