import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, PNG, problemOf, superuser } from '../../../support/api.ts';
import { stagedDocuments, storedFiles } from '../../../support/stored-files.ts';
import { startWorker, type TestWorker } from '../../../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

const asPng = { 'content-type': 'image/png' };
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');

describe('an upload', () => {
  it('is never carried over a decision, whose digest is that of what it was made on: 200 uploads race 200 decisions', async () => {
    const partner = api(worker);
    const evidence = (await superuser()).collection('evidence');
    const line = `document_front "${sha256(PNG)}"`;
    let [won, refused] = [0, 0];
    for (let round = 0; round < 200; round++) {
      const { id } = await partner.created();
      const [upload, decision] = await Promise.all([
        partner.upload(id, 'document_front', PNG, asPng),
        partner.decide(id, { status: 'approved' }),
      ]);
      expect(decision.status).toBe(201);
      const { status, latest_status, documents, evidence_version } = await partner.read(id);
      expect([status, latest_status.to]).toEqual(['approved', 'approved']);
      const { salt, text } = await evidence.getOne(latest_status.id);
      expect(latest_status).toMatchObject({ evidence_version, evidence_sha256: sha256(salt + text) });
      if (upload.status === 200) {
        expect([documents.document_front?.version, evidence_version]).toEqual([1, 2]);
        expect(text.split('\n')).toContain(line);
        won++;
      } else {
        expect(await problemOf(upload)).toMatchObject({ status: 409, code: 'profile_locked' });
        expect(await storedFiles(id)).toEqual([]);
        expect(await stagedDocuments(id)).toBe(0);
        expect([documents.document_front, evidence_version]).toEqual([null, 1]);
        expect(text).not.toContain('document_front');
        refused++;
      }
    }
    expect(won + refused).toBe(200);
  }, 300_000);

  it('that races an erasure leaves no file and no staged record, in each of 50 rounds', async () => {
    const partner = api(worker);
    for (let round = 0; round < 50; round++) {
      const { id } = await partner.created();
      const [upload, erasure] = await Promise.all([
        partner.upload(id, 'document_front', PNG, asPng),
        worker.fetch(`/api/profiles/${id}`, { method: 'DELETE', headers: { 'x-api-key': worker.keys.internal } }),
      ]);
      expect(erasure.status).toBe(204);
      if (upload.status !== 200) expect(await problemOf(upload)).toMatchObject({ status: 410, code: 'gone' });
      expect(await storedFiles(id)).toEqual([]);
      expect(await stagedDocuments(id)).toBe(0);
    }
  }, 120_000);
});
