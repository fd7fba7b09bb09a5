import { beforeAll, describe, expect, inject, test } from 'vitest';
import { file } from '../../support/samples.ts';
import {
  asApplicant,
  asPartner,
  asReviewer,
  auditOf,
  connect,
  decide,
  documentsOf,
  enrol,
  historyOf,
  patch,
  profilePath,
  type Request,
  remove,
  send,
  upload,
} from '../support/client.ts';
import { addPhoto, filesOf, photo, sha256, withFields } from '../support/photo.ts';

const { url } = inject('pocketbase');
let service: Request;
let root: Request;
let token: string;

beforeAll(async () => {
  ({ service, root, serviceToken: token } = await connect());
});

const read = async (id: string) => (await service('GET', profilePath(id))).body;
const answerOf = async (id: string) => (await service('GET', `/api/edge/profiles/${id}`)).body;
const statesOf = async (id: string) =>
  (await documentsOf(service, id)).map(({ kind, version, state }) => `${kind}/${version} ${state}`);
const download = (id: string, init: RequestInit = {}, kind = 'facial_photo') =>
  fetch(`${url}/api/edge/profiles/${id}/documents/${kind}`, {
    ...init,
    headers: { authorization: token, 'x-partner': 'acme', ...init.headers },
  });
const bytesOf = async (id: string, query = '') =>
  Buffer.from(await (await download(id, {}, `facial_photo${query}`)).arrayBuffer());

