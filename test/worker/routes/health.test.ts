import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, applicantData, json, problemOf } from '../../support/api.ts';
import { secret, startProxiedWorker, startWorker, type TestWorker } from '../../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

/** What a Worker with these settings answers. */
async function withSettings(settings: Record<string, string | undefined>, test: (worker: TestWorker) => Promise<void>) {
  const own = await startWorker(settings);
  await test(own).finally(own.stop);
}

/** Each well-formed as far as it goes, and too weak to hold. */
function weakSettings(): Record<string, { settings: Record<string, string>; refused: string[] }> {
  const [one, short] = [secret(), secret().slice(0, 31)];
  const frontend = 'http://verify.example.com';
  const both = (...names: string[]) => ({
    settings: Object.fromEntries(names.map((name) => [name, one])),
    refused: names,
  });
  return {
    'a short service password': {
      settings: { POCKETBASE_SERVICE_PASSWORD: short },
      refused: ['POCKETBASE_SERVICE_PASSWORD'],
    },
    "a partner's short key": { settings: { VALID_API_KEYS: `acme:${short}` }, refused: ['VALID_API_KEYS'] },
    'an internal short key': { settings: { INTERNAL_API_KEYS: `ops:${short}` }, refused: ['INTERNAL_API_KEYS'] },
    'a short secret behind a long one': { settings: { LINK_SECRET: `${one},${short}` }, refused: ['LINK_SECRET'] },
    'one secret in three settings': both('LINK_SECRET', 'SESSION_SECRET', 'DATA_SECRET'),
    'the service password as a secret': both('POCKETBASE_SERVICE_PASSWORD', 'DATA_SECRET'),
    'a key as a secret': {
      settings: { VALID_API_KEYS: `acme:${one}`, SESSION_SECRET: one },
      refused: ['VALID_API_KEYS', 'SESSION_SECRET'],
    },
    'an old secret of one list as the new one of another': {
      settings: { LINK_SECRET: `${secret()},${one}`, DATA_SECRET: one },
      refused: ['LINK_SECRET', 'DATA_SECRET'],
    },
    'an http: frontend in production': {
      settings: { DEPLOYMENT: 'production', KYC_FRONTEND_URL: frontend },
      refused: ['KYC_FRONTEND_URL'],
    },
    'an http: frontend where DEPLOYMENT is unknown': {
      settings: { DEPLOYMENT: 'staging', KYC_FRONTEND_URL: frontend },
      refused: ['DEPLOYMENT', 'KYC_FRONTEND_URL'],
    },
  };
}

