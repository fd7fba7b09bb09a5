import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { RATE_LIMITS } from '../../src/lib/rate-limits.ts';
import { api, problemOf, reviewer } from '../support/api.ts';
import { form } from '../support/browser/dashboard.ts';
import { issueKey } from '../support/keys.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker(
    {},
    { limits: { KEY_LIMITER: 100, CREATE_LIMITER: 5, APPLICANT_LIMITER: 10, FAILED_AUTH_LIMITER: 10 } },
  );
  await api(worker).created(); // a key needs a partner's record
});
afterAll(() => worker.stop());

/** Locally a window is a minute of the clock. Requests that are counted together must not fall into two minutes. */
async function inOneWindow(secondsNeeded = 20) {
  await expect
    .poll(() => 60 - ((Date.now() / 1000) % 60), { timeout: 25_000, interval: 500 })
    .toBeGreaterThan(secondsNeeded);
}

const statusesOf = async (count: number, send: (i: number) => Promise<Response>) => {
  const responses = await Promise.all(Array.from({ length: count }, (_, i) => send(i)));
  return { responses, limited: responses.filter(({ status }) => status === 429) };
};

async function expectLimited(response: Response, policy: string) {
  expect(await problemOf(response)).toMatchObject({ status: 429, code: 'rate_limited' });
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(response.headers.get('ratelimit-policy')).toMatch(new RegExp(`^"${policy}";q=\\d+;w=60$`));
}

