import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import {
  applicant,
  asPartner,
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
import { addEndpoint, newPartner } from '../support/webhook-client.ts';

let pb: TestPocketBase;
let service: Request;
let root: Request;

// A PocketBase of its own: the changes are of all partners.
beforeAll(async () => {
  pb = await startPocketBase();
  ({ service, root } = await connect(pb));
});

afterAll(() => pb.stop());

const changes = (query = '', headers: Record<string, string> = asReviewer()) =>
  service('GET', `/api/edge/changes?${query}`, undefined, headers);
const place = async () => (await changes()).body.seq;

describe('changes since a place', () => {
  test('are none at first: the answer names the place alone', async () => {
    await enrol(service);
    const { body } = await changes();
    expect(body).toEqual({ seq: expect.any(Number), profiles: [], all: false });
    expect((await changes(`after=${body.seq}`)).body).toEqual(body);
    expect((await changes(`after=${body.seq + 1000}`)).body).toEqual(body); // of before a restore
  });

  test('name each profile that was written, by whichever door, once', async () => {
    const fields = applicant();
    const { id } = (await service('POST', '/api/edge/profiles', fields)).body;
    const writes: [string, () => Promise<unknown>][] = [
      ['a document', () => upload(service, id, photo())],
      ['a removal', () => remove(service, id, 'facial_photo')],
      ['a field', () => patch(service, id, { full_name: 'B' })],
      ['a superuser', () => root('PATCH', profilePath(id), { full_name: 'C' })],
      ['a status', () => decide(service, id, 'in_review')],
      ['a note', () => service('POST', `/api/edge/profiles/${id}/notes`, { text: 'x' })],
      ['a claim', () => service('POST', `/api/edge/profiles/${id}/claim`, {}, asReviewer())],
      ['its end', () => service('POST', `/api/edge/profiles/${id}/release`, {}, asReviewer())],
      ['a mismatch', () => service('POST', '/api/edge/profiles', { ...fields, full_name: 'Jane Roe' })],
      ['a hold', () => service('POST', `/api/edge/profiles/${id}/hold`, { legal_hold: true })],
      ['its end', () => service('POST', `/api/edge/profiles/${id}/hold`, { legal_hold: false })],
      ['an erasure', () => redact(service, id)],
    ];
    const begin = await place();
    for (const [name, write] of writes) {
      const after = await place();
      await write();
      const { body } = await changes(`after=${after}`);
      expect([name, body.profiles, body.seq > after]).toEqual([name, [id], true]);
    }
    const other = await enrol(service);
    expect((await changes(`after=${begin}`)).body).toMatchObject({ profiles: [id, other], all: false });
  });

  test('are no readings, and nothing that is about no profile', async () => {
    const id = await enrol(service);
    await upload(service, id, photo());
    const after = await place();
    await service('GET', `/api/edge/profiles/${id}`, undefined, asReviewer());
    await fetch(`${pb.url}/api/edge/profiles/${id}/documents/facial_photo`, {
      headers: { authorization: (await connect(pb)).serviceToken, 'x-partner': '*' },
    }).then((response) => response.arrayBuffer());
    await addEndpoint(service, newPartner());
    const { body } = await changes(`after=${after}`);
    expect(body).toMatchObject({ profiles: [], all: false });
    expect(body.seq).toBe(after + 3);
  });

  test('are not named one by one when there are many', async () => {
    const after = await place();
    const id = await enrol(service);
    for (let index = 0; index < 200; index++) {
      await service('POST', `/api/edge/profiles/${id}/notes`, { text: `${index}` });
    }
    expect((await changes(`after=${after}`)).body).toEqual({ seq: after + 201, profiles: [], all: true });
    expect((await changes(`after=${after + 1}`)).body).toEqual({ seq: after + 201, profiles: [id], all: false });
  });

  test('are for reviewers of all partners only', async () => {
    for (const headers of [{}, asPartner, { ...asReviewer(), 'x-partner': 'acme' }]) {
      expect(await changes('', headers)).toMatchObject({ status: 403 });
    }
  });
});
