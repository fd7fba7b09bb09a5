import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, PNG, problemOf } from '../../support/api.ts';
import { ENCRYPTED_PDFS, readPdf } from '../../support/pdf.ts';
import { ACCEPTED } from '../../support/samples.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

const internal = () => ({ 'x-api-key': worker.keys.internal });
const kindOf = (type: string) => (type.startsWith('video/') ? 'facial_video' : 'document_front');

describe('a file that the edge accepts', () => {
  it.each(ACCEPTED)('is accepted by PocketBase too, and comes back byte for byte: %s', async (_, type, head) => {
    const { id } = await api(worker).created();
    const response = await api(worker).upload(id, kindOf(type), new Uint8Array(head));
    expect(await response.json()).toMatchObject({ content_type: type, size: head.length });
    const read = await worker.fetch(`/api/profiles/${id}/documents/${kindOf(type)}`, { headers: internal() });
    expect(Buffer.from(await read.arrayBuffer()).equals(head)).toBe(true);
  });

  it('may be declared as curl, Python and phones declare it', async () => {
    const { id } = await api(worker).created();
    for (const type of ['image/x-png', 'application/x-www-form-urlencoded', 'binary/octet-stream', '*/*', 'image/*']) {
      const response = await api(worker).upload(id, 'document_front', PNG, { 'content-type': type });
      expect([type, response.status]).toEqual([type, 200]);
    }
  });
});

describe('a form sent where the file itself belongs', () => {
  it('is 415, and says so to partner and applicant', async () => {
    const { id, token } = await api(worker).created();
    const form = () => {
      const body = new FormData();
      body.set('document_front', new File([PNG], 'a.png', { type: 'image/png' }));
      return body;
    };
    for (const [path, headers] of [
      [`/api/profiles/${id}/documents/document_front`, internal()],
      ['/api/applicant/documents/document_front', { authorization: `Bearer ${token}` }],
    ] as const) {
      const problem = await problemOf(await worker.fetch(path, { method: 'PUT', body: form(), headers }));
      expect(problem).toMatchObject({ status: 415, code: 'unsupported_media_type' });
      expect(problem.detail).toContain('Send the file itself');
    }
  });
});

describe('a PDF with a password', () => {
  it.each(ENCRYPTED_PDFS)('is 422 on every door, and the profile stays as it was (%s)', async (name) => {
    const { id, token } = await api(worker).created();
    const file = new Uint8Array(readPdf(`${name}-user`));
    const body = new FormData();
    body.set('document_front', new File([file], 'a.pdf', { type: 'application/pdf' }));
    const asApplicant = { method: 'PUT', body: file, headers: { authorization: `Bearer ${token}` } };
    for (const response of [
      await api(worker).upload(id, 'document_front', file),
      await worker.fetch('/api/applicant/documents/document_front', asApplicant),
      await worker.fetch(`/api/profiles/${id}`, { method: 'PATCH', body, headers: internal() }),
    ]) {
      expect(await problemOf(response)).toMatchObject({ status: 422, errors: [{ pointer: '/document_front' }] });
    }
    expect((await api(worker).read(id)).documents.document_front).toBeNull();
  });

  it.each(ENCRYPTED_PDFS)('of its owner alone is stored: anybody opens it (%s)', async (name) => {
    const { id } = await api(worker).created();
    const response = await api(worker).upload(id, 'document_front', new Uint8Array(readPdf(`${name}-owner`)));
    expect(response.status).toBe(200);
  });
});

describe('a browser’s form', () => {
  it('may leave file inputs blank', async () => {
    const { id } = await api(worker).created();
    const body = new FormData();
    body.set('full_name', 'José');
    body.set('document_back', new File([], '', { type: 'application/octet-stream' }));
    body.set('document_front', new File([PNG], 'a.png', { type: 'image/png' }));
    const response = await worker.fetch(`/api/profiles/${id}`, { method: 'PATCH', body, headers: internal() });
    expect(response.status).toBe(200);
    const { full_name, documents } = await api(worker).read(id);
    expect([full_name, documents.document_front?.size, documents.document_back]).toEqual(['José', PNG.length, null]);
  });

  it('of blank inputs alone names no field', async () => {
    const { id } = await api(worker).created();
    const body = new FormData();
    body.set('document_back', new File([], '', { type: 'application/octet-stream' }));
    const response = await worker.fetch(`/api/profiles/${id}`, { method: 'PATCH', body, headers: internal() });
    expect(await problemOf(response)).toMatchObject({ status: 422, code: 'validation_failed' });
  });
});