describe('an upload', () => {
  test('is a record with its description, stored under a neutral name', async () => {
    const id = await enrol(service);
    const answer = await upload(service, id, photo(), { ...asApplicant(id), 'x-request-id': 'req-7' });
    const facts = { kind: 'facial_photo', version: 1, filename: 'Ánh Nguyễn.png', size: 200 };
    const digest = sha256(file('image/png', 200));
    expect(answer).toMatchObject({ status: 200, body: { ...facts, sha256: digest, uploaded_by: 'applicant' } });
    const [document] = await documentsOf(service, id);
    expect(document).toMatchObject({ ...facts, id: answer.body.id, sha256: digest, state: 'current', uploader_id: id });
    expect(document?.file).toMatch(/^facial_photo_\w+\.png$/);
    expect((await answerOf(id)).documents).toMatchObject({ facial_photo: answer.body, document_front: null });
  });

  test('keeps what it replaces, for reviewers; so does a removal', async () => {
    const id = await enrol(service);
    await upload(service, id, photo('facial_photo', 200));
    await upload(service, id, photo('facial_photo', 300));
    expect(await statesOf(id)).toEqual(['facial_photo/1 superseded', 'facial_photo/2 current']);
    expect(await bytesOf(id)).toHaveLength(300);
    expect(await remove(service, id, 'facial_photo')).toMatchObject({ status: 204 });
    expect(await statesOf(id)).toEqual(['facial_photo/1 superseded', 'facial_photo/2 removed']);
    expect((await download(id)).status).toBe(404);
    expect(await bytesOf(id, '?version=1')).toEqual(file('image/png', 200));
    expect(await bytesOf(id, '?version=2')).toHaveLength(300);
    await upload(service, id, photo('facial_photo', 400));
    expect((await answerOf(id)).documents.facial_photo).toMatchObject({ version: 3, size: 400 });
    for (const document of await documentsOf(service, id)) expect(filesOf(document)).toEqual([document.file]);
  });

  test('takes each of the five kinds, and no other', async () => {
    const id = await enrol(service, { document_type: 'id_card' });
    for (const kind of ['document_front', 'document_back', 'facial_photo', 'proof_of_address']) {
      expect(await upload(service, id, photo(kind))).toMatchObject({ status: 200, body: { kind, version: 1 } });
    }
    const video = new FormData();
    const bytes = file('video/mp4', 500);
    video.set('facial_video', new File([bytes], 'video.mp4'));
    const facts = { filename: '', content_type: 'video/mp4', size: 500, sha256: sha256(bytes) };
    video.set('facial_video_meta', JSON.stringify(facts));
    expect(await upload(service, id, video)).toMatchObject({ status: 200, body: { filename: null } });
    expect((await upload(service, id, photo('passport_scan'))).status).toBe(422);
    expect(await statesOf(id)).toHaveLength(5);
  });

  test.each<[string, () => FormData, number, Record<string, string>]>([
    ['of a type that the kind does not take', () => photoOf('application/pdf', 500), 415, {}],
    ['that is too large', () => photoOf('image/png', 10 * 1024 * 1024 + 1), 413, {}],
    ['of another size than was found on the way', () => photo('facial_photo', 300, { size: 299 }), 400, {}],
    ['without its description', () => without(photo('facial_photo', 300), 'facial_photo_meta'), 400, {}],
    [
      'from an applicant whose link is another’s',
      () => photo('facial_photo', 300),
      403,
      asApplicant('another00000000'),
    ],
  ])('%s leaves profile and disk as they were', async (_, form, status, headers) => {
    const id = await enrol(service);
    await upload(service, id, photo());
    const before = [await read(id), await documentsOf(service, id), await auditOf(service, `profile = "${id}"`)];
    expect((await upload(service, id, form(), headers)).status).toBe(status);
    expect([await read(id), await documentsOf(service, id), await auditOf(service, `profile = "${id}"`)]).toEqual(
      before,
    );
  });

  test('to a locked profile leaves profile and disk as they were, whoever sends it', async () => {
    const id = await enrol(service);
    await upload(service, id, photo());
    await decide(service, id, 'approved');
    const before = [await read(id), await documentsOf(service, id)];
    for (const headers of [{}, asReviewer(), asPartner, asApplicant(id)]) {
      const locked = { status: 409, body: { code: 'profile_locked' } };
      expect(await upload(service, id, photo('facial_photo', 300), headers)).toMatchObject(locked);
      expect(await remove(service, id, 'facial_photo', headers)).toMatchObject(locked);
    }
    expect([await read(id), await documentsOf(service, id)]).toEqual(before);
  });

  test('is judged when it becomes current, not when it began', async () => {
    const id = await enrol(service);
    for (let round = 0; round < 10; round++) {
      const [uploaded, decided] = await Promise.all([
        upload(service, id, photo('facial_photo', 2_000_000 + round), asApplicant(id)),
        decide(service, id, 'in_review'),
      ]);
      expect(decided.status).toBe(200);
      const history = await historyOf(service, id);
      const events = (await auditOf(service, `profile = "${id}"`)).map(({ action }) => action);
      if (uploaded.status === 409) expect(uploaded.body.code).toBe('profile_locked');
      else expect(events.at(-2)).toBe('document.written');
      expect(history.at(-1)?.to).toBe('in_review');
      await decide(service, id, 'resubmission_requested');
    }
    expect((await documentsOf(service, id)).filter(({ state }) => state === 'staged')).toEqual([]);
  });

  test('that overlaps a decision keeps both, in each of 40 rounds', async () => {
    for (let round = 0; round < 40; round++) {
      const id = await enrol(service);
      const [uploaded, decided] = await Promise.all([
        upload(service, id, photo('facial_photo', 50_000)),
        decide(service, id, 'in_review'),
      ]);
      expect([uploaded.status, decided.status]).toEqual([200, 200]);
      const [profile, history] = [await read(id), await historyOf(service, id)];
      expect(profile).toMatchObject({ status: 'in_review', latest_status: history.at(-1)?.id, evidence_version: 2 });
      expect(history).toHaveLength(2);
      expect(await statesOf(id)).toEqual(['facial_photo/1 current']);
    }
  });

  test('that overlaps another, and a PATCH of a field, leaves whole files, in each of 40 rounds', async () => {
    const id = await enrol(service);
    for (let round = 0; round < 40; round++) {
      const answers = await Promise.all([
        upload(service, id, photo('facial_photo', 50_000 + round)),
        patch(service, id, { full_name: `Name ${round}` }),
        upload(service, id, photo('facial_photo', 90_000 + round)),
        patch(service, id, { email: `${round}@example.com` }),
      ]);
      expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
      expect(await read(id)).toMatchObject({ full_name: `Name ${round}`, email: `${round}@example.com` });
      const bytes = await bytesOf(id);
      expect([50_000 + round, 90_000 + round]).toContain(bytes.byteLength);
      expect((await answerOf(id)).documents.facial_photo).toMatchObject({
        version: 2 * (round + 1),
        sha256: sha256(bytes),
      });
    }
    const documents = await documentsOf(service, id);
    expect(documents.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
      documents.map((_, index) => index + 1),
    );
    for (const document of documents) expect(filesOf(document)).toEqual([document.file]);
  });
});

