import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENT_KINDS, type Document } from '../../../src/schemas/document.ts';
import { api, PDF, PNG, problemOf, UNKNOWN_ID } from '../../support/api.ts';
import { stagedDocuments, storedFiles } from '../../support/stored-files.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

const asPng = { 'content-type': 'image/png' };

function download(id: string, kind: string, headers: Record<string, string> = {}, method = 'GET') {
  return worker.fetch(`/api/profiles/${id}/documents/${kind}`, {
    method,
    headers: { 'x-api-key': worker.keys.internal, ...headers },
  });
}

describe('PUT /api/profiles/:id/documents/:kind', () => {
  it('stores the body and answers its size and digest', async () => {
    const { id } = await api(worker).created();
    const response = await api(worker).upload(id, 'document_front', PNG, {
      ...asPng,
      'content-disposition': `attachment; filename="x.png"; filename*=UTF-8''h%E1%BB%99%20chi%E1%BA%BFu.png`,
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      id: expect.stringMatching(/^a[a-z0-9]{14}$/),
      version: 1,
      uploaded_by: 'partner',
      created: expect.any(String),
      kind: 'document_front',
      filename: 'hộ chiếu.png',
      content_type: 'image/png',
      size: PNG.length,
      sha256: createHash('sha256').update(PNG).digest('hex'),
    } satisfies Document);
  });

  it('judges by content, whatever name and header say', async () => {
    const { id } = await api(worker).created();
    const program = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)]);
    for (const [kind, body, type] of [
      ['document_front', program, 'image/png'],
      ['document_front', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'],
      ['document_front', '<!doctype html><script>1</script>', 'image/png'],
      ['facial_photo', PDF, 'application/pdf'],
      ['document_front', PNG, 'image/jpeg'],
    ] as const) {
      const response = await api(worker).upload(id, kind, body, { 'content-type': type });
      expect(await problemOf(response)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    }
    expect((await api(worker).read(id)).documents).toMatchObject({ document_front: null, facial_photo: null });
  });

  it('holds the content to its Content-Digest', async () => {
    const { id } = await api(worker).created();
    const digest = (data: Buffer) => `sha-256=:${createHash('sha256').update(data).digest('base64')}:`;
    const wrong = await api(worker).upload(id, 'document_front', PNG, { ...asPng, 'content-digest': digest(PDF) });
    expect(await problemOf(wrong)).toMatchObject({ status: 422, code: 'digest_mismatch' });
    expect((await api(worker).read(id)).documents.document_front).toBeNull();
    const right = await api(worker).upload(id, 'document_front', PNG, { ...asPng, 'content-digest': digest(PNG) });
    expect(right.status).toBe(200);
  });

  it('refuses an empty body, one byte too many, an unknown kind and a locked profile', async () => {
    const partner = api(worker);
    const { id } = await partner.created();
    expect((await partner.upload(id, 'document_front', '', asPng)).status).toBe(422);
    const tooLarge = Buffer.concat([PNG, Buffer.alloc(10 * 1024 * 1024 + 1 - PNG.length)]);
    expect(await problemOf(await partner.upload(id, 'document_front', tooLarge, asPng))).toMatchObject({ status: 413 });
    expect((await partner.upload(id, 'selfie', PNG, asPng)).status).toBe(404);
    expect((await partner.upload(UNKNOWN_ID, 'document_front', PNG, asPng)).status).toBe(404);
    await partner.decide(id, { status: 'in_review' });
    expect(await problemOf(await partner.upload(id, 'document_front', PNG, asPng))).toMatchObject({
      status: 409,
      code: 'profile_locked',
    });
    const internal = await api(worker, worker.keys.internal).upload(id, 'document_front', PNG, asPng);
    expect(internal.status).toBe(200);
  });
});

