import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import schema from '../../../pocketbase/hooks/lib/shared/schema.json' with { type: 'json' };
import table from '../../../pocketbase/hooks/lib/shared/statuses.json' with { type: 'json' };
import { connect, enrol, historyOf, profilePath, type Request } from '../support/client.ts';
import { photo } from '../support/photo.ts';

const { port } = inject('pocketbase');
const COLLECTIONS = [
  'profiles',
  'status_history',
  'notes',
  'partners',
  'api_keys',
  'audit_log',
  'idempotency_keys',
  'services',
  'reviewers',
];
let pb: Awaited<ReturnType<typeof connect>>;
let service: Request;
let root: Request;

beforeAll(async () => {
  pb = await connect();
  ({ service, root } = pb);
});

/** Sends the path as it is written; `fetch` would tidy it up. */
const raw = (method: string, path: string, authorization: string, body: string) =>
  new Promise<number>((resolve, reject) => {
    const headers = { authorization, 'content-type': 'application/json' };
    request({ port, method, path, headers }, (response) => resolve(response.resume().statusCode ?? 0))
      .on('error', reject)
      .end(body);
  });

describe('a request without a valid token', () => {
  const expired = 'eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.x';

  test.each([
    ['GET', '/api/collections/profiles/records'],
    ['GET', '/api/collections/profiles/records/abcdefghijklmno'],
    ['POST', '/api/collections/profiles/records'],
    ['PATCH', '/api/collections/pbc_3414089001/records/abcdefghijklmno'],
    ['DELETE', '/api/collections/no-such-collection/records/abcdefghijklmno'],
    ['GET', '/api/realtime'],
    ['POST', '/api/realtime'],
    ['POST', '/api/batch'],
    ['GET', '/api/files/profiles/abcdefghijklmno/photo.png'],
    ['GET', '/api/files/profiles/abcdefghijklmno/photo.png?token=forged'],
    ['POST', '/api/files/token'],
    ['GET', '/api/edge/schema'],
    ['POST', '/api/edge/profiles'],
    ['POST', '/api/edge/profiles/abcdefghijklmno/status'],
    ['POST', '/api/edge/profiles/abcdefghijklmno/link'],
    ['POST', '/api/edge/profiles/abcdefghijklmno/notes'],
    ['POST', '/api/edge/profiles/abcdefghijklmno/redact'],
    ['GET', '/api/edge/profiles/abcdefghijklmno/documents/facial_photo'],
    ['POST', '/api/edge/keys'],
    ['GET', '/api/edge/keys/abcdefghijklmno'],
    ['POST', '/api/edge/keys/abcdefghijklmno/rotate'],
    ['POST', '/api/edge/keys/abcdefghijklmno/revoke'],
    ['POST', '/api/edge/sweep'],
    ['GET', '/api/edge/metrics'],
    ['POST', '/api/edge/rekey'],
    ['POST', '/api/edge/profiles/abcdefghijklmno/claim'],
    ['POST', '/api/edge/profiles/abcdefghijklmno/release'],
    ['GET', '/api/edge/queue'],
    ['POST', '/api/edge/queue/next'],
    ['GET', '/api/edge/reviewers'],
    ['GET', '/api/edge/metrics/daily'],
  ])('is 401: %s %s', async (method, path) => {
    const refused = { status: 401, body: { code: 'unauthenticated' } };
    const body = method === 'POST' ? {} : undefined;
    expect(await pb.guest(method, path, body)).toMatchObject(refused);
    expect(await pb.guest(method, path, body, { authorization: expired })).toMatchObject(refused);
  });

  test('may still log in and ask for health', async () => {
    expect(await pb.guest('GET', '/api/health')).toMatchObject({ status: 200 });
    expect(pb.serviceToken).toBeTruthy();
  });

  test('reads a protected file with a superuser’s file token, as the admin UI does', async () => {
    const id = await enrol(service);
    const { facial_photo: name } = (await service('PATCH', profilePath(id), photo())).body;
    const { token } = (await root('POST', '/api/files/token')).body;
    const response = await fetch(`http://127.0.0.1:${port}/api/files/profiles/${id}/${name}?token=${token}`);
    expect(response.status).toBe(200);
  });
});

