import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { at, type Backlog, DAY, MINUTE, only, startBacklog } from '../support/backlog.ts';
import { decide, enrol, patch } from '../support/client.ts';
import {
  addEndpoint,
  claim,
  conclude,
  deliveriesOf,
  endpointOf,
  endpointPath,
  newPartner,
} from '../support/webhook-client.ts';

let own: Backlog;
let service: Backlog['service'];
let database: Backlog['database'];
let backlog: Backlog['backlog'];
let deliveryOf: Backlog['deliveryOf'];
beforeAll(async () => {
  own = await startBacklog();
  ({ service, database, backlog, deliveryOf } = own);
});
afterEach(() => own.settle());
afterAll(() => own.stop());

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
    const endpoint = await addEndpoint(service, partner, { secret: 's1', events: ['profile.created'] });
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
    await patch(service, id, { external_id: '' });
    const later = only(await claim(service, { now: at(2 * DAY) }));
    expect(later.event).toEqual({ ...claimed.event, data: { profile_id: id, to: 'unverified' } });
    expect(later.endpoint).toMatchObject({ secret: 's2', previous_secret: '', previous_expires_at: '' });
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
