import { request } from 'node:http';
import type PocketBase from 'pocketbase';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CreatedWebhook, Delivery, Webhook } from '../../../src/schemas/webhook.ts';
import { api, json, superuser } from '../../support/api.ts';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { startProxy } from '../../support/proxy.ts';
import { expectAllDelivered, RETRY_SOON } from '../../support/webhooks/failing-receiver.ts';
import { type Receiver, startReceiver, verifies } from '../../support/webhooks/receiver.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

/** Of its own, as a sweep delivers for everybody. */
let pocketbase: TestPocketBase;
let admin: PocketBase;
let worker: TestWorker;
const receivers: Receiver[] = [];

beforeAll(async () => {
  pocketbase = await startPocketBase();
  admin = await superuser(pocketbase);
  worker = await startWorker({ WEBHOOK_DELAYS_SECONDS: RETRY_SOON }, { pocketbase });
});
afterAll(async () => {
  await worker.stop();
  await pocketbase.stop();
});
afterEach(async () => {
  for (const { id } of await admin.collection('webhook_endpoints').getFullList()) {
    await admin.collection('webhook_endpoints').delete(id);
  }
  for (const receiver of receivers.splice(0)) await receiver.close();
});

async function receive(body: Record<string, unknown> = {}, partner: 'acme' | 'globex' = 'acme') {
  const receiver = await startReceiver();
  receivers.push(receiver);
  const answer = await api(worker, worker.keys[partner]).post('/api/webhooks', { url: receiver.url, ...body });
  const { id, secret } = (await answer.json()) as CreatedWebhook;
  return { id, secret, receiver };
}

async function deliveriesOf(id: string): Promise<Delivery[]> {
  const internal = api(worker, worker.keys.internal);
  return ((await (await internal.get(`/api/webhooks/${id}/deliveries`)).json()) as { items: Delivery[] }).items;
}

/** As PocketBase's own UI does it: no Worker learns of it. */
const decideInUi = (id: string, status: string) => admin.collection('profiles').update(id, { status });

it('a receiver that fails in every way gets each of 200 changes in the end', { timeout: 120_000 }, async () => {
  const registered = await receive({ events: ['profile.created', 'profile.status_changed'] });
  await expectAllDelivered(worker, registered, 8);
});

describe('the sweep', () => {
  it('delivers what was written when the Worker died before it could wake the queue', async () => {
    const { id } = await api(worker).created();
    const { receiver } = await receive({ events: ['profile.status_changed'] });
    const proxy = await startProxy(pocketbase.url);
    const doomed = await startWorker({ POCKETBASE_URL: proxy.url }, { pocketbase });
    const written = new Promise<void>((resolve) => {
      proxy.intercept = (incoming) => {
        if (!incoming.url?.endsWith('/status')) return false;
        const { method, headers, url } = incoming;
        // PocketBase's answer never arrives.
        incoming.pipe(
          request(`${pocketbase.url}${url}`, { method, headers }, (response) => response.resume().on('end', resolve)),
        );
        return true;
      };
    });
    const lost = api(doomed)
      .decide(id, { status: 'in_review' })
      .catch(() => null);
    await written;
    await doomed.stop();
    await lost;
    await proxy.stop();
    expect((await api(worker).read(id)).status).toBe('in_review');
    expect(receiver.received).toEqual([]);

    await worker.scheduled();
    expect(receiver.received.map(({ event }) => event.data)).toEqual([
      { profile_id: id, from: 'unverified', to: 'in_review' },
    ]);
  });

  it('delivers changes made in PocketBase’s own UI', async () => {
    const { id } = await api(worker).created();
    const { receiver, secret } = await receive();
    await decideInUi(id, 'canceled');
    await worker.scheduled();
    expect(receiver.received.map(({ event }) => event.data.to)).toEqual(['canceled']);
    expect(receiver.received.every((received) => verifies(secret, received))).toBe(true);
  });

  it('that has done its share leaves the rest to the queue', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, async () => (await api(worker).created()).id));
    const { receiver } = await receive({ events: ['profile.status_changed'] });
    for (const id of ids) await decideInUi(id, 'canceled');
    await worker.scheduled();
    await expect.poll(() => new Set(receiver.received.map(({ event }) => event.id)).size, { timeout: 20_000 }).toBe(40);
  });
});