describe('the limits', () => {
  it('that callers are told are those of wrangler.toml', () => {
    const config = unstable_readConfig({ config: 'wrangler.toml' });
    const ratelimits: { name: string; namespace_id: string; simple: { limit: number; period: number } }[] =
      config.ratelimits;
    const configured = ratelimits.map(({ name, simple }) => [name, simple.limit, simple.period]);
    const told = Object.entries(RATE_LIMITS).map(([name, { limit, periodSeconds }]) => [name, limit, periodSeconds]);
    expect(configured).toEqual(told);
    expect(new Set(ratelimits.map(({ namespace_id }) => namespace_id)).size).toBe(ratelimits.length);
  });

  it('let 100 of 200 requests of one key through; another key is not affected', async () => {
    const { key } = await issueKey(worker);
    await inOneWindow();
    const { responses, limited } = await statusesOf(200, () => api(worker, key).get('/api/profiles?limit=1'));
    expect(limited.length).toBeGreaterThanOrEqual(90);
    expect(responses.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(90);
    for (const response of limited) await expectLimited(response, 'key');
    expect((await api(worker, (await issueKey(worker)).key).get('/api/profiles')).status).toBe(200);
  }, 60_000);

  it('are tighter for creating, and outrank the scope', async () => {
    const { key } = await issueKey(worker, { scopes: ['profiles:read'] });
    await inOneWindow(10);
    const { responses, limited } = await statusesOf(15, () => api(worker, key).create());
    expect(responses.filter(({ status }) => status === 403)).toHaveLength(5);
    expect(limited).toHaveLength(10);
    for (const response of limited) await expectLimited(response, 'create');
    expect((await api(worker, key).get('/api/profiles')).status).toBe(200);
  }, 60_000);

  it('count each applicant, and each reviewer, alone', async () => {
    const [one, other] = [await api(worker).created(), await api(worker).created()];
    const read = (token: string) => worker.fetch('/api/applicant', { headers: { authorization: `Bearer ${token}` } });
    await inOneWindow(10);
    const { limited } = await statusesOf(20, () => read(one.token));
    expect(limited).toHaveLength(10);
    await expectLimited(limited[0] as Response, 'applicant');
    expect((await read(other.token)).status).toBe(200);
    const { authorization } = await reviewer();
    const { limited: reviews } = await statusesOf(120, () => worker.fetch('/api/profiles', { headers: authorization }));
    expect(reviews.length).toBeGreaterThanOrEqual(20);
  }, 60_000);
});

describe('failed authentications', () => {
  const failures: [string, RequestInit][] = [
    ['/api/profiles', { headers: { 'x-api-key': 'k'.repeat(40) } }],
    ['/api/profiles', { headers: { authorization: 'Bearer a.b.c' } }],
    ['/api/profiles', {}],
    ['/api/applicant', { headers: { authorization: 'Bearer a.b.c' } }],
  ];
  const from = (address: string, [path, init]: [string, RequestInit]) =>
    worker.fetch(path, { ...init, headers: { ...init.headers, 'cf-connecting-ip': address } });

  it('of any kind are counted by address, and a valid key from there goes on', async () => {
    await inOneWindow(10);
    const { responses, limited } = await statusesOf(20, (i) =>
      from('203.0.113.9', failures[i % 4] as [string, RequestInit]),
    );
    expect(responses.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(limited).toHaveLength(10);
    for (const response of limited) {
      await expectLimited(response, 'failed-authentication');
      expect(response.headers.has('www-authenticate')).toBe(false);
    }
    const valid = { headers: { 'x-api-key': worker.keys.acme } };
    expect((await from('203.0.113.9', ['/api/profiles', valid])).status).toBe(200);
    expect((await from('203.0.113.10', failures[0] as [string, RequestInit])).status).toBe(401);
  }, 60_000);

  it('by password are counted before they are judged, by address and by account', async () => {
    const { email, password } = await reviewer();
    const other = await reviewer();
    const logIn = (address: string, { email, password }: { email: string; password: string }) => {
      const headers = { origin: worker.origin, accept: 'text/html', 'cf-connecting-ip': address };
      return worker.fetch('/dashboard/login', form({ email, password }, headers));
    };
    await inOneWindow();
    for (let i = 0; i < 10; i++) expect((await logIn('203.0.113.30', { email, password: 'wrong' })).status).toBe(401);
    const right = await logIn('203.0.113.31', { email: email.toUpperCase(), password });
    expect([right.status, right.headers.get('retry-after'), right.headers.getSetCookie()]).toEqual([429, '60', []]);
    expect(await right.text()).toMatch(/^<!doctype html>/i);
    expect((await logIn('203.0.113.30', other)).status).toBe(429);
    expect((await logIn('203.0.113.31', other)).status).toBe(303);
  }, 60_000);

  it('share a count within an IPv6 /64, and not beyond', async () => {
    await inOneWindow(10);
    const wrong = failures[0] as [string, RequestInit];
    const { limited } = await statusesOf(20, (i) => from(`2001:db8:1:2:${i + 1}::${i + 1}`, wrong));
    expect(limited).toHaveLength(10);
    expect((await from('2001:db8:1:3::1', wrong)).status).toBe(401);
  }, 60_000);

  it('count a revoked link as well', async () => {
    const { id, token } = await api(worker).created();
    await api(worker).post(`/api/profiles/${id}/link`, { revoke_previous: true });
    await inOneWindow(10);
    const revoked: [string, RequestInit] = ['/api/applicant', { headers: { authorization: `Bearer ${token}` } }];
    const statuses = [];
    // One by one: the applicant's own limit is 10 as well, and the failed ones are its only requests.
    for (let i = 0; i < 10; i++) statuses.push((await from('203.0.113.20', revoked)).status);
    statuses.push((await from('203.0.113.20', failures[0] as [string, RequestInit])).status);
    expect(statuses).toEqual([...Array(10).fill(401), 429]);
  }, 60_000);
});

describe('a limiter that is not bound', () => {
  it('is named by /readyz, and closes what it should guard', async () => {
    const own = await startWorker({}, { limits: { CREATE_LIMITER: 0, APPLICANT_LIMITER: 0 } });
    expect(await problemOf(await own.fetch('/readyz'))).toMatchObject({
      status: 503,
      code: 'not_configured',
      bindings: ['CREATE_LIMITER', 'APPLICANT_LIMITER'],
    });
    expect((await api(own).create()).status).toBe(503);
    expect((await api(own).get('/api/profiles')).status).toBe(200);
    await own.stop();
  });
});
