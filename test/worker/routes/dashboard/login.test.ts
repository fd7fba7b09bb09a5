import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginSession, IDLE_MS, LIFE_MS, sealSession } from '../../../../src/auth/session.ts';
import { api, PNG, problemOf, reviewer, superuser, UNKNOWN_ID } from '../../../support/api.ts';
import {
  cookieOf,
  type DashboardClient,
  dashboardClient,
  form,
  postLogin,
} from '../../../support/browser/dashboard.ts';
import { startPocketBase, type TestPocketBase } from '../../../support/pocketbase.ts';
import { secret, startWorker, type TestWorker } from '../../../support/worker.ts';

const SESSION_SECRET = secret();
/** One of its own: what others change, streams of this file would hear of. */
let pocketbase: TestPocketBase;
let worker: TestWorker;
let anna: DashboardClient;
let ben: DashboardClient;
beforeAll(async () => {
  pocketbase = await startPocketBase();
  worker = await startWorker({ SESSION_SECRET }, { pocketbase });
  anna = await dashboardClient(worker, 'Anna', pocketbase);
  ben = await dashboardClient(worker, 'Ben', pocketbase);
});
afterAll(async () => {
  await worker.stop();
  await pocketbase.stop();
});

/** A profile with a front side, submitted. */
async function submitted(overrides = {}): Promise<string> {
  const { id } = await api(worker).created(overrides);
  await api(worker).upload(id, 'document_front', PNG, { 'content-type': 'image/png' });
  await api(worker).decide(id, { status: 'pending' });
  return id;
}

describe('POST /dashboard/login', () => {
  it('begins a session in a cookie that no script and no other site can use', async () => {
    const { email, password } = anna.reviewer;
    const response = await postLogin(worker, { email, password, next: '/dashboard?status=approved' });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/dashboard?status=approved');
    const [cookie = ''] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^ekyc_session=[\w-]+; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  it('goes nowhere but to the dashboard', async () => {
    const { email, password } = anna.reviewer;
    for (const next of [
      'https://evil.example',
      '//evil.example',
      '/dashboard//evil.example',
      '/api/profiles',
      '/dashboardx',
    ]) {
      const response = await postLogin(worker, { email, password, next });
      expect(response.headers.get('location')).toBe(next === '/dashboard//evil.example' ? next : '/dashboard');
    }
  });

  it.each([
    ['a wrong password', (account: { email: string }) => ({ email: account.email, password: 'wrong' })],
    ['an unknown email', () => ({ email: 'nobody@example.com', password: 'wrong' })],
    ['nothing', () => ({})],
  ])('refuses %s with the same words, and logs it without the email', async (_, fields) => {
    const before = worker.logs().length;
    const response = await postLogin(worker, fields(anna.reviewer) as Record<string, string>);
    expect(response.status).toBe(401);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await response.text()).toContain('Email and password do not belong to an active reviewer.');
    const logs = () => worker.logs().slice(before).join('\n');
    await expect.poll(logs).toContain('"outcome":"refused","credential":"password"');
    expect(logs()).not.toMatch(/@|wrong/);
  });

  it('refuses a reviewer who is not active', async () => {
    const account = await reviewer('Reviewer', pocketbase);
    await (await superuser(pocketbase)).collection('reviewers').update(account.id, { active: false });
    expect((await postLogin(worker, { email: account.email, password: account.password })).status).toBe(401);
  });

  it('takes no form of another site', async () => {
    const { email, password } = anna.reviewer;
    expect((await postLogin(worker, { email, password }, 'https://evil.example')).status).toBe(403);
    expect((await postLogin(worker, { email, password }, 'null')).status).toBe(403);
    expect((await worker.fetch('/dashboard/login', form({ email, password }, {}))).status).toBe(403);
  });
});

describe('a form that is none', () => {
  it.each(['/dashboard/login', '/dashboard/logout'])('is the sender’s fault at %s', async (path) => {
    const headers = { ...form({}, {}).headers, origin: worker.origin, cookie: anna.cookie };
    const body = 'no boundary in sight';
    const type = { 'content-type': 'multipart/form-data; boundary=x' };
    const response = await worker.fetch(path, { method: 'POST', body, headers: { ...headers, ...type } });
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'invalid_request' });
  });
});

describe('a form that is too large', () => {
  it('is refused, but first of all whoever may send none', async () => {
    const id = await submitted();
    const path = `/dashboard/profiles/${id}/notes`;
    const text = 'x'.repeat(70_000);
    const codeWith = async (headers: Record<string, string>) =>
      (await problemOf(await anna.post(path, { text }, { accept: 'application/json', ...headers }))).code;
    expect(await codeWith({})).toBe('payload_too_large');
    expect(await codeWith({ cookie: '' })).toBe('unauthenticated');
    expect(await codeWith({ origin: 'https://evil.example' })).toBe('forbidden');
  });
});

