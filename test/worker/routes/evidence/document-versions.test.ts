import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentVersion } from '../../../../src/schemas/document.ts';
import { api, PDF, PNG, problemOf, reviewer, type TestReviewer, UNKNOWN_ID } from '../../../support/api.ts';
import { issueKey } from '../../../support/keys.ts';
import { file } from '../../../support/samples.ts';
import { stagedDocuments, storedFiles } from '../../../support/stored-files.ts';
import { startWorker, type TestWorker } from '../../../support/worker.ts';

let worker: TestWorker;
let judge: TestReviewer;
let partnersKey: string;
beforeAll(async () => {
  worker = await startWorker();
  judge = await reviewer();
  partnersKey = (await issueKey(worker)).key;
});
afterAll(() => worker.stop());

const asPng = { 'content-type': 'image/png' };
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');
const SECOND = file('image/png', 300);

const everybody = (): Record<string, Record<string, string>> => ({
  partner: { 'x-api-key': partnersKey },
  reviewer: judge.authorization,
  internal: { 'x-api-key': worker.keys.internal },
});
const PRIVATE = ['reviewer', 'internal'];

const list = (id: string, headers: Record<string, string> = judge.authorization, query = '') =>
  worker.fetch(`/api/profiles/${id}/documents${query}`, { headers });
const versionsOf = async (...args: Parameters<typeof list>) =>
  (await (await list(...args)).json()) as { items: DocumentVersion[]; next_cursor: string | null };
const download = (id: string, kind: string, headers = judge.authorization as Record<string, string>, query = '') =>
  worker.fetch(`/api/profiles/${id}/documents/${kind}${query}`, { headers });
const remove = (id: string, kind: string) =>
  worker.fetch(`/api/profiles/${id}/documents/${kind}`, { method: 'DELETE', headers: { 'x-api-key': partnersKey } });

/** A front that was replaced once, a proof of address, and a photo that was removed. */
async function documented() {
  const partner = api(worker);
  const { id, token } = await partner.created();
  await worker.fetch('/api/applicant/documents/document_front', {
    method: 'PUT',
    body: PNG,
    headers: { ...asPng, authorization: `Bearer ${token}` },
  });
  await partner.upload(id, 'facial_photo', PNG, asPng);
  await partner.upload(id, 'proof_of_address', PDF, { 'content-disposition': 'attachment; filename="bill.pdf"' });
  await partner.upload(id, 'document_front', SECOND, asPng);
  await remove(id, 'facial_photo');
  return id;
}

describe('GET /api/profiles/:id/documents', () => {
  it('lists every version newest first for those who review, and who brought it', async () => {
    const id = await documented();
    for (const who of PRIVATE) {
      const { items, next_cursor } = await versionsOf(id, everybody()[who]);
      const told = items.map(({ kind, version, state, uploaded_by, uploader_id }) => [
        kind,
        version,
        state,
        uploaded_by,
        uploader_id,
      ]);
      expect(told).toEqual([
        ['document_front', 2, 'current', 'partner', 'acme'],
        ['proof_of_address', 1, 'current', 'partner', 'acme'],
        ['facial_photo', 1, 'removed', 'partner', 'acme'],
        ['document_front', 1, 'superseded', 'applicant', id],
      ]);
      expect(next_cursor).toBeNull();
      expect(items[1]).toMatchObject({
        filename: 'bill.pdf',
        content_type: 'application/pdf',
        size: PDF.length,
        sha256: sha256(PDF),
      });
    }
  });

  it('comes in pages', async () => {
    const id = await documented();
    const seen: DocumentVersion[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await versionsOf(id, judge.authorization, `?limit=3${cursor && `&cursor=${cursor}`}`);
      expect(page.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.items);
      cursor = page.next_cursor;
    }
    expect(seen).toEqual((await versionsOf(id)).items);
  });

  it('shows a partner the current ones, and the type of who brought them', async () => {
    const id = await documented();
    const { items } = await versionsOf(id, everybody().partner);
    expect(items.map(({ kind, version }) => [kind, version])).toEqual([
      ['document_front', 2],
      ['proof_of_address', 1],
    ]);
    for (const item of items) {
      expect(item).toMatchObject({ state: 'current', uploaded_by: 'partner' });
      expect(item).not.toHaveProperty('uploader_id');
    }
  });

  it('is empty without documents; 404 without a profile or for another partner; 410 once it is erased', async () => {
    const { id } = await api(worker).created();
    for (const headers of Object.values(everybody())) {
      expect(await versionsOf(id, headers)).toEqual({ items: [], next_cursor: null });
      expect((await list(UNKNOWN_ID, headers)).status).toBe(404);
    }
    const foreign = await issueKey(worker, { partner: 'globex' });
    const documentedId = await documented();
    expect((await list(documentedId, { 'x-api-key': foreign.key })).status).toBe(404);
    expect(await problemOf(await list(id, { 'x-api-key': worker.keys.acme }))).toMatchObject({
      status: 403,
      required_scope: 'documents:read',
    });
    const internal = everybody().internal ?? {};
    await worker.fetch(`/api/profiles/${documentedId}`, { method: 'DELETE', headers: internal });
    for (const headers of Object.values(everybody())) {
      expect(await problemOf(await list(documentedId, headers))).toMatchObject({ status: 410, code: 'gone' });
    }
  });
});

