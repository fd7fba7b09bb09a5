import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  asReviewer,
  auditOf,
  connect,
  decide,
  enrol,
  profilePath,
  type Request,
  review,
  upload,
} from '../support/client.ts';
import { photo } from '../support/photo.ts';

const { url, dir } = inject('pocketbase');
const database = new DatabaseSync(join(dir, 'data.db'), { timeout: 10_000 });
afterAll(() => database.close());
let pb: Awaited<ReturnType<typeof connect>>;
let service: Request;
let root: Request;

beforeAll(async () => {
  pb = await connect();
  ({ service, root } = pb);
});

const withPhoto = async () => {
  const id = await enrol(service);
  const document = (await upload(service, id, photo('facial_photo', 5000))).body;
  return { id, document };
};
const readingsOf = (id: string, more = '') => auditOf(service, `profile = "${id}" && action ~ ".read"${more}`);
const read = async (id: string, headers: Record<string, string> = {}, method = 'GET', kind = 'facial_photo') => {
  const response = await fetch(`${url}/api/edge/profiles/${id}/documents/${kind}`, {
    method,
    headers: { authorization: pb.serviceToken, 'x-partner': '*', ...asReviewer('r1'), ...headers },
  });
  await response.arrayBuffer();
  return response.status;
};

describe('reading a document', () => {
  test('is a row, with who, what and by which request', async () => {
    const { id } = await withPhoto();
    expect(await read(id)).toBe(200);
    expect(await readingsOf(id)).toMatchObject([
      {
        action: 'document.read',
        partner: 'acme',
        target: 'facial_photo/1',
        actor_type: 'reviewer',
        actor_id: 'r1',
        request_id: 'req-5',
      },
    ]);
  });

  test('in many ranges, as a player does, is one row', async () => {
    const { id } = await withPhoto();
    for (const range of ['bytes=0-999', 'bytes=1000-1999', 'bytes=2000-']) expect(await read(id, { range })).toBe(206);
    expect(await readingsOf(id)).toHaveLength(1);
  });

  test.each(['bytes=1-', 'bytes=-4999', 'bytes=00001-', 'bytes=1-2,0-4'])(
    'that leaves out its beginning is a row none the less: %s',
    async (range) => {
      const { id } = await withPhoto();
      await read(id, { ...asReviewer('r2'), range: 'bytes=0-9' });
      await read(id, { range });
      expect(await readingsOf(id, ' && actor_id = "r1"')).toHaveLength(1);
    },
  );

  test('is none for HEAD, for what is not there, and for who is refused', async () => {
    const { id } = await withPhoto();
    expect(await read(id, {}, 'HEAD')).toBe(200);
    expect(await read(id, {}, 'GET', 'facial_video')).toBe(404);
    expect(await read(id, { 'x-partner': 'globex' })).toBe(404);
    expect(await readingsOf(id)).toEqual([]);
  });

  test('in the admin UI is a row of that superuser', async () => {
    const { id, document } = await withPhoto();
    const { file } = (await root('GET', `/api/collections/documents/records/${document.id}`)).body;
    const { token } = (await root('POST', '/api/files/token')).body;
    const response = await fetch(`${url}/api/files/documents/${document.id}/${file}?token=${token}`);
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 5000]);
    expect(await readingsOf(id)).toMatchObject([
      { action: 'document.read', target: 'facial_photo/1', actor_type: 'superuser' },
    ]);
  });

  test('of another version is another reading', async () => {
    const { id } = await withPhoto();
    await upload(service, id, photo('facial_photo', 6000));
    await read(id);
    await read(id, {}, 'GET', 'facial_photo?version=1');
    expect((await readingsOf(id)).map(({ target }) => target)).toEqual(['facial_photo/2', 'facial_photo/1']);
  });
});

