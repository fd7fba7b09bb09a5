import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CreatedWebhook } from '../../src/schemas/webhook.ts';
import { api, superuser } from '../support/api.ts';
import { startPocketBase, type TestPocketBase } from '../support/pocketbase.ts';
import { RETRY_SOON } from '../support/webhooks/failing-receiver.ts';
import { type Receiver, startReceiver } from '../support/webhooks/receiver.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';
import { FAULTS, type Fault, type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { expectNothingDoubled, expectQuietLog } from './invariants.ts';

/** As the Worker calls them; a cron and a message of the queue have no request whose id a test could choose. */
const CALLS = { sweep: '/api/edge/sweep', claim: '/api/edge/deliveries/claim', result: '/result' };
type Call = keyof typeof CALLS;
/** Do no harm. */
const HARMLESS: Fault[] = ['sends slow bytes', 'finds the token expired'];
/** Each of these takes as long as the limit of a write. */
const PATIENCE_MS = 30_000;

/** Of its own, as a sweep delivers for everybody. */
let pocketbase: TestPocketBase;
let proxy: FaultProxy;
let worker: TestWorker;
let receiver: Receiver;
beforeAll(async () => {
  pocketbase = await startPocketBase();
  proxy = await startFaultProxy(pocketbase.url);
  worker = await startWorker({ POCKETBASE_URL: proxy.url, WEBHOOK_DELAYS_SECONDS: RETRY_SOON }, { pocketbase });
  receiver = await startReceiver();
  const answer = await api(worker).post('/api/webhooks', { url: receiver.url, events: ['profile.status_changed'] });
  expect(((await answer.json()) as CreatedWebhook).id).toBeTruthy();
});
afterAll(async () => {
  expectQuietLog(worker);
  await worker.stop();
  await proxy.stop();
  await receiver.close();
  await expectNothingDoubled(pocketbase);
  await pocketbase.stop();
});

const failures = () => worker.logs().filter((line) => /"(scheduled_failed|wake_up_failed|delivery_failed)"/.test(line));
const isReceived = (profile: string) => receiver.received.some(({ event }) => event.data.profile_id === profile);

/** A change that is to be delivered: `byCron` in PocketBase's own UI, where no message wakes the queue. */
async function change({ byCron }: { byCron: boolean }): Promise<string> {
  const { id } = await api(worker).created();
  if (byCron) {
    await (await superuser(pocketbase)).collection('profiles').update(id, { status: 'canceled' });
    await worker.scheduled();
  } else {
    await api(worker).decide(id, { status: 'in_review' });
  }
  return id;
}

/** A lease of a minute ends at once, as if the minute were over. */
async function endLeases(): Promise<void> {
  const admin = await superuser(pocketbase);
  for (const { id } of await admin.collection('webhook_deliveries').getFullList({ filter: 'status = "pending"' })) {
    await admin.collection('webhook_deliveries').update(id, { locked_until: '' });
  }
}

async function suffer(fault: Fault, call: Call, byCron: boolean): Promise<void> {
  const what = `${fault} at ${call}, ${byCron ? 'cron' : 'queue'}`;
  const before = failures().length;
  const hit = proxy.planNext(CALLS[call], fault);
  const id = await change({ byCron });
  await expect.poll(hit, { timeout: PATIENCE_MS, message: what }).toBe(true);
  const isHarmless = HARMLESS.includes(fault);
  if (!isHarmless) await expect.poll(() => failures().length, { timeout: PATIENCE_MS, message: what }).toBe(before + 1);
  if (!isHarmless && call !== 'sweep') await endLeases();
  await expect.poll(() => sweptUntilReceived(id), { timeout: PATIENCE_MS, interval: 600, message: what }).toBe(true);
}

async function sweptUntilReceived(profile: string): Promise<boolean> {
  if (!isReceived(profile)) await worker.scheduled();
  return isReceived(profile);
}

describe.each(Object.keys(FAULTS) as Fault[])('when PocketBase %s', (fault) => {
  it('a cron says in one line that a duty failed, and the next one makes up for it', { timeout: 200_000 }, async () => {
    for (const call of Object.keys(CALLS) as Call[]) await suffer(fault, call, true);
  });

  it('a message of the queue loses nothing: the cron delivers', { timeout: 200_000 }, async () => {
    for (const call of ['claim', 'result'] as const) await suffer(fault, call, false);
  });
});
