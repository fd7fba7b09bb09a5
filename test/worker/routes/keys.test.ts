import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import scopes from '../../../pocketbase/hooks/lib/shared/scopes.json' with { type: 'json' };
import { createManagedKey } from '../../../src/auth/managed-key-format.ts';
import { GRANTABLE_SCOPES } from '../../../src/schemas/key.ts';
import { api, json, PNG, problemOf, superuser, UNKNOWN_ID } from '../../support/api.ts';
import { type IssuedKey, issueKey } from '../../support/keys.ts';
import type { CountingProxy } from '../../support/proxy.ts';
import { secret, startProxiedWorker, startWorker, type TestWorker } from '../../support/worker.ts';

let proxy: CountingProxy;
let worker: TestWorker;
let other: TestWorker;
beforeAll(async () => {
  ({ proxy, worker } = await startProxiedWorker());
  other = await startWorker();
  await api(worker).created();
  await api(worker, worker.keys.globex).created();
});
afterAll(async () => {
  await worker.stop();
  await other.stop();
});

const operator = () => api(worker, worker.keys.internal);
const remove = (path: string) =>
  worker.fetch(path, { method: 'DELETE', headers: { 'x-api-key': worker.keys.internal } });
const use = async (key: string, at = worker) => (await api(at, key).get('/api/profiles')).status;

