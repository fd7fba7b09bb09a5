import { beforeAll, describe, expect, test } from 'vitest';
import { asReviewer, auditOf, connect, decide, enrol, type Request, redact } from '../support/client.ts';

let service: Request;
let root: Request;

beforeAll(async () => {
  ({ service, root } = await connect());
});

const RECORDS = '/api/collections/notes/records';
const add = (id: string, text: string, headers: Record<string, string> = asReviewer('r1')) =>
  service('POST', `/api/edge/profiles/${id}/notes`, { text }, headers);
const notesOf = async (id: string) => (await root('GET', `${RECORDS}?sort=seq&filter=profile="${id}"`)).body.items;

describe('notes', () => {
  test('number themselves under concurrency and carry their author', async () => {
    const id = await enrol(service);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => add(id, `note ${index}`)));
    expect(answers.map((answer) => answer.body.seq).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(answers[0]?.body).toMatchObject({ text: 'note 0', actor_type: 'reviewer', actor_id: 'r1' });
    expect(
      (await auditOf(service, `profile = "${id}" && action = "note.created"`)).map(({ target }) => target).sort(),
    ).toEqual(answers.map((answer) => answer.body.id).sort());
  });

  test.each(['', 'x'.repeat(20_001)])('need a text of a length that they can hold', async (text) => {
    const id = await enrol(service);
    expect(await add(id, text)).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(await notesOf(id)).toEqual([]);
  });

  test('stand in every status', async () => {
    const id = await enrol(service);
    await decide(service, id, 'approved');
    expect(await add(id, 'later')).toMatchObject({ status: 200, body: { seq: 1 } });
  });

  test('are a superuser’s too, in that name, with an author it cannot choose', async () => {
    const id = await enrol(service);
    const forged = { profile: id, text: 'by hand', seq: 7, actor_type: 'reviewer', actor_id: 'somebody' };
    expect(await root('POST', RECORDS, forged)).toMatchObject({
      status: 200,
      body: { text: 'by hand', seq: 1, actor_type: 'superuser' },
    });
    expect(await auditOf(service, `profile = "${id}" && action = "note.created"`)).toMatchObject([
      { actor_type: 'superuser', partner: 'acme' },
    ]);
    expect(await root('POST', RECORDS, { ...forged, profile: 'anosuchprofile0' })).toMatchObject({ status: 404 });
  });

  test('are neither changed nor deleted, superusers included, erased or not', async () => {
    const id = await enrol(service);
    await add(id, 'first');
    const [note] = await notesOf(id);
    const path = `${RECORDS}/${note?.id}` as const;
    const refused = { status: 403, body: { code: 'forbidden' } };
    for (const erased of [false, true]) {
      if (erased) await redact(service, id);
      expect(await root('PATCH', path, { text: 'second' })).toMatchObject(refused);
      expect(await root('DELETE', path)).toMatchObject(refused);
      for (const method of ['PATCH', 'DELETE']) expect(await service(method, path, {})).toMatchObject({ status: 403 });
      expect(await notesOf(id)).toEqual([{ ...note, text: erased ? '' : 'first' }]);
    }
    expect(await root('DELETE', '/api/collections/notes/truncate')).toMatchObject(refused);
  });
});
