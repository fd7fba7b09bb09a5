import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import type { AuditEntry } from '../../../../src/schemas/audit.ts';
import type { Event } from '../../../../src/schemas/event.ts';
import type { StatusChange } from '../../../../src/schemas/status.ts';
import { api, applicantData, json, PNG, problemOf, reviewer, type TestReviewer } from '../../../support/api.ts';
import { dashboardClient } from '../../../support/browser/dashboard.ts';
import { issueKey } from '../../../support/keys.ts';
import { file } from '../../../support/samples.ts';
import { startWorker, type TestWorker } from '../../../support/worker.ts';

let worker: TestWorker;
let judge: TestReviewer;
beforeAll(async () => {
  worker = await startWorker();
  judge = await reviewer();
});
afterAll(() => worker.stop());

const asPng = { 'content-type': 'image/png' };
const internal = () => ({ 'x-api-key': worker.keys.internal });
const decide = (id: string, body: object, headers: Record<string, string> = judge.authorization) =>
  worker.fetch(`/api/status_history/${id}`, json(body, headers));
const patch = (id: string, body: object, headers: Record<string, string>) =>
  worker.fetch(`/api/profiles/${id}`, { ...json(body, headers), method: 'PATCH' });
const put = (id: string, kind: string, body: BodyInit, headers: Record<string, string>) =>
  worker.fetch(`/api/profiles/${id}/documents/${kind}`, { method: 'PUT', body, headers: { ...asPng, ...headers } });
const remove = (id: string, kind: string, headers: Record<string, string>) =>
  worker.fetch(`/api/profiles/${id}/documents/${kind}`, { method: 'DELETE', headers });
const evidenceOf = async (id: string) => (await api(worker).read(id)).evidence_version;

/** A new profile whose applicant has handed in what a passport needs. */
async function submitted() {
  const { id, token } = await api(worker).created();
  const headers = { authorization: `Bearer ${token}` };
  const supply = (kind: string, body: BodyInit) =>
    worker.fetch(`/api/applicant/documents/${kind}`, { method: 'PUT', body, headers: { ...asPng, ...headers } });
  for (const kind of ['document_front', 'facial_photo']) expect((await supply(kind, PNG)).status).toBe(200);
  expect((await worker.fetch('/api/applicant/submit', { method: 'POST', headers })).status).toBe(200);
  return { id, supply };
}

describe('a decision', () => {
  it('made on what was replaced meanwhile is refused; made on what stands now it is recorded with its evidence', async () => {
    const { id, supply } = await submitted();
    const desk = await dashboardClient(worker);
    expect((await desk.post(`/dashboard/profiles/${id}/claim`)).status).toBeLessThan(400);
    const seen = await evidenceOf(id);

    expect((await supply('document_front', file('image/png', 500))).status).toBe(200);
    const { key } = await issueKey(worker, { scopes: ['profiles:write'] });
    const { document_number } = applicantData();
    expect((await patch(id, { full_name: 'Trần Văn An', document_number }, { 'x-api-key': key })).status).toBe(200);

    const { authorization } = desk.reviewer;
    const approval = { status: 'approved', expected_status: 'pending', expected_evidence: seen };
    const current = seen + 2;
    expect(await problemOf(await decide(id, approval, authorization))).toMatchObject({
      status: 409,
      code: 'evidence_changed',
      current_evidence_version: current,
    });
    expect((await api(worker).read(id)).status).toBe('pending');

    const decided = await decide(id, { ...approval, expected_evidence: current }, authorization);
    const row = (await decided.json()) as StatusChange;
    expect(decided.status).toBe(201);
    const evidence = { evidence_version: current, evidence_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) };
    expect(row).toMatchObject({ to: 'approved', ...evidence });
    const history = await api(worker).get(`/api/status_history/${id}`);
    expect(((await history.json()) as { items: StatusChange[] }).items.at(-1)).toMatchObject({
      evidence_version: row.evidence_version,
      evidence_sha256: row.evidence_sha256,
    });
  });

  it.each(['approved', 'rejected'])(
    '%s needs expected_evidence of a reviewer; an internal key may leave it out',
    async (status) => {
      const { id } = await api(worker).created();
      const body = { status, reason_code: 'other', expected_status: 'unverified' };
      expect(await problemOf(await decide(id, body))).toMatchObject({
        status: 422,
        code: 'validation_failed',
        errors: [{ pointer: '/expected_evidence' }],
      });
      for (const headers of [judge.authorization, internal()]) {
        expect(await problemOf(await decide(id, { ...body, expected_evidence: 2 }, headers))).toMatchObject({
          status: 409,
          code: 'evidence_changed',
          current_evidence_version: 1,
        });
      }
      const decided = (await (await decide(id, body, internal())).json()) as StatusChange;
      expect(decided).toMatchObject({ to: status, evidence_version: 1 });
      expect(decided.evidence_sha256).not.toBeNull();
    },
  );

  it('is judged by the status first, and a move that decides nothing needs no evidence', async () => {
    const { id } = await api(worker).created();
    const wrong = { status: 'approved', expected_status: 'in_review', expected_evidence: 7 };
    expect(await problemOf(await decide(id, wrong))).toMatchObject({ code: 'status_conflict' });
    const moved = await decide(id, { status: 'in_review', expected_status: 'unverified' });
    expect(await moved.json()).toMatchObject({ evidence_version: 1, evidence_sha256: null });
  });
});

