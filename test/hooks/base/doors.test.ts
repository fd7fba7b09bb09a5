import { createHash, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import schema from '../../../pocketbase/hooks/lib/shared/schema.json' with { type: 'json' };
import table from '../../../pocketbase/hooks/lib/shared/statuses.json' with { type: 'json' };
import {
  connect,
  decide,
  documentsOf,
  enrol,
  historyOf,
  patch,
  profilePath,
  type Request,
  upload,
} from '../support/client.ts';
import { photo } from '../support/photo.ts';

const { port } = inject('pocketbase');
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
    ['GET', '/api/edge/profiles/abcdefghijklmno'],
    ['PATCH', '/api/edge/profiles/abcdefghijklmno'],
    ['GET', '/api/edge/profiles/abcdefghijklmno/open'],
    ['GET', '/api/edge/profiles/abcdefghijklmno/exists'],
    ['POST', '/api/edge/profiles/abcdefghijklmno/form'],
    ['POST', '/api/edge/profiles/abcdefghijklmno/documents'],
    ['GET', '/api/edge/profiles/abcdefghijklmno/documents/facial_photo'],
    ['DELETE', '/api/edge/profiles/abcdefghijklmno/documents/facial_photo'],
    ['POST', '/api/edge/profiles/abcdefghijklmno/submit'],
    ['POST', '/api/edge/profiles/abcdefghijklmno/consent'],
    ['POST', '/api/edge/profiles/abcdefghijklmno/hold'],
    ['GET', '/api/edge/applicant'],
    ['GET', '/api/edge/changes'],
    ['GET', '/api/edge/ids'],
    ['POST', '/api/edge/keys'],
    ['GET', '/api/edge/keys/abcdefghijklmno'],
    ['POST', '/api/edge/keys/abcdefghijklmno/rotate'],
    ['POST', '/api/edge/keys/abcdefghijklmno/revoke'],
    ['POST', '/api/edge/levels'],
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
    const { id: document } = (await upload(service, id, photo())).body;
    const [{ file = '' } = {}] = await documentsOf(service, id);
    const { token } = (await root('POST', '/api/files/token')).body;
    const response = await fetch(`http://127.0.0.1:${port}/api/files/documents/${document}/${file}?token=${token}`);
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
    await upload(service, id, photo());
    const absent = { status: 404 };
    expect(await service('GET', profilePath(id), undefined, headers)).toMatchObject(absent);
    expect(await patch(service, id, { full_name: 'B' }, headers)).toMatchObject(absent);
    expect(await upload(service, id, photo(), headers)).toMatchObject(absent);
    for (const action of ['', '/open', '/exists']) {
      expect(await service('GET', `/api/edge/profiles/${id}${action}`, undefined, headers)).toMatchObject(absent);
    }
    for (const action of ['status', 'link', 'notes', 'form', 'submit', 'hold']) {
      const body = { to: 'approved', text: 'x' };
      expect(await service('POST', `/api/edge/profiles/${id}/${action}`, body, headers)).toMatchObject(absent);
    }
    for (const method of ['GET', 'DELETE']) {
      const path = `/api/edge/profiles/${id}/documents/facial_photo`;
      expect(await service(method, path, undefined, headers)).toMatchObject(absent);
    }
    for (const collection of ['profiles', 'status_history', 'notes', 'documents', 'partners']) {
      const column = { profiles: 'id', partners: 'slug' }[collection] ?? 'profile';
      const filter = `${column}='${column === 'slug' ? 'acme' : id}'`;
      const path = `/api/collections/${collection}/records?filter=${filter}` as const;
      expect((await service('GET', path, undefined, headers)).body.items).toEqual([]);
      expect((await service('GET', path, undefined, own)).body.items.length).toBeGreaterThan(0);
    }
  });

  test.each(['idempotency_keys', 'evidence'])('reads no %s; nobody does', async (collection) => {
    expect(await service('GET', `/api/collections/${collection}/records`)).toMatchObject({ status: 403 });
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

  test('delete neither profile, document, note, history nor partner, and write none of it by hand', async () => {
    const id = await enrol(service);
    const [row] = await historyOf(service, id);
    const history = '/api/collections/status_history/records';
    const partners = await service('GET', '/api/collections/partners/records');
    const refused = { status: 403, body: { code: 'forbidden' } };
    await upload(service, id, photo());
    await decide(service, id, 'approved');
    await service('POST', `/api/edge/profiles/${id}/notes`, { text: 'x' });
    for (const collection of ['documents', 'evidence', 'notes', 'status_history']) {
      const records = `/api/collections/${collection}/records` as const;
      const [record] = (await root('GET', `${records}?filter=profile="${id}"`)).body.items;
      expect(await root('PATCH', `${records}/${record?.id}`, { text: 'y', state: 'removed' })).toMatchObject(refused);
      expect(await root('DELETE', `${records}/${record?.id}`)).toMatchObject(refused);
      if (collection !== 'notes') expect(await root('POST', records, { ...record })).toMatchObject(refused);
    }
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
    for (const name of ['profiles', 'documents', 'evidence', 'notes', 'status_history']) {
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

test('the schema route names the newest migration and the digest of the status table', async () => {
  const status_digest = createHash('sha256').update(JSON.stringify(table)).digest('hex');
  expect((await service('GET', '/api/edge/schema')).body).toEqual({
    migration: schema.migration,
    status_digest,
    dedupe: true,
  });
});

const rootToken = () => pb.login('_superusers', inject('pocketbase').superuser);