describe('a slow endpoint', () => {
  async function startSlow() {
    const slow = await receive({ events: ['profile.created'] }, 'globex');
    slow.receiver.respond = (_, answer) => void setTimeout(() => answer.end(), 14_000);
    for (let n = 0; n < 10; n++) await api(worker, worker.keys.globex).created();
    await expect.poll(() => slow.receiver.received.length).toBe(2);
    return slow;
  }

  it('delays no other partner’s deliveries by 2 s, and never has more than two at once', {
    timeout: 60_000,
  }, async () => {
    const slow = await startSlow();
    const { receiver } = await receive({ events: ['profile.created'] });
    for (let n = 0; n < 20; n++) {
      const { id } = await api(worker).created();
      const writtenAt = Date.now();
      const arrived = () => receiver.received.find(({ event }) => event.data.profile_id === id)?.at;
      await expect.poll(arrived, { timeout: 5_000, interval: 10 }).toBeDefined();
      expect((arrived() ?? Number.POSITIVE_INFINITY) - writtenAt).toBeLessThan(2_000);
    }
    expect(slow.receiver.received).toHaveLength(2);
  });

  it('delays them by 2 s in a sweep neither', { timeout: 60_000 }, async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, async () => (await api(worker).created()).id));
    const { id: globex } = await api(worker, worker.keys.globex).created();
    const slow = await receive({ events: ['profile.status_changed'] }, 'globex');
    slow.receiver.respond = (_, answer) => void setTimeout(() => answer.end(), 14_000);
    for (const status of ['in_review', 'approved', 'in_review', 'approved']) await decideInUi(globex, status);
    const { receiver } = await receive({ events: ['profile.status_changed'] });
    for (const id of ids) await decideInUi(id, 'canceled');

    const startedAt = Date.now();
    const sweep = worker.scheduled();
    await expect.poll(() => receiver.received.length, { timeout: 5_000, interval: 10 }).toBe(8);
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    expect(slow.receiver.received).toHaveLength(2);
    await slow.receiver.close();
    await sweep;
  });
});

describe('an attempt', () => {
  async function outcome(respond: NonNullable<Receiver['respond']>, until: Partial<Delivery> = { attempts: 1 }) {
    const { id, receiver } = await receive({ events: ['profile.redacted'] });
    receiver.respond = respond;
    await api(worker).post(`/api/webhooks/${id}/test`, {});
    const last = async () => (await deliveriesOf(id))[0];
    await expect.poll(last, { timeout: 20_000 }).toMatchObject({ last_attempt_at: expect.any(String), ...until });
    const webhook = (await (await api(worker).get(`/api/webhooks/${id}`)).json()) as Webhook;
    return { delivery: (await last()) as Delivery, webhook, receiver };
  }

  it.each([429, 503])('waits as %i asks', async (status) => {
    const { delivery } = await outcome((_, answer) => answer.writeHead(status, { 'retry-after': '3600' }).end(), {
      error: 'status',
    });
    const wait = Date.parse(delivery.next_attempt_at ?? '') - Date.parse(delivery.last_attempt_at ?? '');
    expect(wait).toBeGreaterThanOrEqual(3_590_000);
    expect(wait).toBeLessThan(3_620_000);
  });

  it('that is answered 410 disables the webhook, and the partner sees why', async () => {
    const { delivery, webhook } = await outcome((_, answer) => answer.writeHead(410).end(), { status: 'failed' });
    expect(delivery).toMatchObject({ attempts: 1, next_attempt_at: null });
    expect(webhook).toMatchObject({ enabled: false, disabled_reason: 'The endpoint answered 410 Gone.' });
  });

  it('ends after 15 s', { timeout: 40_000 }, async () => {
    const { delivery, webhook } = await outcome(() => {}, { error: 'timeout' });
    expect(delivery).toMatchObject({ response_status: null });
    expect(delivery.latency_ms).toBeGreaterThanOrEqual(14_900);
    expect(delivery.latency_ms).toBeLessThan(17_000);
    expect(webhook.failing_since).not.toBeNull();
  });

  it('is the last one when the schedule is through', async () => {
    const impatient = await startWorker({ WEBHOOK_DELAYS_SECONDS: '0,0' }, { pocketbase });
    const receiver = await startReceiver();
    receivers.push(receiver);
    receiver.respond = (_, answer) => answer.writeHead(500).end();
    const key = { 'x-api-key': impatient.keys.acme };
    const { id } = (await (await impatient.fetch('/api/webhooks', json({ url: receiver.url }, key))).json()) as Webhook;
    await impatient.fetch(`/api/webhooks/${id}/test`, json({}, key));
    await expect
      .poll(async () => (await deliveriesOf(id))[0], { timeout: 10_000 })
      .toMatchObject({ status: 'failed', attempts: 2 });
    expect(receiver.received).toHaveLength(2);
    await impatient.stop();
  });
});