describe('evidence_version', () => {
  it('counts changes of identity and documents alone; an equal value counts nothing', async () => {
    const data = applicantData({ date_of_birth: '1990-04-30' });
    const { id } = await api(worker).created(data);
    const { full_name, country, document_type, document_number, date_of_birth } = data as Record<string, string>;
    const same = { full_name, country, document_type, document_number, date_of_birth };
    const steps: [number, () => Promise<Response>][] = [
      [1, () => patch(id, { email: 'minh@example.com', locale: 'vi', metadata: { a: 'b' } }, internal())],
      [1, () => patch(id, same, internal())],
      [2, () => patch(id, { ...same, full_name: 'Trần Văn An' }, internal())],
      [3, () => patch(id, { date_of_birth: null }, internal())],
      [4, () => put(id, 'document_front', PNG, internal())],
      [4, () => put(id, 'document_front', PNG, internal())], // another version of the same bytes
      [5, () => put(id, 'document_front', file('image/png', 300), internal())],
      [6, () => put(id, 'proof_of_address', PNG, internal())],
      [7, () => remove(id, 'proof_of_address', internal())],
      [7, () => remove(id, 'proof_of_address', internal())],
    ];
    for (const [index, [version, step]] of steps.entries()) {
      expect((await step()).status).toBeLessThan(300);
      expect([index, await evidenceOf(id)]).toEqual([index, version]);
    }
    const body = { status: 'approved', expected_status: 'unverified', expected_evidence: 7 };
    expect((await decide(id, body)).status).toBe(201);
  });
});

describe('a decided profile', () => {
  const CHANGES: Record<string, unknown> = {
    full_name: 'Trần Văn An',
    country: 'TH',
    document_type: 'id_card',
    document_number: 'X-1234567',
    date_of_birth: '1971-02-03',
  };

  /** Every change of what a decision was made on. */
  function changesOf(id: string, headers: Record<string, string>): [string, () => Promise<Response>][] {
    return [
      ...Object.entries(CHANGES).map(([name, value]): [string, () => Promise<Response>] => [
        name,
        () => patch(id, { [name]: name === 'document_number' ? `${id}${value}` : value }, headers),
      ]),
      ['a document added', () => put(id, 'document_back', PNG, headers)],
      ['a document deleted', () => remove(id, 'document_front', headers)],
    ];
  }

  it('is locked to reviewers and internal keys; reopened, it tells of each change in an audit row and an event', async () => {
    const { id } = await submitted();
    const body = { status: 'approved', expected_status: 'pending', expected_evidence: 3 };
    expect((await decide(id, body)).status).toBe(201);
    const before = await api(worker).read(id);
    for (const [who, headers] of Object.entries({ reviewer: judge.authorization, internal: internal() })) {
      for (const [what, change] of changesOf(id, headers)) {
        const { status, code } = await problemOf(await change());
        expect([who, what, status, code]).toEqual([who, what, 409, 'profile_locked']);
      }
    }
    expect(await api(worker).read(id)).toEqual(before);

    expect((await decide(id, { status: 'in_review', expected_status: 'approved' })).status).toBe(201);
    const since = new Date(Date.now() - 1).toISOString();
    for (const [what, change] of changesOf(id, judge.authorization)) {
      expect([what, (await change()).status < 300]).toEqual([what, true]);
    }
    const query = new URLSearchParams({ profile: id, from: since, limit: '100' });
    const audit = await api(worker, worker.keys.internal).get(`/api/audit?${query}`);
    const rows = ((await audit.json()) as { items: z.infer<typeof AuditEntry>[] }).items.filter(({ action }) =>
      /^(profile\.updated|document\.)/.test(action),
    );
    expect(rows.reverse().map(({ action, target, actor_id }) => [action, target, actor_id])).toEqual([
      ...Object.keys(CHANGES).map((name) => ['profile.updated', name, judge.id]),
      ['document.written', 'document_back/1', judge.id],
      ['document.removed', 'document_front/1', judge.id],
    ]);
    const events = (await eventsOf(id)).slice(-rows.length).map(({ type, data }) => ({ type, data }));
    expect(events).toMatchObject([
      ...Object.keys(CHANGES).map((name) => ({ type: 'profile.updated', data: { fields: [name] } })),
      { type: 'profile.document_uploaded', data: { kind: 'document_back', version: 1 } },
      { type: 'profile.document_removed', data: { kind: 'document_front', version: 1 } },
    ]);
  });
});

/** Those of one profile: a feed may be long, but what it says of a new profile stands at its end. */
async function eventsOf(id: string): Promise<Event[]> {
  const events: Event[] = [];
  for (let after: string | null = null; ; ) {
    const query = new URLSearchParams({ limit: '100', ...(after && { after }) });
    const page = (await (await api(worker).get(`/api/events?${query}`)).json()) as {
      items: Event[];
      next_cursor: string | null;
    };
    events.push(...page.items.filter(({ data }) => data.profile_id === id));
    after = page.next_cursor;
    if (!after) return events;
  }
}
