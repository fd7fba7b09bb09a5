import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { connect, decide, enrol, profilePath, type Request } from '../support/client.ts';
import {
  addEndpoint,
  type Claimed,
  claim,
  conclude,
  type Delivery,
  deliveriesOf,
  endpointOf,
  endpointPath,
  newPartner,
} from '../support/webhook-client.ts';

// A claim takes what is due of all partners: it would take other tests' deliveries.
let pb: TestPocketBase;
let database: DatabaseSync;
let service: Request;

beforeAll(async () => {
  pb = await startPocketBase();
  ({ service } = await connect(pb));
  database = new DatabaseSync(join(pb.dir, 'data.db'), { timeout: 10_000 });
});

afterAll(async () => {
  database.close();
  await pb.stop();
});

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const at = (offset: number) => new Date(Date.now() + offset).toISOString();
const stored = (time: string) => time.replace('T', ' ');

/** An endpoint of its own partner with `count` due deliveries, the oldest first. */
async function backlog(count: number, fields: object = {}) {
  const partner = newPartner();
  const endpoint = await addEndpoint(service, partner, fields);
  database
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      INSERT INTO webhook_deliveries (partner, endpoint, event, event_type, status, next_attempt_at, created)
      SELECT ?, ?, 'test' || i, 'webhook.test', 'pending', strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-1 hour', i || ' seconds'), '2026-01-01'
      FROM n`,
    )
    .run(count, partner, endpoint.id);
  return endpoint;
}

/** One after the other, as SQLite has one writer and PocketBase is another. */
async function backlogs(endpoints: number, count: number) {
  const made = [];
  for (let index = 0; index < endpoints; index++) made.push(await backlog(count));
  return made;
}

// What one test leaves due must not be claimed by the next.
afterEach(() =>
  database.exec("UPDATE webhook_deliveries SET status = 'failed', locked_until = '' WHERE status = 'pending'"),
);

const only = <Item>(items: Item[]): Item => {
  expect(items).toHaveLength(1);
  return items[0] as Item;
};

const deliveryOf = async (endpoint: { id: string }): Promise<Delivery> =>
  only(await deliveriesOf(service, endpoint.id));

describe('an event', () => {
  test('is delivered to the enabled endpoints of its partner that want its type', async () => {
    const partner = newPartner();
    const all = await addEndpoint(service, partner);
    const some = await addEndpoint(service, partner, { events: ['profile.status_changed', 'profile.redacted'] });
    const off = await addEndpoint(service, partner, { enabled: false });
    const foreign = await addEndpoint(service, newPartner());
    const id = await enrol(service, { partner });
    await decide(service, id, 'approved');
    const typesFor = async (endpoint: { id: string }) =>
      (await deliveriesOf(service, endpoint.id)).map((delivery) => delivery.event_type);
    expect(await typesFor(all)).toEqual(['profile.created', 'profile.status_changed']);
    expect(await typesFor(some)).toEqual(['profile.status_changed']);
    expect(await typesFor(off)).toEqual([]);
    expect(await typesFor(foreign)).toEqual([]);
  });

  test('is claimed with all that its delivery needs', async () => {
    const partner = newPartner();
    const endpoint = await addEndpoint(service, partner, { secret: 's1' });
    await service('POST', `/api/edge/webhooks/${endpoint.id}/rotate`, { secret: 's2', previous_expires_at: at(DAY) });
    const { previous_expires_at } = await endpointOf(service, endpoint.id);
    const id = await enrol(service, { partner, external_id: 'theirs-1' });
    const { id: delivery, event } = await deliveryOf(endpoint);
    const claimed = only(await claim(service));
    expect(claimed).toEqual({
      id: delivery,
      attempt: 1,
      endpoint: { id: endpoint.id, url: endpoint.url, secret: 's2', previous_secret: 's1', previous_expires_at },
      event: {
        id: event,
        type: 'profile.created',
        sequence: 1,
        created: expect.any(String),
        data: { profile_id: id, external_id: 'theirs-1', to: 'unverified' },
      },
    });
    // Later the first secret has ended, and the profile bears no external_id any more.
    await service('PATCH', profilePath(id), { external_id: '' });
    const later = only(await claim(service, { now: at(2 * DAY) }));
    expect(later.event).toEqual({ ...claimed.event, data: { profile_id: id, to: 'unverified' } });
    expect(later.endpoint).toMatchObject({ secret: 's2', previous_secret: '', previous_expires_at: '' });
  });
});

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
    // What the slow one waits for is older than anything of the others.
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
    // The quickest of many: what else runs on the machine only makes some slower.
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
    // The dead one speaks after all.
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

  test('is 50 at most, and refuses what is no time', async () => {
    await backlogs(26, 2);
    expect(await claim(service, { limit: 1000 })).toHaveLength(50);
    expect(await claim(service)).toHaveLength(2);
    expect(await service('POST', '/api/edge/deliveries/claim', { now: 'soon' })).toMatchObject({ status: 422 });
  });
});

describe('a result', () => {
  const claimOne = async () => {
    const endpoint = await backlog(1);
    return { endpoint, claimed: only(await claim(service)) };
  };

  test('of success ends the delivery and says how it went', async () => {
    const { endpoint, claimed } = await claimOne();
    const words = { status: 204, latency_ms: 31, excerpt: 'x'.repeat(600) };
    expect(await conclude(service, claimed, { outcome: 'succeeded', ...words })).toEqual({
      ignored: false,
      next: null,
    });
    expect(await deliveryOf(endpoint)).toMatchObject({
      status: 'succeeded',
      next_attempt_at: '',
      locked_until: '',
      last_status: 204,
      last_latency_ms: 31,
      last_excerpt: 'x'.repeat(512),
      last_error: '',
    });
  });

  test('of retry makes it due at the time given, and no sooner', async () => {
    const { endpoint, claimed } = await claimOne();
    const next_attempt_at = at(5 * MINUTE);
    await conclude(service, claimed, { outcome: 'retry', error: 'Timed out', next_attempt_at });
    const delivery = { status: 'pending', last_error: 'Timed out', next_attempt_at: stored(next_attempt_at) };
    expect(await deliveryOf(endpoint)).toMatchObject(delivery);
    expect(await claim(service, { now: at(4 * MINUTE) })).toEqual([]);
    expect(await claim(service, { now: at(6 * MINUTE) })).toMatchObject([{ id: claimed.id, attempt: 2 }]);
  });

  test('of failure ends it', async () => {
    const { endpoint, claimed } = await claimOne();
    await conclude(service, claimed, { outcome: 'failed', status: 500 });
    expect(await deliveryOf(endpoint)).toMatchObject({ status: 'failed', next_attempt_at: '' });
    expect(await claim(service, { now: at(30 * DAY) })).toEqual([]);
    expect(await endpointOf(service, endpoint.id)).toMatchObject({ enabled: true });
  });

  test('may disable the endpoint, whose owner sees why; enabling it again forgives', async () => {
    const { endpoint, claimed } = await claimOne();
    await conclude(service, claimed, { outcome: 'disable', status: 410 });
    expect(await deliveryOf(endpoint)).toMatchObject({ status: 'failed' });
    const reason = 'The endpoint answered 410 Gone.';
    expect(await endpointOf(service, endpoint.id)).toMatchObject({ enabled: false, disabled_reason: reason });
    await service('PATCH', endpointPath(endpoint.id), { description: 'x' });
    expect(await endpointOf(service, endpoint.id)).toMatchObject({ enabled: false, disabled_reason: reason });
    await service('PATCH', endpointPath(endpoint.id), { enabled: true });
    const forgiven = { enabled: true, disabled_reason: '', failing_since: '' };
    expect(await endpointOf(service, endpoint.id)).toMatchObject(forgiven);
  });

  test('counts once, and only for a claim that holds the delivery', async () => {
    const { endpoint, claimed } = await claimOne();
    const ignored = { ignored: true, next: null };
    expect(await conclude(service, { ...claimed, attempt: 2 }, { outcome: 'failed' })).toEqual(ignored);
    expect(await conclude(service, { ...claimed, id: 'unknown00000000' }, { outcome: 'failed' })).toEqual(ignored);
    expect(await conclude(service, claimed, { outcome: 'succeeded' })).toMatchObject({ ignored: false });
    expect(await conclude(service, claimed, { outcome: 'failed' })).toEqual(ignored);
    expect(await deliveryOf(endpoint)).toMatchObject({ status: 'succeeded' });
    for (const body of [{ outcome: 'perhaps' }, { outcome: 'retry' }, { outcome: 'retry', next_attempt_at: 'soon' }]) {
      expect((await service('POST', `/api/edge/deliveries/${claimed.id}/result`, body)).status).toBe(422);
    }
  });

  test('about a profile that has been erased meanwhile keeps nothing of the answer', async () => {
    const partner = newPartner();
    const endpoint = await addEndpoint(service, partner);
    const id = await enrol(service, { partner });
    const claimed = only(await claim(service));
    database.prepare("UPDATE profiles SET redacted_at = '2026-01-01 00:00:00.000Z' WHERE id = ?").run(id);
    await conclude(service, claimed, { outcome: 'succeeded', status: 200, excerpt: 'Hello Ánh' });
    expect(await deliveryOf(endpoint)).toMatchObject({ status: 'succeeded', last_status: 200, last_excerpt: '' });
  });

  test('names the endpoint’s next due delivery', async () => {
    const { id } = await backlog(4);
    const ids = (await deliveriesOf(service, id)).map((delivery) => delivery.id);
    const [first, second] = (await claim(service)) as [Claimed, Claimed];
    expect((await conclude(service, first, { outcome: 'succeeded' })).next).toBe(ids[2]);
    await claim(service, { ids: [ids[2]] });
    expect((await conclude(service, second, { outcome: 'disable' })).next).toBeNull();
  });
});

describe('an endpoint that only fails', () => {
  const fail = async (offset: number, outcome = 'retry') => {
    const claimed = only(await claim(service, { now: at(offset) }));
    await conclude(service, claimed, { outcome, now: at(offset), next_attempt_at: at(offset) });
    return endpointOf(service, claimed.endpoint.id);
  };

  test('is disabled after 5 days, with its deliveries kept', async () => {
    const endpoint = await backlog(1);
    const first = await fail(0);
    expect(first.failing_since).not.toBe('');
    expect(await fail(DAY)).toMatchObject({ enabled: true, failing_since: first.failing_since });
    expect(await fail(5 * DAY - MINUTE)).toMatchObject({ enabled: true });
    expect(await fail(5 * DAY + MINUTE)).toMatchObject({
      enabled: false,
      disabled_reason: 'Every attempt failed for 5 days.',
    });
    expect(await deliveryOf(endpoint)).toMatchObject({ status: 'pending' });
  });

  test('starts over with each success, and with another url', async () => {
    const endpoint = await backlog(1);
    await service('PATCH', endpointPath(endpoint.id), { description: 'x' });
    await fail(0);
    expect(await fail(4 * DAY, 'succeeded')).toMatchObject({ failing_since: '' });
    const path = `/api/edge/webhooks/${endpoint.id}/deliveries/${(await deliveryOf(endpoint)).id}/redeliver`;
    await service('POST', path);
    expect(await fail(6 * DAY)).toMatchObject({ enabled: true, failing_since: expect.stringMatching(/^\d/) });
    await service('PATCH', endpointPath(endpoint.id), { url: 'https://moved.example/' });
    expect(await endpointOf(service, endpoint.id)).toMatchObject({ failing_since: '' });
  });
});

describe('redelivery', () => {
  const redeliver = (endpoint: { id: string }, delivery: { id: string }) =>
    service('POST', `/api/edge/webhooks/${endpoint.id}/deliveries/${delivery.id}/redeliver`);

  test.each(['succeeded', 'failed', 'retry'])(
    'makes one that %s due now, the same event, from the start',
    async (outcome) => {
      const endpoint = await backlog(1);
      const first = only(await claim(service));
      await conclude(service, first, { outcome, next_attempt_at: at(DAY) });
      const answer = await redeliver(endpoint, first);
      expect(answer).toMatchObject({ status: 200, body: { id: first.id, status: 'pending' }, deliveries: [first.id] });
      const again = only(await claim(service));
      expect(again).toMatchObject({ id: first.id, attempt: 1, event: { id: first.event.id } });
      await conclude(service, again, { outcome: 'succeeded' });
    },
  );

  test('leaves one that is being delivered alone', async () => {
    const endpoint = await backlog(1);
    const claimed = only(await claim(service));
    expect((await redeliver(endpoint, claimed)).deliveries).toEqual([]);
    expect(await claim(service)).toEqual([]);
    expect(await conclude(service, claimed, { outcome: 'succeeded' })).toMatchObject({ ignored: false });
  });

  test('after a claim that died goes on counting: its late result means nothing', async () => {
    const endpoint = await backlog(1);
    const dead = only(await claim(service, { now: at(-2 * MINUTE) }));
    await redeliver(endpoint, dead);
    const again = only(await claim(service));
    expect(again.attempt).toBe(2);
    expect(await conclude(service, dead, { outcome: 'failed' })).toMatchObject({ ignored: true });
    await conclude(service, again, { outcome: 'succeeded' });
  });

  test('is refused for a disabled endpoint, and for another endpoint’s delivery', async () => {
    const [endpoint, other] = [await backlog(1), await backlog(0)];
    const delivery = await deliveryOf(endpoint);
    expect(await redeliver(other, delivery)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    await service('PATCH', endpointPath(endpoint.id), { enabled: false });
    expect(await redeliver(endpoint, delivery)).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
  });
});

describe('deliveries in the file', () => {
  const planOf = (sql: string) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((step) => `${step.detail} `)
      .join('\n');

  test.each([
    [
      'what is due',
      "endpoint = '' AND status = 'pending' AND next_attempt_at <= '' AND locked_until <= '' ORDER BY next_attempt_at",
      'due',
    ],
    ['what is locked', "endpoint = '' AND status = 'pending' AND locked_until != '' AND locked_until > ''", 'locked'],
    ['the log', "endpoint = '' ORDER BY created DESC, id DESC", 'log'],
    ['an event', "event = ''", 'event'],
    ['old excerpts', "last_excerpt != '' AND last_attempt_at < ''", 'excerpt'],
  ])('have an index for %s', (_, where, index) => {
    const plan = planOf(`SELECT * FROM webhook_deliveries WHERE ${where}`);
    expect(plan).toContain(`idx_webhook_deliveries_${index} `);
    expect(plan).not.toContain('TEMP B-TREE');
  });
});
