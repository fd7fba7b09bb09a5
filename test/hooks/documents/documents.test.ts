import { beforeAll, describe, expect, inject, test } from 'vitest';
import { file } from '../../support/samples.ts';
import { connect, decide, enrol, historyOf, profilePath, type Request } from '../support/client.ts';
import { filesOf, photo } from '../support/photo.ts';

const { url } = inject('pocketbase');
let service: Request;
let root: Request;
let token: string;

beforeAll(async () => {
  ({ service, root, serviceToken: token } = await connect());
});

const read = async (id: string) => (await service('GET', profilePath(id))).body;
const upload = (id: string, form: FormData, headers = {}) => service('PATCH', profilePath(id), form, headers);
const download = (id: string, init: RequestInit = {}, kind = 'facial_photo') =>
  fetch(`${url}/api/edge/profiles/${id}/documents/${kind}`, {
    ...init,
    headers: { authorization: token, 'x-partner': 'acme', ...init.headers },
  });

describe('an upload', () => {
  test('is stored under a neutral name, through every door', async () => {
    for (const client of [service, root]) {
      const id = await enrol(service);
      const profile = (await client('PATCH', profilePath(id), photo())).body;
      expect(profile.facial_photo).toMatch(/^facial_photo_\w+\.png$/);
      expect(profile.facial_photo_meta).toMatchObject({ filename: 'Ánh Nguyễn.png', size: 200 });
    }
  });

  test('replaces file and description together; removing it removes both', async () => {
    const id = await enrol(service);
    await upload(id, photo('facial_photo', 200, { sha256: 'first' }));
    const second = (await upload(id, photo('facial_photo', 300, { sha256: 'second' }))).body;
    expect(second.facial_photo_meta).toEqual({ sha256: 'second', uploaded: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(filesOf(second)).toEqual([second.facial_photo]);
    const removed = (await service('PATCH', profilePath(id), { facial_photo: '' })).body;
    expect(removed).toMatchObject({ facial_photo: '', facial_photo_meta: null });
    expect(filesOf(second)).toEqual([]);
  });

  test.each([
    ['of a type that the kind does not take', () => photoOf('application/pdf', 500), {}],
    ['that is too large', () => photoOf('image/png', 10 * 1024 * 1024 + 1), {}],
    ['to a locked profile', () => photo(), { 'x-actor-type': 'partner' }],
  ])('%s leaves profile and disk as they were', async (_, form, headers) => {
    const id = await enrol(service);
    await upload(id, photo());
    await decide(service, id, 'approved');
    const before = await read(id);
    expect((await upload(id, form(), headers)).status).toBeGreaterThanOrEqual(400);
    expect(await read(id)).toEqual(before);
    expect(filesOf(before)).toEqual([before.facial_photo]);
  });

  test('that overlaps a decision keeps both, in each of 40 rounds', async () => {
    for (let round = 0; round < 40; round++) {
      const id = await enrol(service);
      const [uploaded, decided] = await Promise.all([
        upload(id, photo('facial_photo', 50_000)),
        decide(service, id, 'in_review'),
      ]);
      expect([uploaded.status, decided.status]).toEqual([200, 200]);
      const [profile, history] = [await read(id), await historyOf(service, id)];
      expect(profile).toMatchObject({ status: 'in_review', latest_status: history.at(-1)?.id });
      expect(history).toHaveLength(2);
      expect(filesOf(profile)).toEqual([profile.facial_photo]);
    }
  });

  test('that overlaps another, and a PATCH of a field, leaves one whole file, in each of 40 rounds', async () => {
    const id = await enrol(service);
    for (let round = 0; round < 40; round++) {
      const answers = await Promise.all([
        upload(id, photo('facial_photo', 50_000, { sha256: `a${round}` })),
        service('PATCH', profilePath(id), { full_name: `Name ${round}` }),
        upload(id, photo('facial_photo', 90_000, { sha256: `b${round}` })),
        service('PATCH', profilePath(id), { email: `${round}@example.com` }),
      ]);
      expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
      const profile = await read(id);
      expect(profile).toMatchObject({ full_name: `Name ${round}`, email: `${round}@example.com` });
      expect(filesOf(profile)).toEqual([profile.facial_photo]);
      const size = profile.facial_photo_meta?.sha256 === `a${round}` ? 50_000 : 90_000;
      expect((await (await download(id)).arrayBuffer()).byteLength).toBe(size);
    }
  });
});

describe('a download', () => {
  test('streams the file with its description in one trip', async () => {
    const id = await enrol(service);
    await upload(id, photo('facial_photo', 200, { filename: 'Ánh.png' }));
    const response = await download(id);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(JSON.parse(decodeURIComponent(response.headers.get('x-document-meta') ?? ''))).toMatchObject({
      filename: 'Ánh.png',
    });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(file('image/png', 200));
  });

  test('answers ranges, conditions and HEAD', async () => {
    const id = await enrol(service);
    await upload(id, photo());
    const head = await download(id, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '200']);
    const range = await download(id, { headers: { range: 'bytes=10-19' } });
    expect([range.status, (await range.arrayBuffer()).byteLength]).toEqual([206, 10]);
    const since = { 'if-modified-since': head.headers.get('last-modified') ?? '' };
    expect((await download(id, { headers: since })).status).toBe(304);
    expect((await download(id, { headers: { range: 'bytes=900-' } })).status).toBe(416);
  });

  test('of a document that is not there says so; of a field that is none likewise', async () => {
    const id = await enrol(service);
    for (const kind of ['facial_photo', 'full_name', 'dedupe_key']) {
      const response = await download(id, {}, kind);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'not_found', reason: 'document' });
    }
  });

  test('is not for the applicant', async () => {
    const id = await enrol(service);
    await upload(id, photo());
    const headers = { 'x-actor-type': 'applicant', 'x-actor-id': id, 'x-link-iat': String(Date.now() / 1000) };
    expect((await download(id, { headers })).status).toBe(403);
  });
});

function photoOf(type: string, size: number): FormData {
  const form = new FormData();
  form.set('facial_photo', new File([file(type, size)], 'photo.png', { type: 'image/png' }));
  return form;
}
