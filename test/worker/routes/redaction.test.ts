import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, applicantData, json, PNG, problemOf, UNKNOWN_ID } from '../../support/api.ts';
import { issueKey } from '../../support/keys.ts';
import type { CountingProxy } from '../../support/proxy.ts';
import { storedFiles } from '../../support/stored-files.ts';
import { startProxiedWorker, type TestWorker } from '../../support/worker.ts';

let proxy: CountingProxy;
let worker: TestWorker;
beforeAll(async () => {
  ({ proxy, worker } = await startProxiedWorker());
});
afterAll(() => worker.stop());

const asPng = { 'content-type': 'image/png' };
const redact = (id: string, key = worker.keys.internal) =>
  worker.fetch(`/api/profiles/${id}`, { method: 'DELETE', headers: { 'x-api-key': key } });

describe('DELETE /api/profiles/:id', () => {
  it('erases what is personal, once and for all, and keeps the history', async () => {
    const external_id = randomUUID();
    const data = applicantData({ external_id, email: `${randomUUID()}@example.com` });
    const { id, token } = await api(worker).created(data);
    await api(worker).upload(id, 'document_front', PNG, asPng);
    const reason = `Because ${randomUUID()}`;
    await api(worker).decide(id, { status: 'rejected', reason, note: `Note ${randomUUID()}` });
    await worker.fetch(`/api/profiles/${id}/notes`, json({ text: reason }, { 'x-api-key': worker.keys.internal }));
    expect(await storedFiles(id)).not.toEqual([]);

    expect((await redact(id)).status).toBe(204);
    expect((await redact(id)).status).toBe(204);

    const internal = { 'x-api-key': worker.keys.internal };
    const requests: [string, RequestInit][] = [
      [`/api/profiles/${id}`, { headers: internal }],
      [`/api/profiles/${id}`, { ...json({ locale: 'vi' }, internal), method: 'PATCH' }],
      [`/api/profiles/${id}`, { ...json({ nonsense: 1 }, internal), method: 'PATCH' }],
      [`/api/profiles/${id}/link`, json({}, internal)],
      [`/api/profiles/${id}/submit`, { method: 'POST', headers: internal }],
      [`/api/profiles/${id}/legal_hold`, { method: 'PUT', headers: internal }],
      [`/api/profiles/${id}/legal_hold`, { method: 'DELETE', headers: internal }],
      [`/api/profiles/${id}/documents`, { headers: internal }],
      [`/api/profiles/${id}/notes`, { headers: internal }],
      [`/api/profiles/${id}/notes`, json({ text: 'x' }, internal)],
      [`/api/status_history/${id}`, json({ status: 'in_review' }, internal)],
      [`/api/profiles/${id}/documents/document_front`, { headers: internal }],
      [`/api/profiles/${id}/documents/document_front`, { method: 'DELETE', headers: internal }],
      [
        `/api/profiles/${id}/documents/document_front`,
        { method: 'PUT', body: PNG, headers: { ...internal, ...asPng } },
      ],
      ['/api/applicant', { headers: { authorization: `Bearer ${token}` } }],
      ['/api/applicant/submit', { method: 'POST', headers: { authorization: `Bearer ${token}` } }],
      [
        '/api/applicant/documents/facial_photo',
        { method: 'PUT', body: PNG, headers: { authorization: `Bearer ${token}`, ...asPng } },
      ],
    ];
    for (const [path, init] of requests) {
      const { status, code } = await problemOf(await worker.fetch(path, init));
      expect([init.method ?? 'GET', path, status, code]).toEqual([init.method ?? 'GET', path, 410, 'gone']);
    }
    expect(await storedFiles(id)).toEqual([]);

    const history = await (await worker.fetch(`/api/status_history/${id}`, { headers: internal })).text();
    expect(JSON.parse(history).items.map((row: { to: string }) => row.to)).toEqual(['unverified', 'rejected']);
    expect(history).not.toContain(reason);

    for (const query of [`external_id=${external_id}`, 'status=rejected&limit=100', 'limit=100']) {
      const list = await api(worker).get(`/api/profiles?${query}`);
      expect([query, list.status]).toEqual([query, 200]);
      expect(await list.text()).not.toContain(id);
    }
    const again = await api(worker).create(data);
    expect(again.status).toBe(201);
  });

  it('is the partner’s to do with the scope, on its own profiles', async () => {
    const { id } = await api(worker).created();
    const { id: foreign } = await api(worker, worker.keys.globex).created();
    const { key } = await issueKey(worker);
    expect((await redact(id, worker.keys.acme)).status).toBe(403);
    expect((await redact(foreign, key)).status).toBe(404);
    expect((await redact(UNKNOWN_ID, key)).status).toBe(404);
    expect((await redact(id, key)).status).toBe(204);
  });

  it('stops an upload that began before it, and leaves no file', async () => {
    const { id } = await api(worker).created();
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const big = Buffer.concat([PNG, Buffer.alloc(4_000_000)]);
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(big.subarray(0, 2_000_000));
        await gate;
        controller.enqueue(big.subarray(2_000_000));
        controller.close();
      },
    });
    const headers = { 'x-api-key': worker.keys.acme, ...asPng };
    const upload = worker.fetch(`/api/profiles/${id}/documents/document_front`, {
      method: 'PUT',
      body,
      headers,
      duplex: 'half',
    } as RequestInit);
    const isUnderWay = () => proxy.take().some((call) => call.endsWith(`${id}/documents`));
    await expect.poll(isUnderWay, { timeout: 5_000 }).toBe(true);
    expect((await redact(id)).status).toBe(204);
    release();
    expect(await problemOf(await upload)).toMatchObject({ status: 410, code: 'gone' });
    expect(await storedFiles(id)).toEqual([]);
  });
});
