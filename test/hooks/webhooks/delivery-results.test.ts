import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Claimed } from '../support/answers.ts';
import { at, type Backlog, DAY, MINUTE, only, startBacklog, stored } from '../support/backlog.ts';
import { enrol } from '../support/client.ts';
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
