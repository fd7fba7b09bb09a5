import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_EVENT_TYPES } from '../../../src/schemas/event.ts';
import type { Webhook } from '../../../src/schemas/webhook.ts';
import { api, json, PNG, problemOf, superuser, UNKNOWN_ID } from '../../support/api.ts';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { webhooksOf } from '../../support/webhooks/client.ts';
import { type Receiver, startReceiver } from '../../support/webhooks/receiver.ts';
import { GOOD, HOSTILE } from '../../support/webhooks/targets.ts';
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

const change = (id: string, body: object, key = worker.keys.acme) =>
  worker.fetch(`/api/webhooks/${id}`, { ...json(body, { 'x-api-key': key }), method: 'PATCH' });

describe('POST /api/webhooks', () => {
  it('answers the endpoint with a secret that is shown this once', async () => {
    const { secret, ...webhook } = await register({ events: ['profile.created'], description: 'CRM' });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook).toMatchObject({ partner: 'acme', url: receiver.url, events: ['profile.created'], enabled: true });
    const read = await api(worker).get(`/api/webhooks/${webhook.id}`);
    expect(await read.json()).toEqual(webhook);
    await remove(webhook.id);
  });

  it('without types is told of the default ones, as the document says; `*` stands for all', async () => {
    const chosen = async (response: Promise<Response>) => ((await (await response).json()) as Webhook).events;
    for (const events of [undefined, []]) {
      const { id, ...webhook } = await register({ events });
      expect(webhook.events).toEqual(DEFAULT_EVENT_TYPES);
      expect(await chosen(change(id, { events: ['*'] }))).toEqual(['*']);
      expect(await chosen(change(id, { events: [] }))).toEqual(DEFAULT_EVENT_TYPES);
      await remove(id);
    }
    const { id, events } = await register({ events: ['*'] });
    expect(events).toEqual(['*']);
    await remove(id);
    expect(DEFAULT_EVENT_TYPES).toEqual([
      'profile.created',
      'profile.status_changed',
      'profile.updated',
      'profile.document_uploaded',
      'profile.checks_completed',
      'profile.document_expiring',
      'profile.redacted',
    ]);
    const description = JSON.stringify(worker.document.components.schemas.CreateWebhook);
    for (const type of DEFAULT_EVENT_TYPES) expect(description).toContain(`\`${type}\``);
    for (const type of ['profile.document_removed', 'profile.matched']) expect(description).not.toContain(type);
  });

  it('that chose `*` is told of what the default leaves out', async () => {
    const everything = await register({ events: ['*'] });
    const usual = await register();
    const { id } = await api(worker).created();
    await api(worker).upload(id, 'document_front', PNG, { 'content-type': 'image/png' });
    await worker.fetch(`/api/profiles/${id}/documents/document_front`, {
      method: 'DELETE',
      headers: { 'x-api-key': worker.keys.acme },
    });
    const typesOf = async (webhook: string) =>
      (await deliveries(webhook)).map(({ event_type }) => event_type).toReversed();
    const usualTypes = ['profile.created', 'profile.document_uploaded'];
    expect(await typesOf(usual.id)).toEqual(usualTypes);
    expect(await typesOf(everything.id)).toEqual([...usualTypes, 'profile.document_removed']);
    await Promise.all([remove(usual.id), remove(everything.id)]);
  });

  it('keeps the secret sealed: PocketBase cannot sign', async () => {
    const { id, secret } = await register();
    const record = await (await superuser(pocketbase)).collection('webhook_endpoints').getOne(id);
    expect(JSON.stringify(record)).not.toContain(secret.slice('whsec_'.length));
    expect(record.secret).toMatch(/^[\w-]{60,}$/);
    await remove(id);
  });

  it.each([
    ['an unknown field', { secret: 'mine' }, '/secret'],
    ['an unknown event type', { events: ['profile.deleted'] }, '/events/0'],
    ['a type named twice', { events: ['profile.created', 'profile.created'] }, '/events'],
    ['no url', { url: undefined }, '/url'],
    ['a control character in the url', { url: 'https://hooks.exa\nmple.com/' }, '/url'],
    ['our own address', { url: '<own>' }, '/url'],
  ])('refuses %s', async (_, body, pointer) => {
    const own = { ...('url' in body && body.url === '<own>' && { url: `${worker.origin}/api` }) };
    const response = await api(worker).post('/api/webhooks', { url: receiver.url, ...body, ...own });
    expect(await problemOf(response)).toMatchObject({ status: 422, errors: [{ pointer }] });
  });

  it('asks an internal key for the partner, and refuses that header from a partner', async () => {
    const internal = { 'x-api-key': worker.keys.internal };
    expect((await worker.fetch('/api/webhooks', json({ url: receiver.url }, internal))).status).toBe(400);
    const named = await worker.fetch(
      '/api/webhooks',
      json({ url: receiver.url }, { ...internal, 'x-partner': 'acme' }),
    );
    const { id, partner } = (await named.json()) as Webhook;
    expect(partner).toBe('acme');
    await remove(id);
    const own = { 'x-api-key': worker.keys.acme, 'x-partner': 'acme' };
    expect((await worker.fetch('/api/webhooks', json({ url: receiver.url }, own))).status).toBe(400);
  });
});

