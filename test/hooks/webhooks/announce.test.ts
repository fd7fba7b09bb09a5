import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  applicant,
  asReviewer,
  connect,
  decide,
  enrol,
  patch,
  profilePath,
  type Request,
  redact,
  remove,
  upload,
} from '../support/client.ts';
import { photo } from '../support/photo.ts';
import { openFile } from '../support/sqlite.ts';
import { addEndpoint, newPartner } from '../support/webhook-client.ts';

const { database } = openFile(inject('pocketbase').dir);
let service: Request;
let root: Request;

beforeAll(async () => {
  ({ service, root } = await connect());
});

afterAll(() => database.close());

describe('x-deliveries', () => {
  test('names what each door made due, and nothing when there is nothing', async () => {
    const partner = newPartner();
    const fields = applicant({ partner });
    const before = await service('POST', '/api/edge/profiles', applicant({ partner }));
    expect(before.deliveries).toEqual([]);
    await addEndpoint(service, partner);
    await addEndpoint(service, partner, { events: ['profile.status_changed'] });

    const enrolled = await service('POST', '/api/edge/profiles', fields);
    const { id } = enrolled.body;
    const answers = [
      enrolled,
      await decide(service, id, 'expired'),
      await service('POST', '/api/edge/profiles', fields),
      await upload(service, id, photo()),
      await root('PATCH', profilePath(id), { status: 'pending', full_name: 'Another Name' }),
      await patch(service, id, { email: 'a@example.com' }),
      await patch(service, id, { email: 'a@example.com' }), // the same again
      await remove(service, id, 'facial_photo'), // of a type that no endpoint wants
      await service('POST', `/api/edge/profiles/${id}/claim`, {}, asReviewer()),
      await decide(service, id, 'pending'),
      await decide(service, id, 'expired'), // illegal
      await redact(service, id),
    ];
    expect(answers.map((answer) => answer.deliveries.length)).toEqual([1, 2, 2, 1, 3, 1, 0, 0, 0, 0, 0, 1]);
    const stored = database.prepare('SELECT id FROM webhook_deliveries WHERE partner = ?').all(partner);
    const ids = answers.flatMap((answer) => answer.deliveries);
    expect(ids.sort()).toEqual(stored.map((row) => String(row.id)).sort());
  });

  test('names 20 at most', async () => {
    const partner = newPartner();
    await Promise.all(Array.from({ length: 20 }, () => addEndpoint(service, partner)));
    const id = await enrol(service, { partner });
    const form = { status: 'pending', full_name: 'Another Name' };
    expect((await root('PATCH', profilePath(id), form)).deliveries).toHaveLength(20);
    const [row] = database.prepare('SELECT COUNT(*) AS n FROM webhook_deliveries WHERE partner = ?').all(partner);
    expect(row?.n).toBe(60);
  });
});
