import { beforeAll, describe, expect, inject, test } from 'vitest';
import { file } from '../../support/samples.ts';
import { asApplicant, asPartner, asReviewer, connect, enrol, type Request, upload } from '../support/client.ts';
import { photo, sha256 } from '../support/photo.ts';

const { url } = inject('pocketbase');
let service: Request;
let token: string;

beforeAll(async () => {
  ({ service, serviceToken: token } = await connect());
});

const download = (id: string, init: RequestInit = {}, kind = 'facial_photo') =>
  fetch(`${url}/api/edge/profiles/${id}/documents/${kind}`, {
    ...init,
    headers: { authorization: token, 'x-partner': 'acme', ...init.headers },
  });

describe('a download', () => {
  test('streams the file with its description in one trip', async () => {
    const id = await enrol(service);
    await upload(service, id, photo('facial_photo', 200, { filename: 'Ánh.png' }));
    const response = await download(id);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(JSON.parse(decodeURIComponent(response.headers.get('x-document-meta') ?? ''))).toMatchObject({
      filename: 'Ánh.png',
      content_type: 'image/png',
      size: 200,
      sha256: sha256(file('image/png', 200)),
    });
    expect(response.headers.get('etag')).toBe(`"${sha256(file('image/png', 200))}"`);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(file('image/png', 200));
  });

  test('answers ranges, conditions and HEAD', async () => {
    const id = await enrol(service);
    await upload(service, id, photo());
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
    for (const kind of ['facial_photo', 'proof_of_address', 'full_name', 'dedupe_key']) {
      const response = await download(id, {}, kind);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'not_found', reason: 'document' });
    }
  });

  test('is not for the applicant', async () => {
    const id = await enrol(service);
    await upload(service, id, photo());
    expect((await download(id, { headers: asApplicant(id) })).status).toBe(403);
  });

  test('of an earlier version is for reviewers and internal keys', async () => {
    const id = await enrol(service);
    for (const size of [200, 300]) await upload(service, id, photo('facial_photo', size));
    const sizeOf = async (version: string, headers = {}) => {
      const response = await download(id, { headers }, `facial_photo?version=${version}`);
      return response.status === 200 ? (await response.arrayBuffer()).byteLength : response.status;
    };
    for (const headers of [{}, asReviewer()]) {
      expect(await sizeOf('1', headers)).toBe(200);
      expect(await sizeOf('2', headers)).toBe(300);
    }
    for (const version of ['3', '0', 'x', '-1']) expect(await sizeOf(version)).toBe(404);
    expect(await sizeOf('1', asPartner)).toBe(403);
    expect(await sizeOf('', asPartner)).toBe(300);
  });
});