describe('GET /api/profiles/:id/documents/:kind?version=', () => {
  it('gives those who review any version, also of what was removed', async () => {
    const id = await documented();
    for (const who of PRIVATE) {
      const bytes = async (kind: string, query = '') =>
        Buffer.from(await (await download(id, kind, everybody()[who], query)).arrayBuffer());
      expect(await bytes('document_front')).toEqual(SECOND);
      expect(await bytes('document_front', '?version=2')).toEqual(SECOND);
      expect(await bytes('document_front', '?version=1')).toEqual(PNG);
      expect(await bytes('facial_photo', '?version=1')).toEqual(PNG);
      expect((await download(id, 'facial_photo', everybody()[who])).status).toBe(404);
      expect((await download(id, 'document_front', everybody()[who], '?version=3')).status).toBe(404);
    }
  });

  it('is closed to partners, to whom the current one is open', async () => {
    const id = await documented();
    for (const version of [1, 2]) {
      const refused = await download(id, 'document_front', everybody().partner, `?version=${version}`);
      expect(await problemOf(refused)).toMatchObject({ status: 403, code: 'forbidden' });
    }
    const current = await download(id, 'document_front', everybody().partner);
    expect(Buffer.from(await current.arrayBuffer())).toEqual(SECOND);
  });

  it.each(['0', '-1', '1.5', 'x', '', '0x1', '1e0', '%201', '1&other=1'])('refuses version=%s', async (version) => {
    const id = await documented();
    const refused = await download(id, 'document_front', judge.authorization, `?version=${version}`);
    expect(await problemOf(refused)).toMatchObject({ status: 422, code: 'validation_failed' });
  });
});

describe('a document', () => {
  it('that was deleted is no longer there; its next file is the next version', async () => {
    const id = await documented();
    expect((await api(worker).read(id)).documents.facial_photo).toBeNull();
    const again = await api(worker).upload(id, 'facial_photo', SECOND, asPng);
    expect(await again.json()).toMatchObject({ kind: 'facial_photo', version: 2, sha256: sha256(SECOND) });
    const states = (await versionsOf(id)).items.filter(({ kind }) => kind === 'facial_photo');
    expect(states.map(({ version, state }) => [version, state])).toEqual([
      [2, 'current'],
      [1, 'removed'],
    ]);
  });

  it('that proves an address may be a PDF, and no video', async () => {
    const { id } = await api(worker).created();
    const refused = await api(worker).upload(id, 'proof_of_address', file('video/mp4', 500));
    expect(await problemOf(refused)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    expect((await api(worker).upload(id, 'proof_of_address', PDF)).status).toBe(200);
    expect((await api(worker).read(id)).documents.proof_of_address).toMatchObject({ content_type: 'application/pdf' });
  });
});

describe('a form with several files', () => {
  const send = (id: string, parts: [name: string, part: Blob | string][]) => {
    const body = new FormData();
    for (const [name, part] of parts) {
      if (typeof part === 'string') body.append(name, part);
      else body.append(name, part, 'x.png');
    }
    return worker.fetch(`/api/profiles/${id}`, { method: 'PATCH', body, headers: everybody().internal ?? {} });
  };
  const png = new Blob([SECOND], { type: 'image/png' });

  it('becomes one change: every file and field, one step of the evidence for all of it', async () => {
    const id = await documented();
    const before = await api(worker).read(id);
    const answer = await send(id, [
      ['document_front', png],
      ['full_name', 'Trần Văn An'],
      ['proof_of_address', png],
      ['facial_photo', png],
    ]);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      full_name: 'Trần Văn An',
      evidence_version: before.evidence_version + 1,
      documents: { document_front: { version: 3 }, proof_of_address: { version: 2 }, facial_photo: { version: 2 } },
    });
  });

  it.each([
    ['whose third file is none', new Blob(['MZ'.repeat(100)]), 415],
    ['whose third file is too large', new Blob([file('image/png', 10 * 1024 * 1024 + 1)]), 413],
    ['whose third file is empty', new Blob([]), 422],
  ])('%s leaves nothing of the first two', async (_, bad, status) => {
    const id = await documented();
    const [profile, versions, files] = [await api(worker).read(id), await versionsOf(id), await storedFiles(id)];
    const answer = await send(id, [
      ['document_front', png],
      ['facial_photo', png],
      ['document_back', bad],
      ['full_name', 'Trần Văn An'],
    ]);
    expect(await problemOf(answer)).toMatchObject({ status, errors: [{ pointer: '/document_back' }] });
    await expect.poll(() => stagedDocuments(id)).toBe(0);
    expect(await storedFiles(id)).toEqual(files);
    expect(await versionsOf(id)).toEqual(versions);
    expect(await api(worker).read(id)).toEqual(profile);
  });
});