describe('reading a profile', () => {
  const readers: [string, (id: string) => `/api/${string}`][] = [
    ['the profile', (id) => `/api/edge/profiles/${id}`],
    ['its history', (id) => `/api/collections/status_history/records?filter=profile="${id}"`],
    ['its notes', (id) => `/api/collections/notes/records?filter=profile="${id}"`],
  ];
  const withNote = async () => {
    const id = await enrol(service);
    await service('POST', `/api/edge/profiles/${id}/notes`, { text: 'x' });
    return id;
  };

  test.each(readers)('is one row of a reviewer’s hour: %s', async (_, path) => {
    const id = await withNote();
    for (const name of ['r1', 'r1', 'r2', 'r1']) await service('GET', path(id), undefined, asReviewer(name));
    const row = { action: 'profile.read', partner: 'acme', actor_type: 'reviewer', target: '' };
    expect(await readingsOf(id)).toMatchObject([
      { ...row, actor_id: 'r1' },
      { ...row, actor_id: 'r2' },
    ]);
  });

  test('in the admin UI is one row of that superuser’s hour', async () => {
    const id = await withNote();
    for (const collection of ['status_history', 'notes', 'evidence']) {
      await root('GET', `/api/collections/${collection}/records?filter=profile="${id}"`);
    }
    expect((await root('GET', profilePath(id))).status).toBe(200);
    expect(await readingsOf(id)).toMatchObject([{ action: 'profile.read', actor_type: 'superuser' }]);
  });

  test.each<[string, (id: string) => Promise<unknown>]>([
    ['a list of profiles', (id) => root('GET', `/api/collections/profiles/records?filter=id="${id}"`)],
    ['a decision’s evidence', (id) => root('GET', `/api/collections/evidence/records?filter=profile="${id}"`)],
  ])('in the admin UI is a row as well for %s', async (_, look) => {
    const { id } = await withPhoto();
    await decide(service, id, 'approved');
    expect(await readingsOf(id)).toEqual([]);
    await look(id);
    expect(await readingsOf(id)).toMatchObject([{ action: 'profile.read', actor_type: 'superuser' }]);
  });

  test.each(readers)('leaves no row of a key, nor of a page that refreshes itself: %s', async (_, path) => {
    const id = await withNote();
    for (const headers of [{}, { 'x-actor-type': 'partner' }]) {
      expect((await service('GET', path(id), undefined, headers)).status).toBe(200);
    }
    expect(await readingsOf(id)).toEqual([]);
    const refresh = { ...asReviewer('r1'), 'x-refresh': '1' };
    // Who calls the first look a refresh has read it all the same.
    for (const _ of [1, 2]) await service('GET', path(id), undefined, refresh);
    expect(await readingsOf(id)).toHaveLength(1);
  });
});

describe('the audit log', () => {
  test('names changes of status and decisions, through every door', async () => {
    const id = await enrol(service);
    await decide(service, id, 'pending', {}, { 'x-actor-type': 'system' });
    await decide(service, id, 'in_review', {}, asReviewer('r1'));
    await decide(service, id, 'in_review', {}, asReviewer('r1'));
    await root('PATCH', profilePath(id), { status: 'approved' });
    expect(await auditOf(service, `profile = "${id}"`)).toMatchObject([
      { action: 'profile.created', target: '', actor_type: 'service' },
      { action: 'status.changed', target: 'pending', actor_type: 'system' },
      { action: 'status.decided', target: 'in_review', actor_type: 'reviewer', actor_id: 'r1', request_id: 'req-5' },
      { action: 'status.decided', target: 'approved', actor_type: 'superuser' },
    ]);
  });

  test('names partners that were created and changed, by whom', async () => {
    const slug = `p-${randomUUID().slice(0, 8)}`;
    await enrol(service, { partner: slug });
    const [partner] = (await service('GET', `/api/collections/partners/records?filter=slug="${slug}"`)).body.items;
    const path = `/api/collections/partners/records/${partner?.id}`;
    await service('PATCH', path, { retention_days: 30 }, { 'x-actor-type': 'service', 'x-actor-id': 'ops' });
    await root('PATCH', path, { name: 'New name' });
    expect(await auditOf(service, `partner = "${slug}" && action ~ "partner."`)).toMatchObject([
      { action: 'partner.created', target: slug, actor_type: 'service' },
      { action: 'partner.updated', target: slug, actor_type: 'service', actor_id: 'ops' },
      { action: 'partner.updated', target: slug, actor_type: 'superuser' },
    ]);
  });

  test('is without gaps under concurrency', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => enrol(service)));
    const answers = await Promise.all(ids.map((id) => review(service, id, 'approved')));
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
    const seqs = database.prepare('SELECT seq FROM audit_log ORDER BY seq').all();
    expect(seqs.map((row) => row.seq)).toEqual(seqs.map((_, index) => index + 1));
  });

  test('shows a partner its own rows, and nobody else any', async () => {
    const id = await enrol(service);
    await review(service, id, 'approved');
    const list = (client: Request, headers = {}) =>
      client('GET', `/api/collections/audit_log/records?filter=profile="${id}"`, undefined, headers);
    expect((await list(service, { 'x-partner': 'acme' })).body.items).toHaveLength(2);
    expect((await list(service, { 'x-partner': 'globex' })).body.items).toEqual([]);
    expect(await list(pb.guest)).toMatchObject({ status: 401 });
  });

  test('is neither written, changed nor deleted by hand, superusers included', async () => {
    const id = await enrol(service);
    const [row] = await auditOf(service, `profile = "${id}"`);
    const path = '/api/collections/audit_log/records';
    const refused = { status: 403, body: { code: 'forbidden' } };
    expect(await root('POST', path, { seq: 1_000_000, action: 'x', actor_type: 'y' })).toMatchObject(refused);
    expect(await root('PATCH', `${path}/${row?.id}`, { actor_id: 'somebody' })).toMatchObject(refused);
    expect(await root('DELETE', `${path}/${row?.id}`)).toMatchObject(refused);
    for (const method of ['POST', 'PATCH', 'DELETE']) {
      const at = method === 'POST' ? path : `${path}/${row?.id}`;
      expect(await service(method, at, {})).toMatchObject({ status: 403 });
    }
    expect(await root('DELETE', '/api/collections/audit_log/truncate')).toMatchObject(refused);
    expect(await root('DELETE', '/api/collections/audit_log')).toMatchObject(refused);
  });
});

