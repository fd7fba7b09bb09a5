import { beforeAll, describe, expect, test } from 'vitest';
import table from '../../../pocketbase/hooks/lib/shared/statuses.json' with { type: 'json' };
import {
  applicant,
  connect,
  decide,
  enrol,
  historyOf,
  patch,
  profilePath,
  type Request,
  review,
} from '../support/client.ts';

let service: Request;
let root: Request;

beforeAll(async () => {
  ({ service, root } = await connect());
});

describe('a decision', () => {
  test('writes one row with its reason, author and request, and answers with it', async () => {
    const id = await enrol(service);
    const words = { reason_code: 'document_unreadable', reason: 'Blurred.', note: 'Third time.' };
    const row = { seq: 2, from: 'unverified', to: 'rejected', ...words, actor_type: 'reviewer', actor_id: 'r1' };
    const answer = await review(service, id, 'rejected', words, 'r1');
    expect(answer.body).toMatchObject({ changed: true, status: 'rejected', row: { ...row, request_id: 'req-5' } });
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
    for (const name of ['reason', 'note']) {
      expect(await decide(service, id, 'approved', { [name]: 'x'.repeat(5001) })).toMatchObject({
        status: 422,
        body: { code: 'validation_failed', errors: [{ pointer: `/${name}` }] },
      });
    }
    const longest = { reason: 'x'.repeat(5000), note: 'x'.repeat(5000), reason_code: 'other' };
    expect(await decide(service, id, 'approved', longest)).toMatchObject({ status: 200 });
  });

  test('takes codes of the list, and no other', async () => {
    const id = await enrol(service);
    expect(await decide(service, id, 'rejected', { reason_code: 'too_late' })).toMatchObject({
      status: 422,
      body: { code: 'validation_failed', errors: [{ pointer: '/reason_code' }] },
    });
  });
});

describe('through the records API', () => {
  test('the service account writes no profile, and sets no status by the Worker’s route', async () => {
    const id = await enrol(service);
    expect((await service('POST', '/api/collections/profiles/records', applicant())).status).toBe(403);
    for (const fields of [{ status: 'approved' }, { full_name: 'B' }]) {
      expect((await service('PATCH', profilePath(id), fields)).status).toBe(403);
    }
    await patch(service, id, { status: 'approved', full_name: 'C' });
    expect((await service('GET', profilePath(id))).body).toMatchObject({ status: 'unverified', full_name: 'C' });
    expect(await historyOf(service, id)).toHaveLength(1);
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

  test('a superuser’s form is one change: what is refused leaves nothing of it', async () => {
    const id = await enrol(service);
    const before = (await service('GET', profilePath(id))).body;
    const refused = { status: 409, body: { code: 'illegal_transition' } };
    const form = { status: 'resubmission_requested', full_name: 'B' };
    expect(await root('PATCH', profilePath(id), form)).toMatchObject(refused);
    expect((await service('GET', profilePath(id))).body).toEqual(before);
  });

  test('nobody sets what only hooks write', async () => {
    const id = await enrol(service);
    const before = (await root('GET', profilePath(id))).body;
    const forged = { partner: 'globex', latest_status: '', dedupe_key: 'x', redacted_at: '2020-01-01 00:00:00.000Z' };
    await patch(service, id, { ...forged, full_name: 'A' });
    await root('PATCH', profilePath(id), { ...forged, full_name: 'B' });
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
        Object.entries(fields).map(([name, value], index) => {
          const field = { [name]: value };
          return index % 2 ? root('PATCH', profilePath(id), field) : patch(service, id, field);
        }),
      );
      expect((await service('GET', profilePath(id))).body).toMatchObject(fields);
    }
  });
});