describe('GET /readyz', () => {
  it('is 200 when settings, PocketBase, service account and schema are usable', async () => {
    expect(await (await worker.fetch('/readyz')).json()).toEqual({ status: 'ready' });
  });

  it('asks PocketBase once in two seconds, however often it is asked', async () => {
    const { proxy, worker: own } = await startProxiedWorker();
    expect((await own.fetch('/readyz')).status).toBe(200);
    proxy.take();
    const answers = await Promise.all(Array.from({ length: 50 }, () => own.fetch('/readyz')));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(proxy.take().length).toBeLessThanOrEqual(1);
    proxy.intercept = (_, answer) => !!answer.destroy();
    await expect.poll(async () => (await own.fetch('/readyz')).status, { timeout: 5_000 }).toBe(503);
    proxy.intercept = null;
    await expect.poll(async () => (await own.fetch('/readyz')).status, { timeout: 5_000 }).toBe(200);
    await own.stop();
  });

  it('names missing and malformed settings and never a value; what needs none of them goes on', async () => {
    const value = 'short-but-secret';
    await withSettings({ LINK_SECRET: value, DATA_SECRET: undefined, LINK_TTL_SECONDS: 'soon' }, async (own) => {
      const response = await own.fetch('/readyz');
      const text = await response.clone().text();
      expect(await problemOf(response)).toMatchObject({
        status: 503,
        code: 'not_configured',
        settings: ['LINK_SECRET', 'DATA_SECRET', 'LINK_TTL_SECONDS'],
      });
      expect(text).not.toContain(value);
      expect(await problemOf(await api(own).create())).toMatchObject({ status: 503, code: 'not_configured' });
      expect((await own.fetch('/healthz')).status).toBe(200);
    });
  });

  it('refuses a key in both lists, and a service account that is wrong', async () => {
    const key = secret();
    await withSettings({ VALID_API_KEYS: key, INTERNAL_API_KEYS: `ops:${key}` }, async (own) => {
      expect(await problemOf(await own.fetch('/readyz'))).toMatchObject({
        settings: ['VALID_API_KEYS', 'INTERNAL_API_KEYS'],
      });
      expect((await own.fetch('/api/profiles/create', json(applicantData(), { 'x-api-key': key }))).status).toBe(503);
    });
    await withSettings({ POCKETBASE_SERVICE_PASSWORD: secret() }, async (own) => {
      expect(await problemOf(await own.fetch('/readyz'))).toMatchObject({ status: 503, code: 'upstream_unavailable' });
    });
  });

  it.each(Object.entries(weakSettings()))('refuses %s', async (_, { settings, refused }) => {
    await withSettings(settings, async (own) => {
      const response = await own.fetch('/readyz');
      const text = await response.clone().text();
      expect(await problemOf(response)).toMatchObject({ status: 503, code: 'not_configured', settings: refused });
      for (const value of Object.values(settings)) expect(text).not.toContain(value);
    });
  });

  it('takes an http: frontend in development, a secret twice in one list, and one name in both lists', async () => {
    const twice = secret();
    await withSettings(
      {
        KYC_FRONTEND_URL: 'http://verify.example.com',
        LINK_SECRET: `${twice},${twice}`,
        VALID_API_KEYS: `acme:${secret()}`,
        INTERNAL_API_KEYS: `acme:${secret()}`,
      },
      async (own) => expect((await own.fetch('/readyz')).status).toBe(200),
    );
  });
});

describe('a bare key', () => {
  it('belongs to the partner `default`', async () => {
    const key = secret();
    await withSettings({ VALID_API_KEYS: key, INTERNAL_API_KEYS: `ops:${secret()}` }, async (own) => {
      const { id } = await api(own, key).created();
      expect(await (await api(own, key).get(`/api/profiles/${id}`)).json()).toMatchObject({ partner: 'default' });
    });
  });
});

describe('GET /verify/:id', () => {
  it('redirects to the hosted frontend, or serves the page that says there is none', async () => {
    const response = await worker.fetch('/verify/aaaaaaaaaaaaaaa');
    expect([response.status, response.headers.get('location')]).toEqual([302, `${worker.frontend}/aaaaaaaaaaaaaaa`]);
    const mistyped = await worker.fetch('/verify/aaaa', { headers: { accept: 'text/html' } });
    expect([mistyped.status, (await problemOf(mistyped)).code]).toEqual([404, 'not_found']);
    await withSettings({ KYC_FRONTEND_URL: '' }, async (own) => {
      const { redirect_url } = await api(own).created();
      expect(redirect_url).toContain(`${own.origin}/verify/`);
      const page = await own.fetch(new URL(redirect_url as string).pathname);
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
    });
  });

  it('answers a mistyped link with a page to a browser, and with a problem to a program', async () => {
    const [browser, program] = ['text/html; charset=UTF-8', 'application/problem+json'];
    await withSettings({ KYC_FRONTEND_URL: '' }, async (own) => {
      for (const [accept, type] of [
        ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', browser],
        ['application/json, text/html;q=0.5', browser],
        ['application/json, text/html;q=0', program],
        ['application/json', program],
        ['*/*', program],
      ] as const) {
        const response = await own.fetch('/verify/aaaa', { headers: { accept } });
        expect([accept, response.status, response.headers.get('content-type')]).toEqual([accept, 404, type]);
      }
    });
  });
});

describe('every answer', () => {
  it("carries the caller's request id if it is well-formed, else a new one, and the security headers", async () => {
    const requestId = async (value: string) =>
      (await worker.fetch('/nothing', { headers: { 'x-request-id': value } })).headers.get('x-request-id');
    expect(await requestId('my.request-1_A')).toBe('my.request-1_A');
    for (const value of ['a b', 'x'.repeat(65), '<script>']) expect(await requestId(value)).toMatch(/^[0-9a-f-]{36}$/);
    const { headers } = await worker.fetch('/');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});