describe('another partner', () => {
  const own = { 'x-partner': 'acme' };
  const foreign = { 'x-partner': 'globex' };

  test.each([
    ['of another partner', foreign],
    ['of no partner', { 'x-partner': '' }],
  ])('is as absent as a profile that never was: header %s', async (_, headers) => {
    const id = await enrol(service, { partner: 'acme' });
    await service('POST', `/api/edge/profiles/${id}/notes`, { text: 'secret' });
    const absent = { status: 404 };
    expect(await service('GET', profilePath(id), undefined, headers)).toMatchObject(absent);
    expect(await service('PATCH', profilePath(id), { full_name: 'B' }, headers)).toMatchObject(absent);
    for (const action of ['status', 'link', 'notes']) {
      const body = { to: 'approved', text: 'x' };
      expect(await service('POST', `/api/edge/profiles/${id}/${action}`, body, headers)).toMatchObject(absent);
    }
    expect(await service('GET', `/api/edge/profiles/${id}/documents/facial_photo`, undefined, headers)).toMatchObject(
      absent,
    );
    for (const collection of ['profiles', 'status_history', 'notes', 'partners']) {
      const column = { profiles: 'id', partners: 'slug' }[collection] ?? 'profile';
      const filter = `${column}='${column === 'slug' ? 'acme' : id}'`;
      const path = `/api/collections/${collection}/records?filter=${filter}` as const;
      expect((await service('GET', path, undefined, headers)).body.items).toEqual([]);
      expect((await service('GET', path, undefined, own)).body.items.length).toBeGreaterThan(0);
    }
  });

  test('reads no idempotency rows; nobody does', async () => {
    const answer = await service('GET', '/api/collections/idempotency_keys/records');
    expect(answer).toMatchObject({ status: 403 });
  });

  test('without the header at all, the service account sees nothing', async () => {
    const id = await enrol(service);
    const bare = pb.as({ authorization: pb.serviceToken });
    expect(await bare('GET', profilePath(id))).toMatchObject({ status: 404 });
    expect((await bare('GET', '/api/collections/profiles/records')).body.items).toEqual([]);
    expect(await bare('POST', `/api/edge/profiles/${id}/link`, {})).toMatchObject({ status: 404 });
  });
});

describe('superusers', () => {
  test.each([
    '/api/sql',
    '/api/sql/',
    '//api/sql',
    '/api//sql',
    '/api/./sql',
    '/x/../api/sql',
    '/api/%73ql',
    '/%61pi/sql',
    '/api/sql?x',
  ])('have no SQL at %s', async (path) => {
    const status = await raw('POST', path, await rootToken(), JSON.stringify({ query: 'SELECT 1' }));
    // 307 leads to the tidy spelling, which is 403.
    expect([403, 404, 307]).toContain(status);
  });

  test('delete neither profile, history nor partner, and write no history by hand', async () => {
    const id = await enrol(service);
    const [row] = await historyOf(service, id);
    const history = '/api/collections/status_history/records';
    const partners = await service('GET', '/api/collections/partners/records');
    const refused = { status: 403, body: { code: 'forbidden' } };
    expect(await root('DELETE', profilePath(id))).toMatchObject(refused);
    expect(await root('DELETE', `/api/collections/partners/records/${partners.body.items[0]?.id}`)).toMatchObject(
      refused,
    );
    expect(await root('DELETE', `${history}/${row?.id}`)).toMatchObject(refused);
    expect(await root('PATCH', `${history}/${row?.id}`, { reason: 'x' })).toMatchObject(refused);
    expect(
      await root('POST', history, { profile: id, seq: 2, from: 'unverified', to: 'approved', actor_type: 'x' }),
    ).toMatchObject(refused);
  });

  test('change no schema: that takes a migration', async () => {
    const refused = { status: 403, body: { code: 'forbidden' } };
    for (const name of ['profiles', 'status_history', 'pbc_142701145']) {
      expect(await root('DELETE', `/api/collections/${name}`)).toMatchObject(refused);
      expect(await root('DELETE', `/api/collections/${name}/truncate`)).toMatchObject(refused);
      expect(await root('PATCH', `/api/collections/${name}`, { deleteRule: '' })).toMatchObject(refused);
    }
    expect(await root('PUT', '/api/collections/import', { collections: [], deleteMissing: true })).toMatchObject(
      refused,
    );
    const view = { name: 'x', query: 'SELECT id FROM profiles' };
    expect(await root('POST', '/api/collections/meta/dry-run-view', view)).toMatchObject(refused);
    expect(await root('GET', '/api/collections')).toMatchObject({ status: 200 });
  });

  test('bring no other database in', async () => {
    const refused = { status: 403, body: { code: 'forbidden' } };
    expect(await root('POST', '/api/backups/upload', new FormData())).toMatchObject(refused);
    expect(await root('POST', '/api/backups/any.zip/restore')).toMatchObject(refused);
  });

  test('are not the service account', async () => {
    expect(await root('GET', '/api/edge/schema')).toMatchObject({ status: 401 });
  });

  test('do not rename a partner', async () => {
    await enrol(service);
    const { items } = (await service('GET', '/api/collections/partners/records?filter=slug="acme"')).body;
    const path = `/api/collections/partners/records/${items[0]?.id}`;
    expect(await root('PATCH', path, { slug: `x-${randomUUID()}` })).toMatchObject({ status: 422 });
    expect(await root('PATCH', path, { name: 'Acme Inc.' })).toMatchObject({ status: 200 });
  });
});