describe('GET /api/profiles/:id/documents/:kind', () => {
  it('streams the document back under headers that keep it inert', async () => {
    const { id } = await api(worker).created();
    await api(worker).upload(id, 'document_front', PDF, {
      'content-type': 'application/pdf',
      'content-disposition': 'attachment; filename="pass.pdf"',
    });
    const response = await download(id, 'document_front');
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(PDF);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': 'attachment; filename=pass.pdf',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      etag: `"${createHash('sha256').update(PDF).digest('hex')}"`,
    });
    expect(headers['repr-digest']).toBe(`sha-256=:${createHash('sha256').update(PDF).digest('base64')}:`);
  });

  it('answers ranges and conditions', async () => {
    const { id } = await api(worker).created();
    await api(worker).upload(id, 'document_front', PNG, asPng);
    const part = async (range: string) => {
      const response = await download(id, 'document_front', { range });
      return [response.status, response.headers.get('content-range'), Buffer.from(await response.arrayBuffer())];
    };
    const size = PNG.length;
    expect(await part('bytes=0-0')).toEqual([206, `bytes 0-0/${size}`, PNG.subarray(0, 1)]);
    expect(await part('bytes=-5')).toEqual([206, `bytes ${size - 5}-${size - 1}/${size}`, PNG.subarray(-5)]);
    expect(await part('bytes=10-')).toEqual([206, `bytes 10-${size - 1}/${size}`, PNG.subarray(10)]);
    expect(await part('bytes=10-9999')).toEqual([206, `bytes 10-${size - 1}/${size}`, PNG.subarray(10)]);
    expect((await part(`bytes=${size}-`)).slice(0, 2)).toEqual([416, `bytes */${size}`]);
    expect((await download(id, 'document_front', { range: 'lines=1-2' })).status).toBe(200);
    const several = await download(id, 'document_front', { range: 'bytes=0-1,4-5' });
    expect(several.status).toBe(206);
    expect(several.headers.get('content-type')).toMatch(/^multipart\/byteranges; boundary=/);
    const { headers } = await download(id, 'document_front');
    const etag = headers.get('etag') as string;
    expect((await download(id, 'document_front', { 'if-none-match': etag })).status).toBe(304);
    expect((await download(id, 'document_front', { 'if-match': '"other"' })).status).toBe(412);
    const head = await download(id, 'document_front', {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, String(size), '']);
  });

  it('is 404 while there is none, and closed to partners', async () => {
    const { id } = await api(worker).created();
    expect(await problemOf(await download(id, 'facial_video'))).toMatchObject({ status: 404, code: 'not_found' });
    expect((await download(UNKNOWN_ID, 'facial_video')).status).toBe(404);
    await api(worker).upload(id, 'document_front', PNG);
    const gone = (await api(worker).created()).id;
    await worker.fetch(`/api/profiles/${gone}`, { method: 'DELETE', headers: { 'x-api-key': worker.keys.internal } });
    for (const [path, status] of [
      [`${id}/documents/facial_video`, 404],
      [`${id}/documents/document_front?version=99`, 404],
      [`${UNKNOWN_ID}/documents/facial_video`, 404],
      [`${gone}/documents/document_front`, 410],
    ] as const) {
      const answer = await worker.fetch(`/api/profiles/${path}`, {
        method: 'HEAD',
        headers: { 'x-api-key': worker.keys.internal },
      });
      expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, status, null]);
    }
    expect((await download(id, 'document_front', { 'x-api-key': worker.keys.acme })).status).toBe(403);
  });
});

