import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATUS_TABLE, type Status, type StatusChange } from '../../../src/schemas/status.ts';
import { api, json, problemOf, reviewer, superuser, UNKNOWN_ID } from '../../support/api.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

interface Page {
  items: StatusChange[];
  next_cursor: string | null;
}

async function history(id: string, key: string, query = ''): Promise<Page> {
  return (await (await api(worker, key).get(`/api/status_history/${id}${query}`)).json()) as Page;
}

describe('POST /api/status_history/:id', () => {
  it('moves the profile and answers the new row', async () => {
    const { id } = await api(worker).created();
    const { id: reviewerId, authorization } = await reviewer();
    const body = {
      status: 'rejected',
      reason_code: 'face_mismatch',
      reason: 'Not the same person',
      note: 'private',
      expected_status: 'unverified',
      expected_evidence: 1,
    };
    const response = await worker.fetch(
      `/api/status_history/${id}`,
      json(body, { ...authorization, 'x-request-id': 'decision-1' }),
    );
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      profile: id,
      from: 'unverified',
      to: 'rejected',
      reason_code: 'face_mismatch',
      reason: 'Not the same person',
      note: 'private',
      kinds: [],
      evidence_version: 1,
      evidence_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      actor_type: 'reviewer',
      actor_id: reviewerId,
      request_id: 'decision-1',
    });
    expect(await api(worker).read(id)).toMatchObject({ status: 'rejected' });
  });

  it('allows exactly what the table allows', async () => {
    const statuses = Object.keys(STATUS_TABLE) as Status[];
    const path: Partial<Record<Status, Status[]>> = { expired: ['expired'], canceled: ['canceled'], unverified: [] };
    for (const from of statuses) {
      for (const to of statuses.filter((status) => status !== from)) {
        const { id } = await api(worker).created();
        for (const step of path[from] ?? (from === 'resubmission_requested' ? ['pending', from] : [from])) {
          expect((await api(worker).decide(id, { status: step })).status).toBe(201);
        }
        const response = await api(worker).decide(id, { status: to });
        if (STATUS_TABLE[from].includes(to)) expect([from, to, response.status]).toEqual([from, to, 201]);
        else
          expect(await problemOf(response)).toMatchObject({
            status: 409,
            code: 'illegal_transition',
            allowed: STATUS_TABLE[from],
          });
      }
    }
  });

  it('judges expected_status first', async () => {
    const { id } = await api(worker).created();
    const response = await api(worker).decide(id, { status: 'approved', expected_status: 'in_review' });
    expect(await problemOf(response)).toMatchObject({
      status: 409,
      code: 'status_conflict',
      current_status: 'unverified',
    });
  });

  it('answers the same status again with the newest row and writes nothing', async () => {
    const { id } = await api(worker).created();
    const first = (await (await api(worker).decide(id, { status: 'in_review' })).json()) as StatusChange;
    const again = await api(worker).decide(id, { status: 'in_review', reason: 'other' });
    expect(again.status).toBe(200);
    expect(await again.json()).toEqual(first);
    expect((await history(id, worker.keys.internal)).items).toHaveLength(2);
  });

  it('lets exactly one of 20 contradictory decisions win', async () => {
    const { id } = await api(worker).created();
    await api(worker).decide(id, { status: 'in_review' });
    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        api(worker).decide(id, { status: n % 2 ? 'approved' : 'rejected', expected_status: 'in_review' }),
      ),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
    expect((await history(id, worker.keys.internal)).items).toHaveLength(3);
  });

  it('demands expected_status from reviewers, and refuses partners', async () => {
    const { id } = await api(worker).created();
    const { authorization } = await reviewer();
    const response = await worker.fetch(`/api/status_history/${id}`, json({ status: 'approved' }, authorization));
    expect(await problemOf(response)).toMatchObject({ status: 422, errors: [{ pointer: '/expected_status' }] });
    const partner = await api(worker).post(`/api/status_history/${id}`, { status: 'approved' });
    expect(await problemOf(partner)).toMatchObject({ status: 403, required_scope: 'status:write' });
    const unknown = await worker.fetch(
      `/api/status_history/${UNKNOWN_ID}`,
      json({ status: 'approved' }, authorization),
    );
    expect(unknown.status).toBe(404);
  });
});

describe('GET /api/status_history/:id', () => {
  it('tells the story oldest first, a page at a time', async () => {
    const { id } = await api(worker).created();
    for (const status of ['pending', 'in_review', 'approved'])
      await api(worker).decide(id, { status, note: 'private' });
    const first = await history(id, worker.keys.acme, '?limit=3');
    const second = await history(id, worker.keys.acme, `?limit=3&cursor=${first.next_cursor}`);
    const rows = [...first.items, ...second.items];
    expect(rows.map(({ from, to }) => [from, to])).toEqual([
      [null, 'unverified'],
      ['unverified', 'pending'],
      ['pending', 'in_review'],
      ['in_review', 'approved'],
    ]);
    expect(second.next_cursor).toBeNull();
  });

  it('keeps notes and actors from partners', async () => {
    const { id } = await api(worker).created();
    await api(worker).decide(id, { status: 'approved', note: 'private' });
    const partner = JSON.stringify(await history(id, worker.keys.acme));
    expect(partner).not.toMatch(/private|note|actor_id/);
    const [, decision] = (await history(id, worker.keys.internal)).items;
    expect(decision).toMatchObject({ note: 'private', actor_type: 'service', actor_id: 'ops' });
  });

  it("is another partner's 404", async () => {
    const { id } = await api(worker).created();
    expect((await api(worker, worker.keys.globex).get(`/api/status_history/${id}`)).status).toBe(404);
    expect((await api(worker).get(`/api/status_history/${id}?limit=101`)).status).toBe(422);
  });

  it("shows a superuser's change made in PocketBase's own API", async () => {
    const { id } = await api(worker).created();
    await (await superuser()).collection('profiles').update(id, { status: 'approved' });
    const { items } = await history(id, worker.keys.internal);
    expect(items).toHaveLength(2);
    expect(items[1]).toMatchObject({ from: 'unverified', to: 'approved', actor_type: 'superuser' });
  });
});
