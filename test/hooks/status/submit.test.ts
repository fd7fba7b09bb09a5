import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  asApplicant,
  asPartner,
  asReviewer,
  connect,
  decide,
  documentsOf,
  enrol,
  historyOf,
  profilePath,
  type Request,
  remove,
  submit,
  upload,
} from '../support/client.ts';
import { photo } from '../support/photo.ts';

let service: Request;
let root: Request;

beforeAll(async () => {
  ({ service, root } = await connect());
});

const missing = (kind: string) => ({ pointer: `/${kind}`, detail: 'Is missing' });
const refused = (...kinds: string[]) => ({
  status: 422,
  body: { code: 'validation_failed', errors: kinds.map(missing) },
});
const done = { status: 200, body: { status: 'pending' } };
const applicantOf = async (id: string) =>
  (await service('GET', '/api/edge/applicant', undefined, asApplicant(id))).body;

describe('an applicant', () => {
  test('submits once the documents are there, and again without effect', async () => {
    const id = await enrol(service, { document_type: 'id_card' });
    expect(await submit(service, id, asApplicant(id))).toMatchObject(
      refused('document_front', 'document_back', 'facial_photo'),
    );
    for (const kind of ['document_front', 'facial_photo', 'document_back']) {
      await upload(service, id, photo(kind), asApplicant(id));
    }
    expect(await submit(service, id, asApplicant(id))).toMatchObject(done);
    expect((await historyOf(service, id)).at(-1)).toMatchObject({
      to: 'pending',
      actor_type: 'applicant',
      actor_id: id,
    });
    expect(await submit(service, id, asApplicant(id))).toMatchObject(done);
    expect(await historyOf(service, id)).toHaveLength(2);
  });

  test('needs no back of a passport', async () => {
    const id = await enrol(service);
    expect(await submit(service, id, asApplicant(id))).toMatchObject(refused('document_front', 'facial_photo'));
  });

  test('makes no other status than pending, and no decision', async () => {
    const id = await enrol(service);
    for (const to of ['approved', 'pending']) {
      expect(await decide(service, id, to, {}, asApplicant(id))).toMatchObject({ status: 403 });
    }
  });

  test('reaches its own profile only, and nothing once the link is revoked', async () => {
    const [id, other] = [await enrol(service), await enrol(service)];
    // 401 is kept for the service token, which the Worker would renew.
    const stranger = { status: 403, body: { code: 'unauthenticated' } };
    const now = Date.now();
    await service('POST', `/api/edge/profiles/${id}/link`, { valid_after: new Date(now).toISOString() });
    const open = (headers: Record<string, string>) =>
      service('GET', `/api/edge/profiles/${id}/open`, undefined, headers);
    expect(await open(asApplicant(id, now))).toMatchObject({ status: 200 });
    const strangers = [asApplicant(other), asApplicant(id, now - 1), { 'x-actor-type': 'applicant', 'x-actor-id': id }];
    for (const headers of strangers) {
      expect(await open(headers)).toMatchObject(stranger);
      expect(await upload(service, id, photo(), headers)).toMatchObject(stranger);
      expect(await submit(service, id, headers)).toMatchObject(stranger);
    }
    for (const headers of strangers.slice(1)) {
      expect(await service('GET', '/api/edge/applicant', undefined, headers)).toMatchObject(stranger);
    }
  });

  test('reaches nothing while the partner is inactive: an upload that began before is refused at its end', async () => {
    const [slug, bytes] = [`p-${randomUUID().slice(0, 8)}`, photo()];
    const { id: partner } = (
      await root('POST', '/api/collections/partners/records', { slug, name: slug, active: true })
    ).body;
    const id = await enrol(service, { partner: slug });
    const activate = (active: boolean) => root('PATCH', `/api/collections/partners/records/${partner}`, { active });
    await activate(false);
    expect(await upload(service, id, bytes, asApplicant(id))).toMatchObject({
      status: 403,
      body: { code: 'unauthenticated' },
    });
    expect(await documentsOf(service, id)).toEqual([]);
    await activate(true);
    expect(await upload(service, id, bytes, asApplicant(id))).toMatchObject({ status: 200 });
  });

  test('stays revoked: that time never moves back', async () => {
    const id = await enrol(service);
    const path = `/api/edge/profiles/${id}/link` as const;
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

test('a partner submits in the applicant’s place, by the same rules', async () => {
  const id = await enrol(service);
  expect(await submit(service, id, asPartner)).toMatchObject(refused('document_front', 'facial_photo'));
  for (const kind of ['document_front', 'facial_photo']) await upload(service, id, photo(kind), asPartner);
  expect(await submit(service, id, asPartner)).toMatchObject(done);
  expect((await historyOf(service, id)).at(-1)).toMatchObject({ actor_type: 'partner', actor_id: 'key1' });
});

describe('a resubmission', () => {
  /** A passport that was submitted with its two documents, and then asked for again. */
  const asked = async (extras: object) => {
    const id = await enrol(service);
    for (const kind of ['document_front', 'facial_photo']) await upload(service, id, photo(kind));
    await submit(service, id);
    const answer = await decide(service, id, 'resubmission_requested', extras, asReviewer());
    expect(answer.status).toBe(200);
    return { id, kinds: answer.body.row.kinds };
  };
  const supply = (id: string, kind: string, size: number) => upload(service, id, photo(kind, size), asApplicant(id));

  test('is not answered by the old file, nor by the same bytes again', async () => {
    const { id, kinds } = await asked({ reason_code: 'photo_unclear' });
    expect(kinds).toEqual(['facial_photo']);
    expect(await applicantOf(id)).toMatchObject({ missing: ['facial_photo'], reason: 'photo_unclear' });
    expect(await submit(service, id, asApplicant(id))).toMatchObject(refused('facial_photo'));
    await supply(id, 'facial_photo', 200);
    expect(await submit(service, id, asApplicant(id))).toMatchObject(refused('facial_photo'));
    expect((await applicantOf(id)).missing).toEqual(['facial_photo']);
    // Twice, as a client does whose answer was lost.
    for (const _ of [1, 2]) {
      expect(await supply(id, 'facial_photo', 300)).toMatchObject({ status: 200 });
      expect((await applicantOf(id)).missing).toEqual([]);
    }
    expect(await submit(service, id, asApplicant(id))).toMatchObject(done);
  });

  test('is not answered by bytes of any version before, nor once its answer is removed or replaced by old bytes', async () => {
    const { id } = await asked({ kinds: ['facial_photo'] });
    await supply(id, 'facial_photo', 300);
    await remove(service, id, 'facial_photo', asApplicant(id));
    expect(await submit(service, id, asApplicant(id))).toMatchObject(refused('facial_photo'));
    await supply(id, 'facial_photo', 300);
    expect(await submit(service, id, asApplicant(id))).toMatchObject(refused('facial_photo'));
    await supply(id, 'facial_photo', 400);
    await supply(id, 'facial_photo', 200);
    expect(await submit(service, id, asApplicant(id))).toMatchObject(refused('facial_photo'));
    await supply(id, 'facial_photo', 500);
    expect(await submit(service, id, asApplicant(id))).toMatchObject(done);
  });

  test.each([
    ['document_unreadable', ['document_front', 'document_back']],
    ['photo_unclear', ['facial_photo']],
    ['data_mismatch', []],
    ['', []],
  ])('asks for what its code says, unless it names kinds: %s', async (reason_code, expected) => {
    const { id, kinds } = await asked({ reason_code });
    expect([kinds, (await applicantOf(id)).missing]).toEqual([expected, expected]);
    const named = await asked({ reason_code, kinds: ['facial_video'] });
    expect([named.kinds, (await applicantOf(named.id)).missing]).toEqual([['facial_video'], ['facial_video']]);
  });

  test('may name any kind, which stays asked for until a decision', async () => {
    const { id } = await asked({ kinds: ['proof_of_address'] });
    expect(await applicantOf(id)).toMatchObject({
      required: ['document_front', 'facial_photo', 'proof_of_address'],
      missing: ['proof_of_address'],
    });
    await supply(id, 'proof_of_address', 200);
    expect(await submit(service, id, asApplicant(id))).toMatchObject(done);
    // Another request beside it: the first one still counts, and its answer too.
    const again = await decide(service, id, 'resubmission_requested', { kinds: ['facial_photo'] }, asReviewer());
    expect(again.body.row.kinds).toEqual(['facial_photo']);
    expect((await applicantOf(id)).missing).toEqual(['facial_photo']);
    await supply(id, 'facial_photo', 300);
    await remove(service, id, 'proof_of_address');
    expect(await submit(service, id, asApplicant(id))).toMatchObject(refused('proof_of_address'));
    await supply(id, 'proof_of_address', 300);
    expect(await submit(service, id, asApplicant(id))).toMatchObject(done);

    await decide(service, id, 'rejected');
    await decide(service, id, 'in_review');
    await remove(service, id, 'proof_of_address');
    expect((await service('GET', `/api/edge/profiles/${id}`)).body.missing).toEqual([]);
  });

  test('of a kind asks for it once more: the answer to the first request is old by then', async () => {
    const { id } = await asked({ kinds: ['facial_photo'] });
    await supply(id, 'facial_photo', 300);
    await submit(service, id, asApplicant(id));
    await decide(service, id, 'resubmission_requested', { kinds: ['facial_photo'] }, asReviewer());
    expect(await submit(service, id, asApplicant(id))).toMatchObject(refused('facial_photo'));
    await supply(id, 'facial_photo', 400);
    expect(await submit(service, id, asApplicant(id))).toMatchObject(done);
  });

  test.each([
    ['a kind that there is not', 'resubmission_requested', ['selfie']],
    ['another status', 'in_review', ['facial_photo']],
  ])('does not go with %s', async (_, to, kinds) => {
    const id = await enrol(service);
    await decide(service, id, 'pending');
    expect(await decide(service, id, to, { kinds }, asReviewer())).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/kinds' }] },
    });
    expect(await historyOf(service, id)).toHaveLength(2);
  });

  test('does not tell the applicant a code of the house', async () => {
    const { id } = await asked({ reason_code: 'fraud_suspected' });
    expect((await applicantOf(id)).reason).toBeNull();
  });
});