describe('audit_log in the file', () => {
  const columns = 'seq, action, actor_type, created';
  const next = '(SELECT MAX(seq) + 1 FROM audit_log)';

  test.each([
    ['UPDATE', "UPDATE audit_log SET actor_id = 'x' WHERE seq = 1"],
    ['UPDATE of rowid', 'UPDATE OR REPLACE audit_log SET rowid = rowid + 1000000 WHERE seq = 1'],
    ['DELETE', 'DELETE FROM audit_log WHERE seq = 1'],
    ['DELETE of all', 'DELETE FROM audit_log'],
    [
      'REPLACE by id',
      `REPLACE INTO audit_log (id, ${columns}) SELECT id, ${next}, action, 'x', created FROM audit_log WHERE seq = 1`,
    ],
    [
      'REPLACE by rowid',
      `REPLACE INTO audit_log (rowid, id, ${columns}) SELECT rowid, 'ax', ${next}, action, 'x', created FROM audit_log WHERE seq = 1`,
    ],
    [
      'REPLACE by seq',
      `REPLACE INTO audit_log (id, ${columns}) SELECT 'ax', seq, action, 'x', created FROM audit_log WHERE seq = 1`,
    ],
    [
      'INSERT with a gap',
      `INSERT INTO audit_log (id, ${columns}) SELECT 'ax', ${next} + 1, action, 'x', created FROM audit_log WHERE seq = 1`,
    ],
  ])('refuses %s', (_, sql) => {
    database.exec('BEGIN IMMEDIATE');
    try {
      expect(() => database.exec(sql)).toThrow(/append-only|continues its sequence/);
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK');
    }
  });

  test.each([
    ['a profile', "profile = 'x'", 'idx_audit_log_profile '],
    ['an actor', "actor_id = 'x'", 'idx_audit_log_actor '],
    ['a partner', "partner = 'acme'", 'idx_audit_log_partner '],
    ['a time', "created >= '2026-01-01' AND created < '2026-02-01'", 'idx_audit_log_created '],
    ['a profile’s page', "profile = 'x' AND created <= 'c' AND (created < 'c' OR id < 'i')", 'idx_audit_log_profile '],
  ])('has an index for %s', (_, where, index) => {
    const plan = database
      .prepare(`EXPLAIN QUERY PLAN SELECT * FROM audit_log WHERE ${where} ORDER BY created DESC, id DESC`)
      .all();
    const steps = plan.map((step) => `${step.detail} `).join('\n');
    expect(steps).toContain(index);
    expect(steps).not.toContain('TEMP B-TREE');
  });
});