describe('the target of a webhook', () => {
  let production: TestWorker;
  beforeAll(async () => {
    production = await startOwn({ DEPLOYMENT: 'production', WEBHOOK_DENY_HOSTS: 'denied.example, pb.ekyc.example' });
  });
  afterAll(() => production.stop());

  it('is refused at registration and at every change, and then the webhook is as it was', async () => {
    const headers = { 'x-api-key': production.keys.acme };
    const first = await production.fetch('/api/webhooks', json({ url: GOOD[0] }, headers));
    const { id } = (await first.json()) as Webhook;
    const own = [['this Worker, over http', production.origin] as const];
    const notOurs = HOSTILE.filter(([why]) => !why.startsWith('this Worker'));
    for (const [why, url] of [...notOurs, ...own]) {
      for (const [path, method] of [
        ['/api/webhooks', 'POST'],
        [`/api/webhooks/${id}`, 'PATCH'],
      ] as const) {
        const response = await production.fetch(path, { ...json({ url }, headers), method });
        expect([why, method, await problemOf(response)]).toMatchObject([
          why,
          method,
          { status: 422, errors: [{ pointer: '/url' }] },
        ]);
      }
    }
    for (const url of GOOD) {
      const response = await production.fetch(`/api/webhooks/${id}`, { ...json({ url }, headers), method: 'PATCH' });
      expect([url, response.status]).toEqual([url, 200]);
    }
    expect((await production.fetch(`/api/webhooks/${id}`, { method: 'DELETE', headers })).status).toBe(204);
  });

  it('is judged again at delivery: what PocketBase’s own UI has put there is not called', async () => {
    const { id } = await register({ events: ['profile.redacted'] });
    const admin = await superuser(pocketbase);
    await admin.collection('webhook_endpoints').update(id, { url: 'http://169.254.169.254/latest/meta-data/' });
    await api(worker).post(`/api/webhooks/${id}/test`, {});
    await expect
      .poll(async () => (await deliveries(id))[0])
      .toMatchObject({ error: 'target_refused', response_status: null });
    await remove(id);
  });
});

describe('GET /api/webhooks', () => {
  it('lists newest first, page by page, and an own webhook only', async () => {
    const ids: string[] = [];
    for (const description of ['a', 'b', 'c']) ids.unshift((await register({ description })).id);
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await api(worker).get(`/api/webhooks?limit=2${cursor && `&cursor=${cursor}`}`);
      const { items, next_cursor } = (await page.json()) as { items: Webhook[]; next_cursor: string | null };
      seen.push(...items.map(({ id }) => id));
      if (!next_cursor) break;
      cursor = next_cursor;
    }
    expect(seen).toEqual(ids);
    expect(await (await api(worker, worker.keys.globex).get('/api/webhooks')).json()).toEqual({
      items: [],
      next_cursor: null,
    });
    expect((await api(worker).get('/api/webhooks?cursor=x')).status).toBe(422);
    for (const id of ids) await remove(id);
  });
});

describe('PATCH /api/webhooks/:id', () => {
  it('is told of nothing while disabled, and again of what comes after', async () => {
    const { id } = await register({ events: ['profile.created'] });
    expect(await (await change(id, { enabled: false })).json()).toMatchObject({ enabled: false });
    const meanwhile = await api(worker).created();
    expect((await api(worker).post(`/api/webhooks/${id}/test`, {})).status).toBe(422);
    expect(await (await change(id, { enabled: true, description: '' })).json()).toMatchObject({
      enabled: true,
      description: null,
    });
    const after = await api(worker).created();
    await arrived(({ event }) => event.data.profile_id === after.id);
    expect(receiver.received.filter(({ event }) => event.data.profile_id === meanwhile.id)).toEqual([]);
    await remove(id);
  });
});

describe('another partner', () => {
  it('reaches neither webhook nor delivery', async () => {
    const { id } = await register();
    await api(worker).created();
    const [delivery] = await deliveries(id);
    const foreign = api(worker, worker.keys.globex);
    const attempts = [
      () => foreign.get(`/api/webhooks/${id}`),
      () => change(id, { enabled: false }, worker.keys.globex),
      () => change(id, { url: 'ftp://x' }, worker.keys.globex),
      () => worker.fetch(`/api/webhooks/${id}`, { method: 'DELETE', headers: { 'x-api-key': worker.keys.globex } }),
      () => foreign.post(`/api/webhooks/${id}/test`, {}),
      () => foreign.post(`/api/webhooks/${id}/rotate`, {}),
      () => foreign.get(`/api/webhooks/${id}/deliveries`),
      () => foreign.post(`/api/webhooks/${id}/deliveries/${delivery?.id}/redeliver`, {}),
      () => api(worker).get(`/api/webhooks/${UNKNOWN_ID}`),
      () => api(worker).post(`/api/webhooks/${id}/deliveries/${UNKNOWN_ID}/redeliver`, {}),
    ];
    for (const attempt of attempts) {
      const response = await attempt();
      expect(await problemOf(response)).toMatchObject({ status: 404, code: 'not_found' });
    }
    const own = (await (
      await worker.fetch('/api/webhooks', json({ url: receiver.url }, { 'x-api-key': worker.keys.globex }))
    ).json()) as Webhook;
    const crossed = await foreign.post(`/api/webhooks/${own.id}/deliveries/${delivery?.id}/redeliver`, {});
    expect(crossed.status).toBe(404);
    expect(await (await api(worker).get(`/api/webhooks/${id}`)).json()).toMatchObject({ enabled: true });
    await remove(own.id);
    await remove(id);
  });
});
