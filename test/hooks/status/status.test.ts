import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, test } from 'vitest';
import table from '../../../pocketbase/hooks/lib/shared/statuses.json' with { type: 'json' };
import { startPocketBase } from '../../support/pocketbase.ts';
import { connect, decide, enrol, historyOf, profilePath, type Request } from '../support/client.ts';
import { photo } from '../support/photo.ts';

let service: Request;
let root: Request;

beforeAll(async () => {
  ({ service, root } = await connect());
});

const missing = (kind: string) => ({ pointer: `/${kind}`, detail: 'Is missing' });

const asApplicant = (id: string, issuedAt = Date.now()) => ({
  'x-actor-type': 'applicant',
  'x-actor-id': id,
  'x-link-iat': String(issuedAt / 1000),
});

describe('a decision', () => {
  test('writes one row with its reason, author and request, and answers with it', async () => {
    const id = await enrol(service);
    const words = { reason_code: 'document_unreadable', reason: 'Blurred.', note: 'Third time.' };
    const headers = { 'x-actor-type': 'reviewer', 'x-actor-id': 'r1', 'x-request-id': 'req-2' };
    const row = { seq: 2, from: 'unverified', to: 'rejected', ...words, actor_type: 'reviewer', actor_id: 'r1' };
    const answer = await decide(service, id, 'rejected', words, headers);
    expect(answer.body).toMatchObject({ changed: true, status: 'rejected', row: { ...row, request_id: 'req-2' } });
    expect((await service('GET', profilePath(id))).body).toMatchObject({
      status: 'rejected',
      latest_status: answer.body.row.id,
    });
    expect((await historyOf(service, id))[1]).toMatchObject(row);
  });

  test('that repeats the status writes nothing', async () => {
    const id = await enrol(service);
    const first = await decide(service, id, 'approved');
    const again = await decide(service, id, 'approved');
    expect(again.body).toMatchObject({ changed: false, row: { id: first.body.row.id } });
    expect(await historyOf(service, id)).toHaveLength(2);
  });

  test.each(Object.entries(table))('from %s goes where the table says, else 409', async (from, allowed) => {
    const path: Record<string, string[]> = { resubmission_requested: ['pending'] };
    for (const to of Object.keys(table).filter((status) => status !== from)) {
      const id = await enrol(service);
      for (const step of [...(path[from] ?? []), from]) await decide(service, id, step);
      const answer = await decide(service, id, to);
      if ((allowed as string[]).includes(to)) expect(answer).toMatchObject({ status: 200, body: { changed: true } });
      else expect(answer).toMatchObject({ status: 409, body: { code: 'illegal_transition', allowed } });
    }
  });

  test('on another status than expected is a conflict, before anything else', async () => {
    const id = await enrol(service);
    await decide(service, id, 'approved');
    expect(await decide(service, id, 'approved', { expected_status: 'unverified' })).toMatchObject({
      status: 409,
      body: { code: 'status_conflict', current_status: 'approved' },
    });
  });

  test('has one winner among 20 contradictory ones, in each of 60 rounds', { timeout: 120_000 }, async () => {
    for (let round = 0; round < 60; round++) {
      const id = await enrol(service);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          decide(service, id, index % 2 ? 'approved' : 'rejected', { expected_status: 'unverified' }),
        ),
      );
      expect(answers.filter((answer) => answer.status === 200 && answer.body.changed)).toHaveLength(1);
      expect(answers.filter((answer) => answer.body.code === 'status_conflict')).toHaveLength(19);
      expect(await historyOf(service, id)).toHaveLength(2);
    }
  });

  test('is not a partner’s to make', async () => {
    const id = await enrol(service);
    expect(await decide(service, id, 'approved', {}, { 'x-actor-type': 'partner' })).toMatchObject({ status: 403 });
  });

  test('of an unknown status, or with too long a reason, is 422', async () => {
    const id = await enrol(service);
    expect(await decide(service, id, 'verified')).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(await decide(service, id, 'approved', { reason: 'x'.repeat(6000) })).toMatchObject({
      status: 422,
      body: { code: 'validation_failed', errors: [{ pointer: '/reason' }] },
    });
  });

  test('may name the documents it needs', async () => {
    const id = await enrol(service);
    const needs = { require_documents: ['facial_photo', 'facial_video'] };
    await service('PATCH', profilePath(id), photo());
    expect(await decide(service, id, 'approved', needs)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/facial_video' }] },
    });
  });
});