describe('the session', () => {
  const sessionAt = async (created: number, seen: number) => {
    const { id, token } = anna.reviewer;
    const session = { ...beginSession({ id, name: 'Anna', token }, created), seen };
    return `ekyc_session=${await sealSession(session, [SESSION_SECRET])}`;
  };

  it('is over after half an hour without activity, and after twelve hours', async () => {
    const now = Date.now();
    const statusWith = async (cookie: string) => (await anna.get('/dashboard', { cookie })).status;
    expect(await statusWith(await sessionAt(now, now))).toBe(200);
    expect(await statusWith(await sessionAt(now - IDLE_MS, now - IDLE_MS))).toBe(303);
    expect(await statusWith(await sessionAt(now - LIFE_MS, now))).toBe(303);
  });

  it('is renewed by what a reviewer does, and not by what the page fetches by itself', async () => {
    const seen = Date.now() - 120_000;
    const cookie = await sessionAt(seen, seen);
    expect(cookieOf(await anna.get('/dashboard', { cookie }))).toMatch(/^ekyc_session=./);
    expect(cookieOf(await anna.get('/dashboard/session', { cookie, accept: '*/*' }))).toMatch(/^ekyc_session=./);
    expect(cookieOf(await anna.get('/dashboard', { cookie, 'x-live': '1' }))).toBe('');
  });

  it('leads a page to the login and back, and tells what a page fetches', async () => {
    const cookie = `${anna.cookie.slice(0, -2)}xx`;
    const page = await anna.get(`/dashboard/profiles/${UNKNOWN_ID}`, { cookie });
    expect(page.status).toBe(303);
    expect(page.headers.get('location')).toBe(`/dashboard/login?next=%2Fdashboard%2Fprofiles%2F${UNKNOWN_ID}`);
    for (const headers of [{ 'x-live': '1' }, { accept: 'text/event-stream' }, { accept: 'image/*' }]) {
      const response = await anna.get('/dashboard', { cookie, ...headers });
      expect(await problemOf(response)).toMatchObject({ status: 401, code: 'unauthenticated' });
    }
  });

  it('needs a same-origin Origin and the CSRF token for whatever changes something', async () => {
    const id = await submitted();
    const path = `/dashboard/profiles/${id}/notes`;
    const refused = [
      await anna.post(path, { text: 'x' }, { origin: 'https://evil.example' }),
      await anna.post(path, { text: 'x' }, { origin: 'null' }),
      await anna.post(path, { text: 'x', csrf: '' }),
      await anna.post(path, { text: 'x', csrf: ben.csrf }),
      await worker.fetch(path, form({ text: 'x', csrf: anna.csrf }, { cookie: anna.cookie })),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect((await anna.post(path, { text: 'kept' })).status).toBe(303);
    const byHeader = { cookie: anna.cookie, origin: worker.origin, 'x-csrf-token': anna.csrf };
    expect((await worker.fetch(path, form({ text: 'kept too' }, byHeader))).status).toBe(303);
    const page = await (await anna.get(`/dashboard/profiles/${id}`)).text();
    expect(page.match(/<p class="said">(.*?)<\/p>/g)).toEqual([
      '<p class="said">kept too</p>',
      '<p class="said">kept</p>',
    ]);
  });

  it('counts nowhere outside of the dashboard', async () => {
    const id = await submitted();
    for (const path of [
      `/api/profiles/${id}`,
      `/api/status_history/${id}`,
      `/api/profiles/${id}/documents/document_front`,
    ]) {
      expect((await worker.fetch(path, { headers: { cookie: anna.cookie } })).status).toBe(401);
    }
  });

  it('is not what an API key, a bearer token or an applicant’s link is', async () => {
    const profile = await api(worker).created();
    for (const headers of [
      { 'x-api-key': worker.keys.internal },
      anna.reviewer.authorization,
      { authorization: `Bearer ${profile.token}` },
    ]) {
      expect((await worker.fetch('/dashboard/session', { headers })).status).toBe(401);
    }
  });

  it('ends with the logout, also where its cookie was copied to, and so do the reviewer’s other sessions', async () => {
    const { email, password } = ben.reviewer;
    const elsewhere = cookieOf(await postLogin(worker, { email, password }));
    const statusWith = async (cookie: string) => (await ben.get('/dashboard', { cookie })).status;
    expect([await statusWith(ben.cookie), await statusWith(elsewhere)]).toEqual([200, 200]);
    const response = await ben.post('/dashboard/logout');
    expect(await statusWith(ben.cookie)).toBe(303);
    // A new isolate remembers nothing, and an old one 30 s.
    await worker.restart();
    expect([await statusWith(ben.cookie), await statusWith(elsewhere)]).toEqual([303, 303]);
    expect((await worker.fetch('/api/profiles', { headers: ben.reviewer.authorization })).status).toBe(401);
    expect(await anna.get('/dashboard')).toMatchObject({ status: 200 });
    expect((await postLogin(worker, { email, password })).status).toBe(303);
    expect(response.headers.get('location')).toBe('/dashboard/login');
    expect(response.headers.getSetCookie()).toEqual(['ekyc_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict']);
  });

  it('is over within 30 seconds when the reviewer is deactivated', async () => {
    const eve = await dashboardClient(worker, 'Eve', pocketbase);
    await (await superuser(pocketbase)).collection('reviewers').update(eve.reviewer.id, { active: false });
    // A new isolate remembers nothing: what an old one remembers for 30 s, test/routes of the API's reviewers show.
    await worker.restart();
    const response = await eve.get('/dashboard');
    expect([response.status, response.headers.get('location')]).toEqual([303, '/dashboard/login']);
  });
});

describe('in production', () => {
  it('the cookie is bound to this host and to HTTPS', async () => {
    const production = await startWorker({ DEPLOYMENT: 'production', SESSION_SECRET }, { pocketbase });
    try {
      const { email, password } = anna.reviewer;
      const [cookie = ''] = (await postLogin(production, { email, password })).headers.getSetCookie();
      expect(cookie).toMatch(/^__Host-ekyc_session=[\w-]+; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
      const unprefixed = cookie.replace('__Host-', '').split(';')[0] ?? '';
      const statusWith = async (value: string) =>
        (await production.fetch('/dashboard/session', { headers: { cookie: value } })).status;
      expect(await statusWith(unprefixed)).toBe(401);
      expect(await statusWith(cookie.split(';')[0] ?? '')).toBe(204);
    } finally {
      await production.stop();
    }
  });
});