describe('PATCH /api/profiles/:id with multipart/form-data', () => {
  function patch(id: string, form: FormData) {
    return worker.fetch(`/api/profiles/${id}`, {
      method: 'PATCH',
      body: form,
      headers: { 'x-api-key': worker.keys.internal },
    });
  }
  function formOf(parts: Record<string, string | Blob>) {
    const form = new FormData();
    for (const [name, part] of Object.entries(parts)) {
      if (typeof part === 'string') form.append(name, part);
      else form.append(name, part, 'ảnh.png');
    }
    return form;
  }
  const png = new Blob([PNG], { type: 'image/png' });

  it('stores fields and documents together, in any order', async () => {
    const { id } = await api(worker).created({ email: 'old@example.com' });
    const response = await patch(
      id,
      formOf({ document_front: png, full_name: 'Trần Văn An', facial_photo: png, email: '', metadata: '{"a":"b"}' }),
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ full_name: 'Trần Văn An', email: null, metadata: { a: 'b' } });
    const { documents } = await api(worker).read(id);
    const sha256 = createHash('sha256').update(PNG).digest('hex');
    expect(documents.document_front).toMatchObject({
      filename: 'ảnh.png',
      content_type: 'image/png',
      size: PNG.length,
      sha256,
    });
    expect(documents.facial_photo).toMatchObject({ sha256 });
    expect(Buffer.from(await (await download(id, 'facial_photo')).arrayBuffer())).toEqual(PNG);
  });

  it('stores nothing of a form with one bad part, and names it', async () => {
    const { id } = await api(worker).created();
    for (const [parts, status, pointer] of [
      [{}, 422, undefined],
      [{ document_front: png, country: 'XX' }, 422, '/country'],
      [{ document_front: png, status: 'approved' }, 422, '/status'],
      [{ document_front: new Blob(['MZ']), full_name: 'X' }, 415, '/document_front'],
      [{ full_name: png }, 422, '/full_name'],
      [{ document_front: png, document_back: new Blob([]) }, 422, '/document_back'],
      [{ document_front: png, facial_photo: png, document_back: new Blob(['MZ']) }, 415, '/document_back'],
    ] as const) {
      const problem = await problemOf(await patch(id, formOf(parts)));
      expect([problem.status, problem.errors?.[0]?.pointer]).toEqual([status, pointer]);
    }
    const boundary = await worker.fetch(`/api/profiles/${id}`, {
      method: 'PATCH',
      body: 'x',
      headers: { 'x-api-key': worker.keys.internal, 'content-type': 'multipart/form-data' },
    });
    expect(boundary.status).toBe(400);
    const profile = await api(worker).read(id);
    expect(profile).toMatchObject({ full_name: 'Nguyễn Thị Minh', country: 'VN' });
    expect(Object.values(profile.documents)).toEqual(DOCUMENT_KINDS.map(() => null));
    expect(await storedFiles(id)).toEqual([]);
  });
});

describe('a document of a profile', () => {
  it('is replaced and removed as a whole, and its files are kept for those who review', async () => {
    const partner = api(worker);
    const { id } = await partner.created();
    await partner.upload(id, 'document_front', PNG, asPng);
    await partner.upload(id, 'document_front', PDF, { 'content-type': 'application/pdf' });
    const kept = [/document_front_\w+\.png$/, /document_front_\w+\.pdf$/].map((name) => expect.stringMatching(name));
    expect(await storedFiles(id)).toEqual(kept);
    const remove = () =>
      worker.fetch(`/api/profiles/${id}/documents/document_front`, {
        method: 'DELETE',
        headers: { 'x-api-key': worker.keys.acme },
      });
    expect((await remove()).status).toBe(204);
    expect(await storedFiles(id)).toEqual(kept);
    expect((await partner.read(id)).documents.document_front).toBeNull();
    expect((await download(id, 'document_front')).status).toBe(404);
    expect((await remove()).status).toBe(204);
    await partner.decide(id, { status: 'approved' });
    expect(await problemOf(await remove())).toMatchObject({ status: 409, code: 'profile_locked' });
  });

  it('whose file was removed from the storage is not found', async () => {
    const { id } = await api(worker).created();
    await api(worker).upload(id, 'document_front', PNG, asPng);
    for (const path of await storedFiles(id)) rmSync(path);
    expect(await problemOf(await download(id, 'document_front'))).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('stays as it was when the client is cut at 60 %', async () => {
    const partner = api(worker);
    const { id } = await partner.created();
    await partner.upload(id, 'document_front', PNG, asPng);
    const before = await storedFiles(id);
    const size = 10_000_000;
    const head = [
      `PUT /api/profiles/${id}/documents/document_front HTTP/1.1`,
      'host: localhost',
      `x-api-key: ${worker.keys.acme}`,
      'content-type: image/png',
      `content-length: ${size}`,
    ].join('\r\n');
    const socket = connect(Number(new URL(worker.origin).port), '127.0.0.1');
    socket.write(`${head}\r\n\r\n`);
    socket.write(PNG);
    await new Promise((resolve) => socket.write(Buffer.alloc(size * 0.6 - PNG.length), resolve));
    socket.destroy();
    const failed = `"route":"/api/profiles/:id/documents/:kind","status":400`;
    await expect.poll(() => worker.logs().some((line) => line.includes(failed)), { timeout: 5_000 }).toBe(true);
    await expect.poll(() => storedFiles(id), { timeout: 5_000 }).toEqual(before);
    expect(await stagedDocuments(id)).toBe(0);
    expect((await partner.read(id)).documents.document_front).toMatchObject({ size: PNG.length });
  });
});
