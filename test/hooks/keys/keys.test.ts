import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { auditOf, connect, enrol, type Request } from '../support/client.ts';

const database = new DatabaseSync(join(inject('pocketbase').dir, 'data.db'), { timeout: 10_000 });
let pb: Awaited<ReturnType<typeof connect>>;
let service: Request;
let root: Request;

beforeAll(async () => {
  pb = await connect();
  ({ service, root } = pb);
  await enrol(service); // makes the partner
});

afterAll(() => database.close());

const newKey = () => ({
  id: `a${randomBytes(7).toString('hex')}`,
  digest: createHash('sha256').update(randomUUID()).digest('hex'),
  prefix: 'ek_test_abcd',
});
const fields = (extras = {}) => ({
  ...newKey(),
  partner: 'acme',
  name: 'Server',
  scopes: ['profiles:read'],
  ...extras,
});
const create = async (extras = {}) => {
  const key = fields(extras);
  const answer = await service('POST', '/api/edge/keys', key);
  expect(answer.status).toBe(200);
  return key;
};
const read = (id: string, digest = '') => service('GET', `/api/edge/keys/${id}?digest=${digest}`);
const rotate = (id: string, grace_seconds: number, key = newKey()) =>
  service('POST', `/api/edge/keys/${id}/rotate`, { ...key, grace_seconds });
const revoke = (id: string, headers = {}) => service('POST', `/api/edge/keys/${id}/revoke`, {}, headers);
const path = (id: string) => `/api/collections/api_keys/records/${id}`;
const at = (milliseconds: number) => new Date(milliseconds).toISOString();

