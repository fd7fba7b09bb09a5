import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Applicant } from '../../../../src/schemas/profile.ts';
import type { StatusChange } from '../../../../src/schemas/status.ts';
import { api, problemOf, reviewer } from '../../../support/api.ts';
import { issueKey } from '../../../support/keys.ts';
import { file } from '../../../support/samples.ts';
import { startWorker, type TestWorker } from '../../../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

const asPng = { 'content-type': 'image/png' };
/** Pictures of different bytes have different sizes here. */
const picture = (size: number) => file('image/png', size);
const OLD = picture(200);

/** An applicant who has handed in an id card and its owner's photo. */
async function submitted() {
  const { id, token } = await api(worker).created({ document_type: 'id_card' });
  const headers = { authorization: `Bearer ${token}` };
  const applicant = {
    id,
    supply: (kind: string, body: BodyInit) =>
      worker.fetch(`/api/applicant/documents/${kind}`, { method: 'PUT', body, headers: { ...headers, ...asPng } }),
    submit: () => worker.fetch('/api/applicant/submit', { method: 'POST', headers }),
    read: async () => (await (await worker.fetch('/api/applicant', { headers })).json()) as Applicant,
    missing: async () => (await applicant.read()).missing,
  };
  for (const kind of ['document_front', 'document_back', 'facial_photo']) await applicant.supply(kind, OLD);
  expect((await applicant.submit()).status).toBe(200);
  return applicant;
}

const ask = (id: string, body: object) => api(worker).decide(id, { status: 'resubmission_requested', ...body });
const pointersOf = async (response: Response) =>
  (await problemOf(response)).errors?.map(({ pointer }) => pointer).toSorted();

describe('a resubmission', () => {
  it('asks for what the reason code says, and what it asked for is missing until it comes', async () => {
    const { id, supply, submit, missing } = await submitted();
    await ask(id, { reason_code: 'face_mismatch' });
    expect(await missing()).toEqual(['facial_photo']);
    expect((await api(worker).read(id)).missing).toEqual(['facial_photo']);
    await supply('facial_photo', picture(201));
    expect(await missing()).toEqual([]);
    expect((await submit()).status).toBe(200);
    await ask(id, { reason_code: 'document_unreadable' });
    expect(await missing()).toEqual(['document_front', 'document_back']);
  });

  it('asks for the kinds that it names, others than the level’s too, and says so in the history', async () => {
    const { id, supply, read } = await submitted();
    const kinds = ['facial_photo', 'proof_of_address'];
    const answer = await ask(id, { reason_code: 'document_unreadable', kinds });
    expect(((await answer.json()) as StatusChange).kinds).toEqual(kinds);
    const history = await api(worker).get(`/api/status_history/${id}`);
    expect(((await history.json()) as { items: StatusChange[] }).items.at(-1)?.kinds).toEqual(kinds);
    const asked = ['document_front', 'document_back', 'facial_photo', 'proof_of_address'];
    expect(await read()).toMatchObject({ required: asked, missing: kinds });
    expect((await supply('proof_of_address', OLD)).status).toBe(200);
    expect((await read()).missing).toEqual(['facial_photo']);
  });

  it('is not answered by the old file, nor by another file of bytes that were there before', async () => {
    const { id, supply, submit, missing } = await submitted();
    await supply('document_front', picture(201));
    await supply('document_front', OLD);
    await ask(id, { kinds: ['document_front'], reason: 'Blurred' });
    expect(await pointersOf(await submit())).toEqual(['/document_front']);
    for (const earlier of [OLD, picture(201)]) {
      await supply('document_front', earlier);
      expect(await missing()).toEqual(['document_front']);
      expect(await pointersOf(await submit())).toEqual(['/document_front']);
    }
    await supply('document_front', picture(202));
    expect(await missing()).toEqual([]);
    const answer = await submit();
    expect([answer.status, await answer.json()]).toMatchObject([200, { status: 'pending', missing: [] }]);
  });

  it('that takes back what it has answered waits again', async () => {
    const { id, supply, missing } = await submitted();
    await ask(id, { kinds: ['facial_photo'] });
    await supply('facial_photo', picture(201));
    const path = `/api/profiles/${id}/documents/facial_photo`;
    await worker.fetch(path, { method: 'DELETE', headers: { 'x-api-key': worker.keys.acme } });
    expect(await missing()).toEqual(['facial_photo']);
  });

  it('holds until somebody decides, and no longer', async () => {
    const { id, missing } = await submitted();
    await ask(id, { kinds: ['facial_photo'] });
    await api(worker).decide(id, { status: 'in_review' });
    expect(await missing()).toEqual(['facial_photo']);
    await api(worker).decide(id, { status: 'approved' });
    expect(await missing()).toEqual([]);
    await api(worker).decide(id, { status: 'in_review' });
    expect(await missing()).toEqual([]);
  });

  it('refuses kinds that are none, and with any other status', async () => {
    const { id } = await submitted();
    for (const [body, pointer] of [
      [{ status: 'resubmission_requested', kinds: ['selfie'] }, '/kinds/0'],
      [{ status: 'resubmission_requested', kinds: 'facial_photo' }, '/kinds'],
      [{ status: 'approved', kinds: ['facial_photo'] }, '/kinds'],
    ] as const) {
      const problem = await problemOf(await api(worker).decide(id, body));
      expect([body, problem.status, problem.errors?.[0]?.pointer]).toEqual([body, 422, pointer]);
    }
    expect((await api(worker).read(id)).status).toBe('pending');
  });
});

describe('POST /api/profiles/:id/submit', () => {
  const submit = (id: string, headers: Record<string, string> = { 'x-api-key': worker.keys.acme }) =>
    worker.fetch(`/api/profiles/${id}/submit`, { method: 'POST', headers });

  it('hands in for the applicant, by the same rules', async () => {
    const partner = api(worker);
    const { id } = await partner.created();
    expect(await pointersOf(await submit(id))).toEqual(['/document_front', '/facial_photo']);
    for (const kind of ['document_front', 'facial_photo']) await partner.upload(id, kind, OLD, asPng);
    const answer = await submit(id);
    expect([answer.status, await answer.json()]).toEqual([200, { id, status: 'pending' }]);
    expect((await submit(id)).status).toBe(200);
    const { latest_status } = await partner.read(id);
    expect(latest_status).toMatchObject({ to: 'pending', actor_type: 'partner', actor_id: 'acme' });
    await ask(id, { kinds: ['facial_photo'] });
    expect(await pointersOf(await submit(id))).toEqual(['/facial_photo']);
  });

  it('is for those who may write documents, of the own partner, and not once the profile is decided', async () => {
    const { id } = await api(worker).created();
    const { key } = await issueKey(worker, { scopes: ['profiles:read'] });
    const unscoped = await submit(id, { 'x-api-key': key });
    expect(await problemOf(unscoped)).toMatchObject({ status: 403, required_scope: 'documents:write' });
    expect((await submit(id, { 'x-api-key': worker.keys.globex })).status).toBe(404);
    expect((await submit(id, (await reviewer()).authorization)).status).toBe(422);
    await api(worker).decide(id, { status: 'approved' });
    expect(await problemOf(await submit(id))).toMatchObject({ status: 409, code: 'illegal_transition' });
  });
});
