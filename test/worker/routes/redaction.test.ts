import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, applicantData, json, PNG, problemOf, reviewer, UNKNOWN_ID } from '../../support/api.ts';
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
const internal = () => ({ 'x-api-key': worker.keys.internal });
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

    const requests: [string, RequestInit][] = [
      [`/api/profiles/${id}`, { headers: internal() }],
      [`/api/profiles/${id}`, { ...json({ locale: 'vi' }, internal()), method: 'PATCH' }],
      [`/api/profiles/${id}`, { ...json({ nonsense: 1 }, internal()), method: 'PATCH' }],
      [`/api/profiles/${id}/link`, json({}, internal())],
      [`/api/profiles/${id}/submit`, { method: 'POST', headers: internal() }],
      [`/api/profiles/${id}/legal_hold`, { method: 'PUT', headers: internal() }],
      [`/api/profiles/${id}/legal_hold`, { method: 'DELETE', headers: internal() }],
      [`/api/profiles/${id}/documents`, { headers: internal() }],
      [`/api/profiles/${id}/notes`, { headers: internal() }],
      [`/api/profiles/${id}/notes`, json({ text: 'x' }, internal())],
      [`/api/status_history/${id}`, json({ status: 'in_review' }, internal())],
      [`/api/profiles/${id}/documents/document_front`, { headers: internal() }],
      [`/api/profiles/${id}/documents/document_front`, { method: 'DELETE', headers: internal() }],
      [
        `/api/profiles/${id}/documents/document_front`,
        { method: 'PUT', body: PNG, headers: { ...internal(), ...asPng } },
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

    const history = await (await worker.fetch(`/api/status_history/${id}`, { headers: internal() })).text();
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

describe('PUT and DELETE /api/profiles/:id/legal_hold', () => {
  const hold = (id: string, method: 'PUT' | 'DELETE', headers: Record<string, string> = internal()) =>
    worker.fetch(`/api/profiles/${id}/legal_hold`, { method, headers });

  it('keep the profile from being erased until the hold ends', async () => {
    const { id } = await api(worker).created();
    const { key } = await issueKey(worker);
    for (let time = 1; time <= 2; time++) {
      const answer = await hold(id, 'PUT');
      expect([answer.status, await answer.json()]).toEqual([200, { legal_hold: true }]);
    }
    expect((await api(worker).read(id)).legal_hold).toBe(true);
    for (const by of [worker.keys.internal, key]) {
      expect(await problemOf(await redact(id, by))).toMatchObject({ status: 409, code: 'profile_locked' });
    }
    for (let time = 1; time <= 2; time++) expect((await hold(id, 'DELETE')).status).toBe(204);
    expect((await api(worker).read(id)).legal_hold).toBe(false);
    const audit = await api(worker, worker.keys.internal).get(`/api/audit?profile=${id}`);
    const { items } = (await audit.json()) as { items: { action: string; target: string }[] };
    const held = items.filter(({ action }) => action === 'profile.held').map(({ target }) => target);
    expect(held).toEqual(['ends', 'begins']); // once each: a repetition changes nothing
    expect((await redact(id, key)).status).toBe(204);
  });

  it('hold a decided profile too, and lock nothing else', async () => {
    const { id } = await api(worker).created();
    await api(worker).decide(id, { status: 'approved' });
    expect((await hold(id, 'PUT')).status).toBe(200);
    expect((await api(worker).decide(id, { status: 'in_review' })).status).toBe(201);
    expect((await api(worker).patch(`/api/profiles/${id}`, { locale: 'vi' })).status).toBe(200);
  });

  it('are the operator’s: a partner’s key that may erase holds nothing, and neither does a reviewer', async () => {
    const { id } = await api(worker).created();
    const { key } = await issueKey(worker);
    for (const method of ['PUT', 'DELETE'] as const) {
      for (const headers of [
        { 'x-api-key': key },
        { 'x-api-key': worker.keys.acme },
        (await reviewer()).authorization,
      ]) {
        expect(await problemOf(await hold(id, method, headers))).toMatchObject({ status: 403, code: 'forbidden' });
      }
      expect((await hold(UNKNOWN_ID, method)).status).toBe(404);
      expect((await hold(id, method, { ...internal(), 'x-partner': 'globex' })).status).toBe(404);
    }
    expect((await api(worker).read(id)).legal_hold).toBe(false);
  });
});