describe('POST /api/keys', () => {
  it('takes a partner of the settings that has no profile yet', async () => {
    const partner = `new-${randomBytes(4).toString('hex')}`;
    const fresh = await startWorker({ VALID_API_KEYS: `${partner}:${secret()}` });
    for (let i = 0; i < 2; i++) expect(await issueKey(fresh, { partner })).toMatchObject({ partner });
    await fresh.stop();
  });

  it('shows the key once; PocketBase holds its digest alone', async () => {
    const { key, id, ...rest } = await issueKey(worker, { name: 'Backend' });
    expect(key).toMatch(new RegExp(`^ek_test_${id}`));
    expect(rest).toMatchObject({ partner: 'acme', name: 'Backend', revoked_at: null, last_used_at: null });
    const list = await (await operator().get('/api/keys?limit=100')).text();
    expect(list).toContain(id);
    expect(list).not.toContain(key);
    const record = JSON.stringify(await (await superuser()).collection('api_keys').getOne(id));
    expect(record).not.toContain(key);
  });

  it('grants the scopes that partners may have, and no other', async () => {
    const grantable = Object.entries(scopes).flatMap(([scope, holders]) =>
      holders.includes('grantable') ? [scope] : [],
    );
    expect([...GRANTABLE_SCOPES].sort()).toEqual(grantable.sort());
    const { key } = await issueKey(worker, { scopes: ['profiles:read'] });
    expect((await api(worker, key).get('/api/profiles')).status).toBe(200);
    const refused = await api(worker, key).create();
    expect(await problemOf(refused)).toMatchObject({ status: 403, required_scope: 'profiles:create' });
    for (const scope of ['status:write', 'notes:read', 'keys:manage', 'partners:manage', 'audit:read', '*']) {
      const response = await operator().post('/api/keys', { partner: 'acme', name: 'x', scopes: [scope] });
      expect([scope, response.status]).toEqual([scope, 422]);
    }
  });

  it('refuses an expiry in the past, an unknown partner, no scope and an unknown field', async () => {
    const good = { partner: 'acme', name: 'x', scopes: ['profiles:read'] };
    for (const [bad, pointer] of [
      [{ expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
      [{ partner: 'nobody-knows' }, '/partner'],
      [{ scopes: [] }, '/scopes'],
      [{ key: 'x' }, '/key'],
    ] as const) {
      const problem = await problemOf(await operator().post('/api/keys', { ...good, ...bad }));
      expect(problem).toMatchObject({ status: 422, errors: [{ pointer }] });
    }
  });
});

describe('a key of the operator’s', () => {
  const issue = (scopes: string[], by = worker.keys.internal) =>
    api(worker, by).post('/api/keys', { partner: null, name: 'Monitoring', scopes });
  const issued = async (scopes: string[]) => (await (await issue(scopes)).json()) as IssuedKey;
  const refusedScopes = { status: 422, code: 'validation_failed', errors: [{ pointer: '/scopes' }] };

  it('is of no partner, a live one whatever the deployment, and does what its scopes say for all partners', async () => {
    const { key, id, ...rest } = await issued(['metrics:read']);
    expect(key).toMatch(new RegExp(`^ek_live_${id}`));
    expect(rest).toMatchObject({ partner: null, scopes: ['metrics:read'] });
    expect((await api(worker, key).get('/api/metrics')).status).toBe(200);
    const refused = await problemOf(await api(worker, key).get('/api/profiles'));
    expect(refused).toMatchObject({ status: 403, required_scope: 'profiles:read' });
    const successor = (await (
      await operator().post(`/api/keys/${id}/rotate`, { grace_seconds: 0 })
    ).json()) as IssuedKey;
    expect(successor).toMatchObject({ partner: null, scopes: ['metrics:read'] });
    expect(successor.key).toMatch(/^ek_live_/);
    expect((await api(worker, successor.key).get('/api/metrics')).status).toBe(200);
    await remove(`/api/keys/${successor.id}`);
    expect((await api(worker, successor.key).get('/api/metrics')).status).toBe(401);
  });

  it('reads one partner’s profiles where it names it', async () => {
    const { key } = await issued(['profiles:read']);
    await api(worker).created();
    await api(worker, worker.keys.globex).created();
    const headers = { 'x-api-key': key, 'x-partner': 'globex' };
    const { items } = (await (await worker.fetch('/api/profiles?limit=100', { headers })).json()) as {
      items: { partner: string }[];
    };
    expect(new Set(items.map(({ partner }) => partner))).toEqual(new Set(['globex']));
  });

  it('grants no more than it has, over profiles nothing, to a partner what partners may have', async () => {
    const { key } = await issued(['keys:manage', 'metrics:read', 'profiles:read']);
    expect((await issue(['metrics:read'], key)).status).toBe(201);
    for (const scope of [
      'audit:read',
      'partners:manage',
      'profiles:read',
      'documents:read',
      'notes:read',
      'status:write',
    ])
      expect([scope, await problemOf(await issue([scope], key))]).toMatchObject([scope, refusedScopes]);
    const toPartner = (scope: string) =>
      api(worker, key).post('/api/keys', { partner: 'acme', name: 'x', scopes: [scope] });
    expect((await toPartner('documents:read')).status).toBe(201);
    expect(await problemOf(await toPartner('metrics:read'))).toMatchObject(refusedScopes);
    const { id: stronger } = await issued(['audit:read']);
    expect(await problemOf(await api(worker, key).post(`/api/keys/${stronger}/rotate`, {}))).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
  });
});

describe('GET /api/keys', () => {
  it('pages through the keys of one partner', async () => {
    const issued: string[] = [];
    for (let i = 0; i < 3; i++) issued.push((await issueKey(worker, { partner: 'globex' })).id);
    const ids: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await operator().get(`/api/keys?partner=globex&limit=2${cursor}`);
      const { items, next_cursor } = (await page.json()) as { items: IssuedKey[]; next_cursor: string | null };
      ids.push(...items.map(({ id }) => id));
      if (!next_cursor) break;
      cursor = `&cursor=${next_cursor}`;
    }
    expect(new Set(ids).size).toBe(ids.length);
    // Another file of the suite may issue one meanwhile.
    expect(ids.filter((id) => issued.includes(id))).toEqual(issued.reverse());
  });
});

describe('a managed key', () => {
  it('reaches its partner’s profiles and names nobody else', async () => {
    const { key } = await issueKey(worker, { partner: 'globex' });
    const own = await api(worker, key).created();
    expect((await api(worker, key).get(`/api/profiles/${own.id}`)).status).toBe(200);
    const foreign = await api(worker).created();
    expect((await api(worker, key).get(`/api/profiles/${foreign.id}`)).status).toBe(404);
    const headers = { 'x-api-key': key, 'x-partner': 'acme' };
    expect((await worker.fetch('/api/profiles', { headers })).status).toBe(400);
  });

  it('costs one call beyond the request’s own, and none once it is known; a typo costs none', async () => {
    const { key, id } = await issueKey(worker);
    const { id: profile } = await api(worker).created();
    const read = () => api(worker, key).get(`/api/profiles/${profile}`);
    const record = `GET /api/edge/profiles/${profile}`;
    proxy.take();
    await read();
    expect(proxy.take()).toEqual([`GET /api/edge/keys/${id}`, record]);
    await read();
    expect(proxy.take()).toEqual([record]);
    const typo = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
    expect(await use(typo)).toBe(401);
    expect(proxy.take()).toEqual([]);
  });

  it('is a 503, not a 401, when it is not known and PocketBase is down; a known one gets as far', async () => {
    const [known, unknown] = [await issueKey(worker), await issueKey(worker)];
    await use(known.key);
    proxy.intercept = (_, answer) => !!answer.destroy();
    for (const { key } of [known, unknown]) expect(await use(key)).toBe(503);
    proxy.intercept = null;
    expect(await use(unknown.key)).toBe(200);
  });

  it('notes its last use', async () => {
    const { key, id } = await issueKey(worker);
    await use(key);
    const { items } = (await (await operator().get('/api/keys?limit=100')).json()) as { items: IssuedKey[] };
    const used = items.find((item) => item.id === id)?.last_used_at ?? '';
    expect(Math.abs(Date.parse(used) - Date.now())).toBeLessThan(10_000);
  });
});

describe('a wrong key', () => {
  it('with a right checksum is no use of the key that it names', async () => {
    const { key, id } = await issueKey(worker);
    const lastUse = async () => (await (await superuser()).collection('api_keys').getOne(id)).last_used_at;
    expect(await use(createManagedKey('test', id).key)).toBe(401);
    expect(await lastUse()).toBe('');
    expect(await use(key)).toBe(200);
    expect(await lastUse()).not.toBe('');
  });
});

describe('POST /api/keys/:id/rotate', () => {
  it('gives one successor, however often it is asked for within the grace', async () => {
    const { id } = await issueKey(worker, { name: 'Once' });
    const answers = await Promise.all(Array.from({ length: 3 }, () => operator().post(`/api/keys/${id}/rotate`, {})));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
    expect(await problemOf(await operator().post(`/api/keys/${id}/rotate`, {}))).toMatchObject({
      code: 'not_found',
      detail: 'The key has a successor already.',
    });
    const { items } = (await (await operator().get('/api/keys?limit=100')).json()) as { items: IssuedKey[] };
    expect(items.filter(({ name }) => name === 'Once')).toHaveLength(2);
  });
});

describe('the end of a key', () => {
  it('comes at once in the isolate that was asked, and a second DELETE is 204', async () => {
    const { key, id } = await issueKey(worker);
    expect(await use(key)).toBe(200);
    expect((await remove(`/api/keys/${id}`)).status).toBe(204);
    expect(await use(key)).toBe(401);
    expect((await remove(`/api/keys/${id}`)).status).toBe(204);
    expect((await remove(`/api/keys/${UNKNOWN_ID}`)).status).toBe(404);
    expect((await operator().post(`/api/keys/${id}/rotate`, {})).status).toBe(404);
  });

  it('comes at once with expiry', async () => {
    const { key } = await issueKey(worker, { expires_at: new Date(Date.now() + 1_500).toISOString() });
    expect(await use(key)).toBe(200);
    await expect.poll(() => use(key), { timeout: 3_000, interval: 100 }).toBe(401);
  });

  it('leaves time to change over when it is rotated', async () => {
    const { key, id, ...first } = await issueKey(worker, { scopes: ['profiles:read'] });
    const response = await operator().post(`/api/keys/${id}/rotate`, { grace_seconds: 2 });
    expect(response.status).toBe(200);
    const successor = (await response.json()) as IssuedKey;
    expect(successor).toMatchObject({ partner: first.partner, name: first.name, scopes: first.scopes });
    expect([await use(key), await use(successor.key)]).toEqual([200, 200]);
    await expect.poll(() => use(key), { timeout: 5_000, interval: 100 }).toBe(401);
    expect(await use(successor.key)).toBe(200);
    const dayLater = Date.now() + 86_400_000;
    await operator().post(`/api/keys/${successor.id}/rotate`, {});
    const { items } = (await (await operator().get('/api/keys?limit=100')).json()) as { items: IssuedKey[] };
    const ends = Date.parse(items.find((item) => item.id === successor.id)?.expires_at ?? '');
    expect(Math.abs(ends - dayLater)).toBeLessThan(10_000);
  });

  it('comes within a minute to another isolate that had it cached, and so do all keys and links of a partner who is shut out', async () => {
    const slug = 'initech';
    const own = await startWorker({ VALID_API_KEYS: `${slug}:${other.keys.acme}` });
    const { token } = await api(own, other.keys.acme).created();
    const headers = { authorization: `Bearer ${token}` };
    const link = async () => (await own.fetch('/api/applicant', { headers })).status;
    const revoked = await issueKey(worker);
    const managed = await issueKey(worker, { partner: slug });
    const ask = async () => [
      await use(revoked.key, own),
      await use(managed.key, own),
      await use(other.keys.acme, own),
      await link(),
    ];
    expect(await ask()).toEqual([200, 200, 200, 200]);
    await remove(`/api/keys/${revoked.id}`);
    const setActive = async (active: boolean) => {
      const change = json({ active }, { 'x-api-key': worker.keys.internal });
      expect((await worker.fetch(`/api/partners/${slug}`, { ...change, method: 'PATCH' })).status).toBe(200);
    };
    await setActive(false);
    await expect.poll(ask, { timeout: 40_000, interval: 1_000 }).toEqual([401, 401, 401, 401]);
    const photo = { method: 'PUT', body: PNG, headers: { ...headers, 'content-type': 'image/png' } };
    expect((await own.fetch('/api/applicant/documents/facial_photo', photo)).status).toBe(401);
    expect((await own.fetch('/api/applicant/submit', { method: 'POST', headers })).status).toBe(401);
    await setActive(true);
    await own.restart(); // which forgets, and need not wait
    expect(await ask()).toEqual([401, 200, 200, 200]);
    await own.stop();
  }, 60_000);
});