describe('through the records API', () => {
  test('the service account sets no status', async () => {
    const id = await enrol(service);
    expect(await service('PATCH', profilePath(id), { status: 'approved' })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
  });

  test('a superuser’s change of status writes one row in its own name', async () => {
    const id = await enrol(service);
    expect(await root('PATCH', profilePath(id), { status: 'approved', full_name: 'B' })).toMatchObject({ status: 200 });
    const history = await historyOf(service, id);
    expect(history).toHaveLength(2);
    expect(history[1]).toMatchObject({ from: 'unverified', to: 'approved', actor_type: 'superuser' });
  });

  test('a superuser’s illegal change of status is refused, with a reason for the admin UI', async () => {
    const id = await enrol(service);
    await decide(service, id, 'canceled');
    const allowed = { status: 409, body: { code: 'illegal_transition', allowed: [], message: expect.any(String) } };
    expect(await root('PATCH', profilePath(id), { status: 'approved' })).toMatchObject(allowed);
  });

  test('nobody sets what only hooks write', async () => {
    const id = await enrol(service);
    const before = (await root('GET', profilePath(id))).body;
    const forged = { partner: 'globex', latest_status: '', dedupe_key: 'x', redacted_at: '2020-01-01 00:00:00.000Z' };
    for (const client of [service, root]) await client('PATCH', profilePath(id), { ...forged, full_name: 'B' });
    const { partner, latest_status, dedupe_key, redacted_at } = before;
    const after = (await root('GET', profilePath(id))).body;
    expect(after).toMatchObject({ partner, latest_status, dedupe_key, redacted_at, full_name: 'B' });
  });

  test('PATCHes of different fields at once lose nothing, in each of 20 rounds', async () => {
    const id = await enrol(service);
    for (let round = 0; round < 20; round++) {
      const fields = {
        full_name: `Name ${round}`,
        email: `${round}@example.com`,
        locale: `en-${round}`,
        phone: `+1${round}`,
      };
      await Promise.all(
        Object.entries(fields).map(([name, value]) => service('PATCH', profilePath(id), { [name]: value })),
      );
      expect((await service('GET', profilePath(id))).body).toMatchObject(fields);
    }
  });
});

describe('a locked profile', () => {
  test.each(['approved', 'rejected', 'in_review', 'expired', 'canceled'])(
    '%s: only reviewers and internal keys',
    async (status) => {
      const id = await enrol(service);
      await decide(service, id, status);
      const locked = { status: 409, body: { code: 'profile_locked' } };
      const patch = { full_name: 'B' };
      expect(await service('PATCH', profilePath(id), patch, { 'x-actor-type': 'partner' })).toMatchObject(locked);
      expect(await service('PATCH', profilePath(id), photo(), asApplicant(id))).toMatchObject(locked);
      expect(await service('PATCH', profilePath(id), patch, { 'x-actor-type': 'reviewer' })).toMatchObject({
        status: 200,
      });
      expect(await service('PATCH', profilePath(id), patch)).toMatchObject({ status: 200 });
    },
  );

  test.each(['unverified', 'pending', 'resubmission_requested'])('%s is not locked', async (status) => {
    const id = await enrol(service);
    for (const step of status === 'resubmission_requested' ? ['pending', status] : [status])
      await decide(service, id, step);
    const answer = await service('PATCH', profilePath(id), { full_name: 'B' }, { 'x-actor-type': 'partner' });
    expect(answer).toMatchObject({ status: 200, body: { full_name: 'B' } });
  });
});

test('an erased profile is gone, for everyone', async () => {
  // A PocketBase of its own: while another process writes to its file, PocketBase may refuse a write.
  const pocketbase = await startPocketBase();
  const { service, root } = await connect(pocketbase);
  const id = await enrol(service);
  const database = new DatabaseSync(join(pocketbase.dir, 'data.db'), { timeout: 10_000 });
  database.prepare("UPDATE profiles SET redacted_at = '2026-01-01 00:00:00.000Z' WHERE id = ?").run(id);
  database.close();
  const gone = { status: 410, body: { code: 'gone' } };
  expect(await root('PATCH', profilePath(id), { full_name: 'B' })).toMatchObject(gone);
  expect(await service('PATCH', profilePath(id), photo())).toMatchObject(gone);
  expect(await decide(service, id, 'approved')).toMatchObject(gone);
  expect(await service('POST', `/api/edge/profiles/${id}/link`, {})).toMatchObject(gone);
  expect(await service('POST', `/api/edge/profiles/${id}/notes`, { text: 'x' })).toMatchObject(gone);
  expect(await service('GET', `/api/edge/profiles/${id}/documents/facial_photo`)).toMatchObject(gone);
  expect(await root('POST', '/api/collections/notes/records', { profile: id, text: 'x' })).toMatchObject(gone);
  await pocketbase.stop();
});

describe('an applicant', () => {
  const submit = (id: string, issuedAt?: number) => decide(service, id, 'pending', {}, asApplicant(id, issuedAt));

  test('submits once the documents are there, and again without effect', async () => {
    const id = await enrol(service, { document_type: 'id_card' });
    expect(await submit(id)).toMatchObject({
      status: 422,
      body: { code: 'validation_failed', errors: ['document_front', 'document_back', 'facial_photo'].map(missing) },
    });
    for (const kind of ['document_front', 'facial_photo', 'document_back']) {
      await service('PATCH', profilePath(id), photo(kind), asApplicant(id));
    }
    expect(await submit(id)).toMatchObject({ status: 200, body: { changed: true, row: { actor_type: 'applicant' } } });
    expect(await submit(id)).toMatchObject({ status: 200, body: { changed: false, status: 'pending' } });
  });

  test('needs no back of a passport', async () => {
    const id = await enrol(service);
    expect((await submit(id)).body.errors).toEqual(['document_front', 'facial_photo'].map(missing));
  });

  test('makes no other status than pending', async () => {
    const id = await enrol(service);
    expect(await decide(service, id, 'approved', {}, asApplicant(id))).toMatchObject({ status: 403 });
  });

  test('reaches its own profile only, and nothing once the link is revoked', async () => {
    const [id, other] = [await enrol(service), await enrol(service)];
    // 401 is kept for the service token, which the Worker would renew.
    const refused = { status: 403, body: { code: 'unauthenticated' } };
    const now = Date.now();
    await service('POST', `/api/edge/profiles/${id}/link`, { valid_after: new Date(now).toISOString() });
    expect(await service('GET', profilePath(id), undefined, asApplicant(id, now))).toMatchObject({ status: 200 });
    const strangers = [asApplicant(other), asApplicant(id, now - 1), { 'x-actor-type': 'applicant', 'x-actor-id': id }];
    for (const headers of strangers) {
      expect(await service('GET', profilePath(id), undefined, headers)).toMatchObject(refused);
      expect(await service('PATCH', profilePath(id), photo(), headers)).toMatchObject(refused);
      expect(await decide(service, id, 'pending', {}, headers)).toMatchObject(refused);
    }
  });

  test('stays revoked: that time never moves back', async () => {
    const id = await enrol(service);
    const path = `/api/edge/profiles/${id}/link`;
    const revoke = { valid_after: '2026-06-01T00:00:00.123Z' };
    expect((await service('POST', path, revoke)).body).toMatchObject({
      id,
      status: 'unverified',
      partner: { slug: 'acme' },
    });
    await service('POST', path, { valid_after: '2025-01-01T00:00:00.000Z' });
    await service('POST', path, {});
    expect((await service('GET', profilePath(id))).body.links_valid_after).toBe('2026-06-01 00:00:00.123Z');
  });
});

describe('notes', () => {
  test('number themselves under concurrency and carry their author', async () => {
    const id = await enrol(service);
    const headers = { 'x-actor-type': 'reviewer', 'x-actor-id': 'r1' };
    const add = (text: string) => service('POST', `/api/edge/profiles/${id}/notes`, { text }, headers);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => add(`note ${index}`)));
    expect(answers.map((answer) => answer.body.seq).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(answers[0]?.body).toMatchObject({ text: 'note 0', actor_type: 'reviewer', actor_id: 'r1' });
    expect(await add('')).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
  });
});