describe('a form', () => {
  const three = () => addPhoto(addPhoto(photo('document_front'), 'document_back'), 'facial_photo');

  test('of several files and fields is one change', async () => {
    const id = await enrol(service);
    const answer = await send(
      service,
      id,
      withFields(three(), { full_name: 'B', document_type: 'id_card' }),
      asPartner,
    );
    expect(answer).toMatchObject({ status: 200, body: { full_name: 'B', evidence_version: 2, missing: [] } });
    expect(await statesOf(id)).toEqual([
      'document_front/1 current',
      'document_back/1 current',
      'facial_photo/1 current',
    ]);
  });

  test.each<[string, (form: FormData) => FormData]>([
    ['is of no accepted type', (form) => replaced(form, 'facial_photo', file('application/pdf', 200))],
    ['was not received whole', (form) => addPhoto(form, 'facial_photo', 200, { size: 201 })],
    ['belongs to no profile', (form) => addPhoto(form, 'selfie')],
  ])('whose third file %s leaves nothing of the first two', async (_, spoil) => {
    const id = await enrol(service);
    const before = await read(id);
    const answer = await send(service, id, withFields(spoil(three()), { full_name: 'B' }));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect([await read(id), await documentsOf(service, id)]).toEqual([before, []]);
  });

  test.each<[string, object, number]>([
    ['are not valid', { full_name: 'B', country: 'Vietnam' }, 422],
    ['are another’s', { full_name: 'B', external_id: 'taken' }, 409],
  ])('whose fields %s leaves none of its files', async (_, fields, status) => {
    await enrol(service, { external_id: 'taken' });
    const id = await enrol(service, { document_type: 'id_card' });
    const before = await read(id);
    expect((await send(service, id, withFields(three(), fields))).status).toBe(status);
    expect([await read(id), await documentsOf(service, id)]).toEqual([before, []]);
  });

  test('is for who may read the profile, whose answer it is', async () => {
    const id = await enrol(service);
    const before = await read(id);
    expect(await send(service, id, three(), asApplicant(id))).toMatchObject({ status: 403 });
    expect(await patch(service, id, { full_name: 'B' }, asApplicant(id))).toMatchObject({ status: 403 });
    expect([await read(id), await documentsOf(service, id)]).toEqual([before, []]);
  });
});

function photoOf(type: string, size: number): FormData {
  return replaced(photo('facial_photo', 200, { size }), 'facial_photo', file(type, size));
}

function replaced(form: FormData, kind: string, bytes: Buffer): FormData {
  form.set(kind, new File([bytes], 'photo.png', { type: 'image/png' }));
  return form;
}

function without(form: FormData, name: string): FormData {
  form.delete(name);
  return form;
}

test('nobody writes a document through the records API', async () => {
  const id = await enrol(service);
  await upload(service, id, photo());
  const [document] = await documentsOf(service, id);
  for (const client of [service, root]) {
    const forged = { profile: id, kind: 'facial_photo', uploaded_by: 'partner', state: 'current' };
    expect((await client('POST', '/api/collections/documents/records', forged)).status).toBe(403);
    expect((await client('PATCH', `/api/collections/documents/records/${document?.id}`, { size: 1 })).status).toBe(403);
  }
  expect(await documentsOf(service, id)).toEqual([document]);
});