describe('a key', () => {
  test('is stored, read for verification, and listed without its digest', async () => {
    const expires_at = at(Date.now() + 86_400_000);
    const key = await create({ expires_at });
    const { id, digest } = key;
    expect((await read(id)).body).toEqual({
      id,
      digest,
      partner: 'acme',
      partner_active: true,
      scopes: ['profiles:read'],
      expires_at: expires_at.replace('T', ' '),
      revoked_at: '',
    });
    const listed = (await service('GET', path(id))).body;
    expect(listed).toMatchObject({ id, partner: 'acme', name: 'Server', prefix: 'ek_test_abcd' });
    expect(JSON.stringify(listed)).not.toContain(digest);
    expect(await read('nosuchkey000000')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  test.each([
    ['an unknown partner', { partner: 'nobody' }, '/partner'],
    ['no partner', { partner: undefined }, '/partner'],
    ['a scope that partners cannot have', { scopes: ['profiles:read', 'keys:manage'] }, '/scopes'],
    ['no scope', { scopes: [] }, '/scopes'],
    ['the operator, with a scope that nobody has', { partner: '*', scopes: ['metrics:read', 'root'] }, '/scopes'],
    ['no name', { name: '' }, '/name'],
    ['a digest that is none', { digest: 'ek_live_secret' }, '/digest'],
  ])('for %s is 422', async (_, extras, pointer) => {
    expect(await service('POST', '/api/edge/keys', fields(extras))).toMatchObject({
      status: 422,
      body: { code: 'validation_failed', errors: [{ pointer }] },
    });
  });

  test('shows whether its partner is active', async () => {
    const partner = `p-${randomUUID().slice(0, 8)}`;
    const made = await service('POST', '/api/collections/partners/records', { slug: partner, name: 'P', active: true });
    const { id } = await create({ partner });
    await service('PATCH', `/api/collections/partners/records/${made.body.id}`, { active: false });
    expect((await read(id)).body).toMatchObject({ partner_active: false });
  });

  test('notes its use at most once a minute, and touches nothing else', async () => {
    const { id, digest } = await create();
    const stored = () => database.prepare('SELECT * FROM api_keys WHERE id = ?').get(id);
    const before = stored();
    await Promise.all(Array.from({ length: 10 }, () => read(id, digest)));
    const first = stored();
    expect(Date.now() - Date.parse(String(first?.last_used_at))).toBeLessThan(10_000);
    expect({ ...first, last_used_at: '' }).toEqual(before);
    await read(id, digest);
    expect(stored()).toEqual(first);
    database.prepare('UPDATE api_keys SET last_used_at = ? WHERE id = ?').run('2026-01-01 00:00:00.000Z', id);
    await read(id, digest);
    expect(stored()?.last_used_at).not.toBe('2026-01-01 00:00:00.000Z');
  });
});

describe('a wrong key', () => {
  test('is no use of the key that it names', async () => {
    const { id } = await create();
    await read(id);
    await read(id, newKey().digest);
    expect(database.prepare('SELECT last_used_at FROM api_keys WHERE id = ?').get(id)).toEqual({ last_used_at: '' });
  });
});

describe('rotation', () => {
  test('gives a successor of the same rights, and ends the predecessor after its grace', async () => {
    const expires_at = at(Date.now() + 30 * 86_400_000);
    const key = await create({ scopes: ['profiles:create', 'profiles:read'], expires_at });
    const next = newKey();
    const answer = await rotate(key.id, 3600, next);
    expect(answer).toMatchObject({ status: 200, body: { id: next.id, partner: 'acme', name: 'Server' } });
    const stored = (await read(next.id)).body;
    expect(stored).toMatchObject({ scopes: key.scopes, expires_at: expires_at.replace('T', ' '), digest: next.digest });
    const ends = Date.parse((await read(key.id)).body.expires_at);
    expect(Math.abs(ends - Date.now() - 3_600_000)).toBeLessThan(10_000);
  });

  test('never prolongs the predecessor, and gives the full term again', async () => {
    const end = Date.now() + 60_000;
    const key = await create({ expires_at: at(end) });
    const [second, third] = [newKey(), newKey()];
    await rotate(key.id, 86_400, second);
    // A millisecond early: so it is told from a key that has no successor.
    expect(Date.parse((await read(key.id)).body.expires_at)).toBe(end - 1);
    await rotate(second.id, 10, third);
    expect(Date.parse((await read(third.id)).body.expires_at)).toBe(end);
    expect(Date.parse((await read(second.id)).body.expires_at)).toBeLessThan(Date.now() + 11_000);
  });

  test.each([
    ['without an end', undefined, 60],
    ['that ends before the grace', at(Date.now() + 600_000), 86_400],
  ])('of a key %s gives one successor, however often and at once it is asked for', async (_, expires_at, grace) => {
    const key = await create({ expires_at });
    const next = Array.from({ length: 8 }, () => newKey());
    const answers = await Promise.all(next.map((successor) => rotate(key.id, grace, successor)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(404)]);
    const made = await Promise.all(next.map(({ id }) => read(id)));
    expect(made.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await rotate(key.id, grace)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  test('of a key without an end gives one without an end', async () => {
    const key = await create();
    const next = newKey();
    await rotate(key.id, 0, next);
    expect((await read(next.id)).body.expires_at).toBe('');
    expect(Date.parse((await read(key.id)).body.expires_at)).toBeLessThanOrEqual(Date.now());
  });

  test('of a revoked, an expired or an unknown key is 404, and makes none', async () => {
    const [revoked, expired] = [await create(), await create({ expires_at: at(Date.now() - 1000) })];
    await revoke(revoked.id);
    for (const id of [revoked.id, expired.id, 'nosuchkey000000']) {
      const next = newKey();
      expect(await rotate(id, 60, next)).toMatchObject({ status: 404, body: { code: 'not_found' } });
      expect((await read(next.id)).status).toBe(404);
    }
  });
});

describe('revocation', () => {
  test('happens once', async () => {
    const { id } = await create();
    const first = (await revoke(id)).body.revoked_at;
    expect(first).toBeTruthy();
    expect((await revoke(id)).body.revoked_at).toBe(first);
    expect((await read(id)).body.revoked_at).toBe(first);
    expect(await auditOf(service, `target = "${id}" && action = "key.revoked"`)).toHaveLength(1);
  });

  test('is a superuser’s too, in the admin UI, where nothing else about a key changes', async () => {
    const { id, digest } = await create();
    const forged = { digest: 'f'.repeat(64), scopes: ['keys:manage'], partner: 'globex', expires_at: '' };
    await root('PATCH', path(id), { ...forged, name: 'Renamed', revoked_at: '2026-01-01 00:00:00.000Z' });
    expect((await read(id)).body).toMatchObject({
      digest,
      partner: 'acme',
      scopes: ['profiles:read'],
      revoked_at: '2026-01-01 00:00:00.000Z',
    });
    expect(await auditOf(service, `target = "${id}" && action = "key.revoked"`)).toMatchObject([
      { actor_type: 'superuser', partner: 'acme' },
    ]);
    const refused = { status: 403, body: { code: 'forbidden' } };
    expect(await root('PATCH', path(id), { revoked_at: '' })).toMatchObject(refused);
    expect(await root('DELETE', path(id))).toMatchObject(refused);
    expect(await root('POST', '/api/collections/api_keys/records', fields())).toMatchObject(refused);
  });
});

describe('another partner', () => {
  const foreign = { 'x-partner': 'globex' };

  test('makes, sees, rotates and revokes none', async () => {
    const { id } = await create();
    expect(await service('POST', '/api/edge/keys', fields(), foreign)).toMatchObject({ status: 403 });
    expect(await service('GET', path(id), undefined, foreign)).toMatchObject({ status: 404 });
    expect(await revoke(id, foreign)).toMatchObject({ status: 404 });
    const body = { ...newKey(), grace_seconds: 1 };
    expect(await service('POST', `/api/edge/keys/${id}/rotate`, body, foreign)).toMatchObject({ status: 404 });
    expect((await read(id)).body).toMatchObject({ revoked_at: '', expires_at: '' });
  });

  test('changes no partner, and nobody changes a slug', async () => {
    const slug = `p-${randomUUID().slice(0, 8)}`;
    const own = { 'x-partner': slug };
    const refused = await service('POST', '/api/collections/partners/records', { slug, name: 'P' }, own);
    expect(refused.status).toBe(400);
    const fieldsOf = { slug, name: 'P', active: true, retention_days: 30, expire_after_days: 7 };
    const { id } = (await service('POST', '/api/collections/partners/records', fieldsOf)).body;
    const record = `/api/collections/partners/records/${id}`;
    expect(await service('PATCH', record, { name: 'Q' }, own)).toMatchObject({ status: 404 });
    expect(await service('PATCH', record, { name: 'Q' })).toMatchObject({ status: 200, body: { name: 'Q' } });
    expect(await service('PATCH', record, { slug: 'other' })).toMatchObject({ status: 422 });
    const again = await service('POST', '/api/collections/partners/records', { slug, name: 'P' });
    expect(again).toMatchObject({ status: 400, body: { data: { slug: { code: 'validation_not_unique' } } } });
    expect(await service('DELETE', record)).toMatchObject({ status: 403 });
  });
});
