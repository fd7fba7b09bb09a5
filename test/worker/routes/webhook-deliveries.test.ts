import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CreatedWebhook, Delivery, RotatedSecret } from '../../../src/schemas/webhook.ts';
import { api, json } from '../../support/api.ts';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { webhooksOf } from '../../support/webhooks/client.ts';
import { type Receiver, startReceiver, verifies } from '../../support/webhooks/receiver.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

type Webhooks = ReturnType<typeof webhooksOf>;
let arrived: Webhooks['arrived'];
let deliveries: Webhooks['deliveries'];
let register: Webhooks['register'];
let remove: Webhooks['remove'];
let pocketbase: TestPocketBase;
let worker: TestWorker;
let receiver: Receiver;
// A PocketBase of its own: what other files' tests do for the same partners would be told to these webhooks.
beforeAll(async () => {
  pocketbase = await startPocketBase();
  worker = await startOwn({ WEBHOOK_DELAYS_SECONDS: '0,1,1' });
  receiver = await startReceiver();
  ({ arrived, deliveries, register, remove } = webhooksOf(worker, receiver));
});
afterAll(async () => {
  await worker.stop();
  await receiver.close();
  await pocketbase.stop();
});

const startOwn = (settings: Record<string, string>) => startWorker(settings, { pocketbase });

describe('POST /api/webhooks/:id/test', () => {
  it('delivers an event to this webhook alone, in no feed, and the log tells how it went', async () => {
    const { id, secret } = await register({ events: ['profile.redacted'] });
    const response = await api(worker).post(`/api/webhooks/${id}/test`, {});
    expect(response.status).toBe(200);
    const delivery = (await response.json()) as Delivery;
    expect(delivery).toMatchObject({ event_type: 'webhook.test', status: 'pending', attempts: 0 });
    await arrived(({ headers }) => headers['webhook-id'] === delivery.event_id);
    const [received] = receiver.received.filter(({ event }) => event.id === delivery.event_id);
    expect(received?.event).toMatchObject({ type: 'webhook.test', sequence: null, data: { webhook_id: id } });
    expect(received && verifies(secret, received)).toBe(true);
    await expect
      .poll(() => deliveries(id))
      .toMatchObject([
        {
          id: delivery.id,
          status: 'succeeded',
          attempts: 1,
          response_status: 200,
          response_excerpt: 'thanks',
          error: null,
          next_attempt_at: null,
        },
      ]);
    await remove(id);
  });
});

describe('POST /api/webhooks/:id/rotate', () => {
  it('lets deliveries verify before, during and after, and never with a tampered body', async () => {
    const { id, secret: first } = await register({ events: ['profile.redacted'] });
    const sendOne = async () => {
      const { event_id } = (await (await api(worker).post(`/api/webhooks/${id}/test`, {})).json()) as Delivery;
      await arrived(({ event }) => event.id === event_id);
      return receiver.received.find(({ event }) => event.id === event_id) as Receiver['received'][number];
    };
    const sendTest = async () => {
      const received = await sendOne();
      for (const secret of [first, second]) {
        expect(verifies(secret, { ...received, body: received.body.replace('webhook.test', 'webhook.fake') })).toBe(
          false,
        );
      }
      return [verifies(first, received), verifies(second, received)];
    };
    let second = first;
    expect(await sendTest()).toEqual([true, true]);

    const rotated = await api(worker).post(`/api/webhooks/${id}/rotate`, {});
    expect(rotated.status).toBe(200);
    const { secret, previous_expires_at } = (await rotated.json()) as RotatedSecret;
    second = secret;
    expect(second).not.toBe(first);
    expect(Date.parse(previous_expires_at) - Date.now()).toBeGreaterThan(86_000_000);
    expect(await sendTest()).toEqual([true, true]);

    const next = await api(worker).post(`/api/webhooks/${id}/rotate`, { grace_seconds: 1 });
    const previous = second;
    second = ((await next.json()) as RotatedSecret).secret;
    // Nobody signs with the first any more, nor with the previous one once its second of grace is over.
    expect(await sendTest()).toEqual([false, true]);
    await expect
      .poll(async () => [verifies(previous, await sendOne()), verifies(second, await sendOne())], { timeout: 10_000 })
      .toEqual([false, true]);
    await remove(id);
  });

  it('goes on signing while DATA_SECRET is replaced, with the old one kept in the list', async () => {
    const [oldSecret, newSecret] = ['o'.repeat(40), 'n'.repeat(40)];
    const before = await startOwn({ DATA_SECRET: oldSecret });
    const created = await before.fetch(
      '/api/webhooks',
      json({ url: receiver.url }, { 'x-api-key': before.keys.globex }),
    );
    const { id, secret } = (await created.json()) as CreatedWebhook;
    await before.stop();
    const after = await startOwn({ DATA_SECRET: `${newSecret},${oldSecret}` });
    const headers = { 'x-api-key': after.keys.globex };
    const sent = (await (await after.fetch(`/api/webhooks/${id}/test`, json({}, headers))).json()) as Delivery;
    await arrived(({ event }) => event.id === sent.event_id);
    const [received] = receiver.received.filter(({ event }) => event.id === sent.event_id);
    expect(received && verifies(secret, received)).toBe(true);
    await after.stop();
    await remove(id);
  });
});

describe('POST /api/webhooks/:id/deliveries/:delivery/redeliver', () => {
  it('sends the same event again, under the same webhook-id', async () => {
    const { id } = await register({ events: ['profile.created'] });
    const profile = await api(worker).created();
    const mine = () => receiver.received.filter(({ event }) => event.data.profile_id === profile.id);
    await expect.poll(mine).toHaveLength(1);
    await expect.poll(async () => (await deliveries(id))[0]?.status).toBe('succeeded');
    const [delivery] = await deliveries(id);
    const response = await api(worker).post(`/api/webhooks/${id}/deliveries/${delivery?.id}/redeliver`, {});
    expect(response.status).toBe(200);
    await expect.poll(mine).toHaveLength(2);
    expect(new Set(mine().map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery?.event_id]));
    await remove(id);
  });
});
