import { afterAll, beforeAll, it } from 'vitest';
import type { CreatedWebhook } from '../../src/schemas/webhook.ts';
import { api } from '../support/api.ts';
import { startPocketBase, type TestPocketBase } from '../support/pocketbase.ts';
import { expectAllDelivered, RETRY_SOON } from '../support/webhooks/failing-receiver.ts';
import { type Receiver, startReceiver } from '../support/webhooks/receiver.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

/** Of its own, as a sweep delivers for everybody. */
let pocketbase: TestPocketBase;
let worker: TestWorker;
let receiver: Receiver;
beforeAll(async () => {
  pocketbase = await startPocketBase();
  worker = await startWorker({ WEBHOOK_DELAYS_SECONDS: RETRY_SOON }, { pocketbase });
  receiver = await startReceiver();
});
afterAll(async () => {
  await worker.stop();
  await pocketbase.stop();
  await receiver.close();
});

it('a receiver that fails in every way gets each of 1,000 changes in the end', { timeout: 600_000 }, async () => {
  const events = ['profile.created', 'profile.status_changed'];
  const answer = await api(worker).post('/api/webhooks', { url: receiver.url, events });
  const { secret } = (await answer.json()) as CreatedWebhook;
  await expectAllDelivered(worker, { receiver, secret }, 40);
});