describe('accounts', () => {
  const reviewer = async (active: boolean) => {
    const account = { email: `${randomUUID()}@ekyc.example`, password: randomBytes(16).toString('hex') };
    const fields = { ...account, passwordConfirm: account.password, name: 'Reviewer', active };
    const { id } = (await root('POST', '/api/collections/reviewers/records', fields)).body;
    return { id, account };
  };

  test('an active reviewer logs in, sees no record, and changes nothing, not even itself', async () => {
    const profile = await enrol(service);
    const { id, account } = await reviewer(true);
    const client = pb.as({ authorization: await pb.login('reviewers', account), 'x-partner': '*' });
    for (const collection of COLLECTIONS) {
      const answer = await client('GET', `/api/collections/${collection}/records`);
      expect(answer.body.items ?? []).toEqual([]);
    }
    expect(await client('GET', profilePath(profile))).toMatchObject({ status: 404 });
    expect(await client('PATCH', `/api/collections/reviewers/records/${id}`, { name: 'B' })).toMatchObject({
      status: 403,
    });
    expect(await client('GET', '/api/edge/schema')).toMatchObject({ status: 401 });
  });

  test('an inactive reviewer neither logs in nor renews a token', async () => {
    expect(await pb.login('reviewers', (await reviewer(false)).account)).toBeUndefined();
    const { id, account } = await reviewer(true);
    const client = pb.as({ authorization: await pb.login('reviewers', account) });
    const renew = () => client('POST', '/api/collections/reviewers/auth-refresh');
    expect(await renew()).toMatchObject({ status: 200 });
    await root('PATCH', `/api/collections/reviewers/records/${id}`, { active: false });
    expect(await renew()).toMatchObject({ status: 403 });
  });

  test.each([
    'request-password-reset',
    'confirm-password-reset',
    'request-email-change',
    'confirm-email-change',
    'request-verification',
    'confirm-verification',
    'request-otp',
    'auth-with-otp',
    'auth-with-oauth2',
  ])('%s is closed', async (action) => {
    for (const collection of ['services', 'reviewers']) {
      const answer = await service('POST', `/api/collections/${collection}/${action}`, { email: 'a@example.com' });
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
  });

  test('nobody signs up', async () => {
    for (const collection of ['users', 'services', 'reviewers']) {
      const fields = { email: 'a@example.com', password: '12345678', passwordConfirm: '12345678' };
      const answer = await service('POST', `/api/collections/${collection}/records`, fields);
      expect([403, 404]).toContain(answer.status);
    }
  });

  test('the service account claims only actors that exist', async () => {
    const id = await enrol(service);
    const answer = await service('PATCH', profilePath(id), { full_name: 'B' }, { 'x-actor-type': 'superuser' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });
});

test('the schema route names the newest migration and the digest of the status table', async () => {
  const status_digest = createHash('sha256').update(JSON.stringify(table)).digest('hex');
  expect((await service('GET', '/api/edge/schema')).body).toEqual({
    migration: schema.migration,
    status_digest,
    dedupe: true,
  });
});

const rootToken = () => pb.login('_superusers', inject('pocketbase').superuser);
