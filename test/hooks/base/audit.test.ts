import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { auditOf, connect, decide, enrol, profilePath, type Request } from '../support/client.ts';
import { photo } from '../support/photo.ts';

const { url, dir } = inject('pocketbase');
let pb: Awaited<ReturnType<typeof connect>>;
let service: Request;
let root: Request;

beforeAll(async () => {
  pb = await connect();
  ({ service, root } = pb);
});

const reviewer = (id = 'r1') => ({ 'x-actor-type': 'reviewer', 'x-actor-id': id, 'x-request-id': 'req-5' });
const withPhoto = async () => {
  const id = await enrol(service);
  return (await service('PATCH', profilePath(id), photo('facial_photo', 5000))).body;
};
const read = async (id: string, headers: Record<string, string> = {}, method = 'GET', kind = 'facial_photo') => {
  const response = await fetch(`${url}/api/edge/profiles/${id}/documents/${kind}`, {
    method,
    headers: { authorization: pb.serviceToken, 'x-partner': '*', ...reviewer(), ...headers },
  });
  await response.arrayBuffer();
  return response.status;
};

describe('reading a document', () => {
  test('is a row, with who, what and by which request', async () => {
    const { id } = await withPhoto();
    expect(await read(id)).toBe(200);
    expect(await auditOf(service, `profile = "${id}"`)).toMatchObject([
      {
        action: 'document.read',
        partner: 'acme',
        target: 'facial_photo',
        actor_type: 'reviewer',
        actor_id: 'r1',
        request_id: 'req-5',
      },
    ]);
  });

  test('in many ranges, as a player does, is one row', async () => {
    const { id } = await withPhoto();
    for (const range of ['bytes=0-999', 'bytes=1000-1999', 'bytes=2000-']) expect(await read(id, { range })).toBe(206);
    expect(await auditOf(service, `profile = "${id}"`)).toHaveLength(1);
  });

  test.each(['bytes=1-', 'bytes=-4999', 'bytes=00001-', 'bytes=1-2,0-4'])(
    'that leaves out its beginning is a row none the less: %s',
    async (range) => {
      const { id } = await withPhoto();
      await read(id, { ...reviewer('r2'), range: 'bytes=0-9' });
      await read(id, { range });
      expect(await auditOf(service, `profile = "${id}" && actor_id = "r1"`)).toHaveLength(1);
    },
  );

  test('is none for HEAD, for what is not there, and for who is refused', async () => {
    const { id } = await withPhoto();
    expect(await read(id, {}, 'HEAD')).toBe(200);
    expect(await read(id, {}, 'GET', 'facial_video')).toBe(404);
    expect(await read(id, { 'x-partner': 'globex' })).toBe(404);
    expect(await auditOf(service, `profile = "${id}"`)).toEqual([]);
  });

  test('in the admin UI is a row of that superuser', async () => {
    const { id, facial_photo } = await withPhoto();
    const { token } = (await root('POST', '/api/files/token')).body;
    const response = await fetch(`${url}/api/files/profiles/${id}/${facial_photo}?token=${token}`);
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 5000]);
    expect(await auditOf(service, `profile = "${id}"`)).toMatchObject([
      { action: 'document.read', target: 'facial_photo', actor_type: 'superuser' },
    ]);
  });
});

describe('the audit log', () => {
  test('names decisions, through every door, and no submission', async () => {
    const id = await enrol(service);
    await decide(service, id, 'pending', {}, { 'x-actor-type': 'system' });
    await decide(service, id, 'in_review', {}, reviewer());
    await decide(service, id, 'in_review', {}, reviewer());
    await root('PATCH', profilePath(id), { status: 'approved' });
    expect(await auditOf(service, `profile = "${id}"`)).toMatchObject([
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
    expect(await auditOf(service, `partner = "${slug}"`)).toMatchObject([
      { action: 'partner.created', target: slug, actor_type: 'service' },
      { action: 'partner.updated', target: slug, actor_type: 'service', actor_id: 'ops' },
      { action: 'partner.updated', target: slug, actor_type: 'superuser' },
    ]);
  });

  test('is without gaps under concurrency', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => enrol(service)));
    await Promise.all(ids.map((id) => decide(service, id, 'approved', {}, reviewer('burst'))));
    const rows = await auditOf(service, 'seq > 0');
    expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => index + 1));
  });

  test('shows a partner its own rows, and nobody else any', async () => {
    const id = await enrol(service);
    await decide(service, id, 'approved', {}, reviewer());
    const list = (client: Request, headers = {}) =>
      client('GET', `/api/collections/audit_log/records?filter=profile="${id}"`, undefined, headers);
    expect((await list(service, { 'x-partner': 'acme' })).body.items).toHaveLength(1);
    expect((await list(service, { 'x-partner': 'globex' })).body.items).toEqual([]);
    expect(await list(pb.guest)).toMatchObject({ status: 401 });
  });

  test('is neither written, changed nor deleted by hand, superusers included', async () => {
    const id = await enrol(service);
    await decide(service, id, 'approved', {}, reviewer());
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
  const database = new DatabaseSync(join(dir, 'data.db'), { timeout: 10_000 });
  afterAll(() => database.close());
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
      `REPLACE INTO audit_log (rowid, id, ${columns}) SELECT rowid, 'x', ${next}, action, 'x', created FROM audit_log WHERE seq = 1`,
    ],
    [
      'REPLACE by seq',
      `REPLACE INTO audit_log (id, ${columns}) SELECT 'x', seq, action, 'x', created FROM audit_log WHERE seq = 1`,
    ],
    [
      'INSERT with a gap',
      `INSERT INTO audit_log (id, ${columns}) SELECT 'x', ${next} + 1, action, 'x', created FROM audit_log WHERE seq = 1`,
    ],
  ])('refuses %s', (_, sql) => {
    database.exec('BEGIN IMMEDIATE');
    try {
      expect(() => database.exec(sql)).toThrow('append-only');
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
