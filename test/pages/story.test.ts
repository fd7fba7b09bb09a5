import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { api, reviewer, superuser } from '../support/api.ts';
import { FAKE_CAMERA, launchBrowser } from '../support/browser/browser.ts';
import { startPocketBase, type TestPocketBase } from '../support/pocketbase.ts';
import { type Receiver, startReceiver, verifies } from '../support/webhooks/receiver.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

vi.setConfig({ testTimeout: 120_000 });

let pocketbase: TestPocketBase;
let worker: TestWorker;
let receiver: Receiver;
let browser: Browser;
beforeAll(async () => {
  pocketbase = await startPocketBase();
  [worker, receiver, browser] = await Promise.all([
    startWorker({ KYC_FRONTEND_URL: '' }, { pocketbase, hasAssets: true }),
    startReceiver(),
    launchBrowser(...FAKE_CAMERA),
  ]);
});
afterAll(async () => {
  await browser.close();
  await worker.stop();
  await receiver.close();
  await pocketbase.stop();
});

it('an empty database, a partner, an applicant with a camera, a reviewer, and the partner hears of the approval', async () => {
  const admin = await superuser(pocketbase);
  for (const collection of ['partners', 'profiles', 'reviewers']) {
    expect([collection, (await admin.collection(collection).getList(1, 1)).totalItems]).toEqual([collection, 0]);
  }
  const anna = await reviewer('Anna', pocketbase);

  const partner = api(worker);
  const webhook = await partner.post('/api/webhooks', { url: receiver.url });
  expect(webhook.status).toBe(201);
  const { secret } = (await webhook.json()) as { secret: string };
  const { id, status, redirect_url } = await partner.created({ document_type: 'id_card', external_id: 'customer-1' });
  expect(status).toBe('unverified');
  expect(redirect_url).toMatch(`${worker.origin}/verify/${id}#token=`);

  const applicant = await opened(redirect_url ?? '', { width: 360, height: 740 });
  await applicant.getByRole('button', { name: 'Begin' }).click();
  for (const heading of ['Front of your identity card', 'Back of your identity card', 'A photo of your face']) {
    await applicant.getByRole('heading', { level: 1, name: heading }).waitFor();
    for (const name of ['Use the camera', 'Take the photo', 'Use this one']) {
      await applicant.getByRole('button', { name }).click();
    }
  }
  await applicant.getByRole('button', { name: 'Go on without a video' }).click();
  await applicant.getByRole('button', { name: 'Send for review' }).click();
  await applicant.getByRole('heading', { level: 1, name: 'Thank you, everything is here' }).waitFor();

  const desk = await opened(`${worker.origin}/dashboard`, { width: 1440, height: 900 });
  await desk.getByLabel('Email').fill(anna.email);
  await desk.getByLabel('Password').fill(anna.password);
  await desk.getByRole('button', { name: 'Log in' }).click();
  await desk.locator('.rows tr', { hasText: 'Nguyễn Thị Minh' }).getByRole('link').click();
  await desk.getByRole('button', { name: 'Claim for 10 minutes' }).click();
  await desk.locator('.claim-bar.own').waitFor();
  const widths =
    "[...document.querySelectorAll('[data-picture]')].filter((picture) => picture.naturalWidth > 0).length";
  await expect.poll(() => desk.evaluate(widths), { timeout: 15_000 }).toBe(3);
  await desk.getByLabel('Approve').check();
  await desk.getByRole('button', { name: 'Record decision' }).click();
  await desk.getByText('The decision is recorded.').waitFor();

  const told = () =>
    receiver.received
      .map(({ event }) => event)
      .sort((one, other) => (one.sequence ?? 0) - (other.sequence ?? 0))
      .map(({ type, data }) => [type, data.kind ?? data.to]);
  await expect.poll(told, { timeout: 15_000 }).toEqual([
    ['profile.created', 'unverified'],
    ['profile.document_uploaded', 'document_front'],
    ['profile.document_uploaded', 'document_back'],
    ['profile.document_uploaded', 'facial_photo'],
    ['profile.status_changed', 'pending'],
    ['profile.status_changed', 'approved'],
  ]);
  for (const received of receiver.received) {
    expect(verifies(secret, received)).toBe(true);
    expect(received.event.data).toMatchObject({ profile_id: id, external_id: 'customer-1' });
  }
  const history = (await (await partner.get(`/api/status_history/${id}`)).json()) as { items: object[] };
  expect(history.items).toMatchObject([
    { from: null, to: 'unverified', actor_type: 'partner' },
    { from: 'unverified', to: 'pending', actor_type: 'applicant' },
    { from: 'pending', to: 'approved', actor_type: 'reviewer' },
  ]);
  const trail = await worker.fetch(`/api/audit?profile=${id}`, { headers: { 'x-api-key': worker.keys.internal } });
  const { items } = (await trail.json()) as { items: { action: string; actor_type: string; actor_id: string }[] };
  const acts = items.filter(({ actor_id }) => actor_id === anna.id).map(({ action }) => action);
  expect(new Set(acts)).toEqual(new Set(['profile.read', 'profile.claimed', 'document.read', 'status.decided']));
});

async function opened(url: string, viewport: { width: number; height: number }): Promise<Page> {
  const context = await browser.newContext({ viewport, locale: 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(url);
  return page;
}
