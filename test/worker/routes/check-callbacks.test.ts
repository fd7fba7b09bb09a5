import { createHmac, randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, problemOf } from '../../support/api.ts';
import { runner, runnerKey, submitted } from '../../support/checks.ts';
import { watchForLeaks } from '../../support/leaks.ts';
import { secret, startWorker, type TestWorker } from '../../support/worker.ts';

const signing = `whsec_${Buffer.from(secret()).toString('base64')}`;
const [plain, timed] = [secret(), secret()];
const CHECK_CALLBACKS = JSON.stringify({
  acme: { scheme: 'standard-webhooks', secret: signing },
  plain: { scheme: 'hmac-sha256', secret: plain, header: 'x-plain-signature' },
  timed: { scheme: 'timestamped', secret: timed },
});

let worker: TestWorker;
beforeAll(async () => {
  watchForLeaks(signing, plain, timed);
  worker = await startWorker({ CHECK_CALLBACKS });
});
afterAll(() => worker.stop());

const seconds = () => Math.floor(Date.now() / 1_000);
const hmac = (key: string, text: string) => createHmac('sha256', key).update(text).digest('hex');
/** How each vendor signs. */
const SIGN: Record<string, (body: string, time?: number) => Record<string, string>> = {
  acme: (body, time = seconds()) => {
    const id = `msg_${randomUUID()}`;
    const signature = new Webhook(signing).sign(id, new Date(time * 1_000), body);
    return { 'webhook-id': id, 'webhook-timestamp': String(time), 'webhook-signature': signature };
  },
  plain: (body) => ({ 'x-plain-signature': hmac(plain, body) }),
  timed: (body, time = seconds()) => ({ 'x-signature': `t=${time},v1=${hmac(timed, `${time}.${body}`)}` }),
};
const VENDORS = Object.keys(SIGN);

const send = (provider: string, body: string, headers: Record<string, string> = {}) =>
  worker.fetch(`/api/checks/callbacks/${provider}`, { method: 'POST', body, headers });
const call = (provider: string, body: object, time?: number) => {
  const text = JSON.stringify(body);
  return send(provider, text, SIGN[provider]?.(text, time));
};

/** A check that waits for the vendor. */
async function waiting(provider: string) {
  const slug = `callbacks-${randomUUID().slice(0, 8)}`;
  const operator = api(worker, worker.keys.internal);
  await operator.post('/api/partners', { slug, name: 'Callbacks' });
  const required = { passport: ['document_front', 'facial_photo'] };
  const checks = [{ type: 'document_authenticity', provider }];
  await operator.post('/api/levels', { partner: slug, name: 'default', required, checks });
  const made = await operator.post('/api/keys', {
    partner: slug,
    name: 'test',
    scopes: ['profiles:create', 'documents:write'],
  });
  await submitted(worker, ((await made.json()) as { key: string }).key);
  const types = ['document_authenticity'];
  const own = runner(worker, (await runnerKey(worker, { types, partners: [slug] })).key);
  const claim = () => own.claimed({ types, provider: { name: provider, version: '1' } });
  const [check] = await claim();
  if (!check) throw new Error('Nothing was due');
  const ref = `${check.id}.1`;
  await own.release(check.id, { attempt: 1, external_ref: ref, after_seconds: 3_600 });
  return { ref, claim };
}

describe('POST /api/checks/callbacks/:provider', () => {
  it.each(VENDORS)('makes the check due that waits for %s, and no repetition does', async (provider) => {
    const { ref, claim } = await waiting(provider);
    const body = JSON.stringify({ id: randomUUID(), data: { external_ref: ref } });
    const headers = SIGN[provider]?.(body);
    expect((await send(provider, body, headers)).status).toBe(204);
    const [check] = await claim();
    expect(check).toMatchObject({ attempt: 2, external_ref: ref });
    expect((await send(provider, body, headers)).status).toBe(204);
    expect(await claim()).toEqual([]);
  });

  it.each(VENDORS)('takes one of %s that tells of no check', async (provider) => {
    expect((await call(provider, { type: 'ping' })).status).toBe(204);
  });

  it.each(VENDORS)('refuses what %s has not signed', async (provider) => {
    const { ref, claim } = await waiting(provider);
    const body = JSON.stringify({ external_ref: ref });
    const headers = SIGN[provider]?.(body) ?? {};
    const forged = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, `${value.slice(0, -3)}000`]),
    );
    for (const response of [
      await send(provider, body),
      await send(provider, `${body} `, headers),
      await send(provider, body, forged),
      await send(provider, body, SIGN[provider === 'acme' ? 'timed' : 'acme']?.(body)),
    ]) {
      expect(await problemOf(response)).toMatchObject({ status: 401, code: 'unauthenticated' });
    }
    expect(await claim()).toEqual([]);
  });

  it.each(['acme', 'timed'])('refuses what %s signed more than five minutes ago, or ahead', async (provider) => {
    for (const away of [-310, 310]) expect((await call(provider, {}, seconds() + away)).status).toBe(401);
    for (const away of [-290, 290]) expect((await call(provider, {}, seconds() + away)).status).toBe(204);
  });

  it('refuses a signed body that says an older time', async () => {
    expect((await call('plain', { timestamp: seconds() - 310 })).status).toBe(401);
    expect((await call('plain', { timestamp: new Date().toISOString() })).status).toBe(204);
  });

  it.each(['acme', 'timed'])('takes a repetition of %s whose event is of an hour ago', async (provider) => {
    expect((await call(provider, { timestamp: new Date(Date.now() - 3_600_000).toISOString() })).status).toBe(204);
  });

  it('knows no provider that the setting does not name, and takes 256 KiB at most', async () => {
    expect((await send('nobody', '{}')).status).toBe(404);
    expect((await call('plain', { text: 'x'.repeat(262_000) })).status).toBe(204);
    expect((await call('plain', { text: 'x'.repeat(262_144) })).status).toBe(413);
  });
});

describe('the setting CHECK_CALLBACKS', () => {
  it.each([
    ['is no JSON', '{'],
    ['names another scheme', JSON.stringify({ acme: { scheme: 'none', secret: plain } })],
    ['has a short secret', JSON.stringify({ acme: { scheme: 'hmac-sha256', secret: 'short' } })],
    ['has a secret that stands in another setting', ''],
  ])('makes the Worker not ready while it %s', async (_, value) => {
    const shared = secret();
    const settings = value
      ? { CHECK_CALLBACKS: value }
      : { CHECK_CALLBACKS: JSON.stringify({ acme: { scheme: 'hmac-sha256', secret: shared } }), DATA_SECRET: shared };
    const other = await startWorker(settings);
    const response = await other.fetch('/readyz');
    const problem = (await response.json()) as { status: number; settings: string[] };
    expect([problem.status, problem.settings]).toEqual([503, expect.arrayContaining(['CHECK_CALLBACKS'])]);
    expect(await problemOf(await other.fetch('/api/checks/callbacks/acme', { method: 'POST' }))).toMatchObject({
      code: 'not_configured',
    });
    await other.stop();
  });
});
