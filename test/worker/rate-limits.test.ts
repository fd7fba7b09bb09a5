import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { createManagedKey } from '../../src/auth/managed-key-format.ts';
import { RATE_LIMITS } from '../../src/lib/rate-limits.ts';
import { api, problemOf, reviewer, superuser, tokenOf } from '../support/api.ts';
import { form } from '../support/browser/dashboard.ts';
import { issueKey } from '../support/keys.ts';
import { startProxiedWorker, startWorker, type TestWorker } from '../support/worker.ts';

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

  const logIn = (address: string, { email, password }: { email: string; password: string }, at = worker) => {
    const headers = { origin: at.origin, accept: 'text/html', 'cf-connecting-ip': address };
    return at.fetch('/dashboard/login', form({ email, password }, headers));
  };

  it('by password are counted before they are judged, by address', async () => {
    const one = await reviewer();
    const other = await reviewer();
    await inOneWindow();
    for (let i = 0; i < 10; i++) {
      expect((await logIn('203.0.113.30', { email: one.email, password: 'wrong' })).status).toBe(401);
    }
    for (const account of [one, other]) {
      const right = await logIn('203.0.113.30', account);
      expect([right.status, right.headers.get('retry-after'), right.headers.getSetCookie()]).toEqual([429, '60', []]);
      expect(await right.text()).toMatch(/^<!doctype html>/i);
    }
    expect((await logIn('203.0.113.31', other)).status).toBe(303);
  }, 60_000);

  it('from many addresses slow an account’s login down, and never lock its reviewer out', async () => {
    const own = await startWorker({}, { limits: { FAILED_AUTH_LIMITER: 2 } });
    const { email, password } = await reviewer();
    await inOneWindow();
    for (const address of ['203.0.113.50', '203.0.113.51', '203.0.113.52']) {
      expect((await logIn(address, { email: email.toUpperCase(), password: 'wrong' }, own)).status).toBe(401);
    }
    const startedAt = Date.now();
    expect((await logIn('203.0.113.53', { email, password }, own)).status).toBe(303);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(2_000);
    expect(own.logs().join('\n')).toContain('"event":"login_slowed"');
    await own.stop();
  }, 60_000);

  it('by key leave the login of that address alone, and the other way round', async () => {
    const account = await reviewer();
    await inOneWindow();
    const { limited } = await statusesOf(15, () => from('203.0.113.40', failures[0] as [string, RequestInit]));
    expect(limited).toHaveLength(5);
    expect((await logIn('203.0.113.40', account)).status).toBe(303);
    for (let i = 0; i < 10; i++) await logIn('203.0.113.41', { email: account.email, password: 'wrong' });
    expect((await logIn('203.0.113.41', account)).status).toBe(429);
    expect((await from('203.0.113.41', failures[0] as [string, RequestInit])).status).toBe(401);
  }, 60_000);

  it('share a count within an IPv6 /64, and not beyond', async () => {
    await inOneWindow(10);
    const wrong = failures[0] as [string, RequestInit];
    const { limited } = await statusesOf(20, (i) => from(`2001:db8:1:2:${i + 1}::${i + 1}`, wrong));
    expect(limited).toHaveLength(10);
    expect((await from('2001:db8:1:3::1', wrong)).status).toBe(401);
  }, 60_000);

  it('count a revoked link by itself, and leave the new link of that applicant its limit', async () => {
    const { id, token } = await api(worker).created();
    const renewed = async (id: string) => {
      const answer = await api(worker).post(`/api/profiles/${id}/link`, { revoke_previous: true });
      return { token: tokenOf(((await answer.json()) as { redirect_url: string }).redirect_url) };
    };
    await renewed(id);
    await inOneWindow(10);
    const revoked: [string, RequestInit] = ['/api/applicant', { headers: { authorization: `Bearer ${token}` } }];
    const statuses = [];
    // One by one: the applicant's own limit is 10 as well, and the failed ones are its only requests.
    for (let i = 0; i < 10; i++) statuses.push((await from('203.0.113.20', revoked)).status);
    statuses.push((await from('203.0.113.20', revoked)).status);
    expect(statuses).toEqual([...Array(10).fill(401), 429]);
    expect((await from('203.0.113.20', failures[0] as [string, RequestInit])).status).toBe(401);
    const { token: fresh } = await renewed(id);
    const open: [string, RequestInit] = ['/api/applicant', { headers: { authorization: `Bearer ${fresh}` } }];
    const { limited } = await statusesOf(10, () => from('203.0.113.20', open));
    expect(limited).toEqual([]);
  }, 60_000);
});

describe('an address over its limit of failures', () => {
  it('costs PocketBase nothing more, whatever it makes up; what is known to be good goes on', async () => {
    const { proxy, worker: own } = await startProxiedWorker({ limits: { FAILED_AUTH_LIMITER: 5 } });
    await api(own).created();
    const { key: known } = await issueKey(own);
    const { authorization } = await reviewer();
    const token = authorization.authorization.slice('Bearer '.length);
    const ask = async (headers: Record<string, string>) =>
      (await own.fetch('/api/profiles', { headers: { ...headers, 'cf-connecting-ip': '203.0.113.60' } })).status;
    const good = [{ 'x-api-key': known }, authorization, { 'x-api-key': own.keys.acme }];
    for (const headers of good) expect(await ask(headers)).toBe(200);
    const madeUp = (i: number) => [
      { 'x-api-key': createManagedKey('test', randomBytes(8).toString('hex').slice(0, 15)).key },
      { authorization: `Bearer ${createManagedKey('test', `a${randomBytes(7).toString('hex')}`).key}` },
      { authorization: `Bearer ${token.slice(0, -6)}${String(100_000 + i)}` },
    ];
    await inOneWindow();
    for (let i = 0; i < 2; i++) for (const headers of madeUp(i)) await ask(headers);
    proxy.take();
    for (let i = 2; i < 10; i++) for (const headers of madeUp(i)) expect(await ask(headers)).toBe(429);
    expect(proxy.take().filter((call) => /\/keys\/|auth-refresh/.test(call))).toEqual([]);
    for (const headers of good) expect(await ask(headers)).toBe(200);
    expect(await ask({ 'x-api-key': (await issueKey(own)).key })).toBe(429);
    await own.stop();
  }, 60_000);

  it('is not needed for a revoked link or an ended session to cost PocketBase little', async () => {
    const { proxy, worker: own } = await startProxiedWorker();
    const { id, token } = await api(own).created();
    await api(own).post(`/api/profiles/${id}/link`, { revoke_previous: true });
    const { authorization, id: account } = await reviewer();
    await (await superuser()).collection('reviewers').update(account, { active: false });
    const count = async (path: string, headers: Record<string, string>) => {
      proxy.take();
      for (let i = 0; i < 8; i++) expect((await own.fetch(path, { headers })).status).toBe(401);
      return proxy.take().filter((call) => /applicant|auth-refresh/.test(call)).length;
    };
    expect(await count('/api/applicant', { authorization: `Bearer ${token}` })).toBe(1);
    expect(await count('/api/profiles', authorization)).toBe(1);
    await own.stop();
  });
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
