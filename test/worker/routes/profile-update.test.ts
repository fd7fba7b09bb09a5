import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, applicantData, json, PNG, problemOf, reviewer, UNKNOWN_ID } from '../../support/api.ts';
import { issueKey } from '../../support/keys.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

const patch = (id: string, body: object, headers: Record<string, string> = {}) =>
  worker.fetch(`/api/profiles/${id}`, { ...json(body, headers), method: 'PATCH' });

describe('PATCH /api/profiles/:id', () => {
  it('changes the fields it names and no other', async () => {
    const partner = api(worker);
    const { id } = await partner.created({ email: 'old@example.com', locale: 'vi' });
    const response = await partner.patch(`/api/profiles/${id}`, { full_name: 'Trần Văn An', email: null });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      id,
      full_name: 'Trần Văn An',
      email: null,
      locale: 'vi',
      country: 'VN',
    });
  });

  it("refuses another applicant's document", async () => {
    const partner = api(worker);
    const data = applicantData();
    await partner.created(data);
    const { id } = await partner.created();
    const response = await partner.patch(`/api/profiles/${id}`, {
      document_number: ` ${data.document_number.toLowerCase()}`,
    });
    expect(await problemOf(response)).toMatchObject({ status: 409, code: 'duplicate_applicant' });
  });

  it('recognises the applicant by the new document afterwards', async () => {
    const partner = api(worker);
    const [before, after] = [applicantData(), applicantData()];
    const { id } = await partner.created(before);
    await partner.patch(`/api/profiles/${id}`, { document_number: after.document_number });
    expect(await partner.created(after)).toMatchObject({ id, created: false });
    expect(await partner.created(before)).toMatchObject({ created: true });
  });

  it('is for reviewers and internal keys, and for partners whose key has the scope', async () => {
    const { id } = await api(worker).created();
    const { key } = await issueKey(worker);
    const change = async (headers: Record<string, string>, locale: string) => patch(id, { locale }, headers);
    expect((await change((await reviewer()).authorization, 'es')).status).toBe(200);
    expect((await change({ 'x-api-key': worker.keys.internal }, 'vi')).status).toBe(200);
    expect((await change({ 'x-api-key': key }, 'en')).status).toBe(200);
    const unscoped = await change({ 'x-api-key': worker.keys.acme }, 'fr');
    expect(await problemOf(unscoped)).toMatchObject({
      status: 403,
      code: 'forbidden',
      required_scope: 'profiles:write',
    });
    expect((await api(worker).read(id)).locale).toBe('en');
  });

  it('is closed to partners during review, and to everybody once the profile is decided', async () => {
    const { id } = await api(worker).created();
    const { key } = await issueKey(worker);
    const partner = { 'x-api-key': key };
    const others = [(await reviewer()).authorization, { 'x-api-key': worker.keys.internal }];
    const expectLocked = async (headers: Record<string, string>) =>
      expect(await problemOf(await patch(id, { locale: 'es' }, headers))).toMatchObject({
        status: 409,
        code: 'profile_locked',
      });
    await api(worker).decide(id, { status: 'in_review' });
    await expectLocked(partner);
    for (const headers of others) expect((await patch(id, { locale: 'vi' }, headers)).status).toBe(200);
    await api(worker).decide(id, { status: 'approved' });
    for (const headers of [partner, ...others]) await expectLocked(headers);
  });

  it('fills an empty external_id of a decided profile, and changes none', async () => {
    const { id } = await api(worker).created();
    await api(worker).decide(id, { status: 'approved' });
    const fill = (external_id: string) => api(worker).patch(`/api/profiles/${id}`, { external_id });
    expect(await (await fill(`a-${id}`)).json()).toMatchObject({ status: 'approved', external_id: `a-${id}` });
    expect(await problemOf(await fill(`b-${id}`))).toMatchObject({ status: 409, code: 'profile_locked' });
  });

  it('tells a key that may not read no more than that it was done', async () => {
    const data = applicantData({ email: 'minh@example.com' });
    const { id } = await api(worker).created(data);
    const { key } = await issueKey(worker, { scopes: ['profiles:write', 'documents:write'] });
    const form = new FormData();
    form.set('locale', 'es');
    form.set('document_front', new File([PNG], 'front.png', { type: 'image/png' }));
    for (const body of [json({ locale: 'vi' }), { body: form }]) {
      const headers = { ...body.headers, 'x-api-key': key };
      const response = await worker.fetch(`/api/profiles/${id}`, { ...body, method: 'PATCH', headers });
      expect(response.status).toBe(200);
      const { updated } = await api(worker).read(id);
      expect(await response.json()).toEqual({ id, status: 'unverified', updated });
    }
    expect((await api(worker, key).get(`/api/profiles/${id}`)).status).toBe(403);
  });

  it('takes document files from those alone who may write documents', async () => {
    const { id } = await api(worker).created();
    const { key } = await issueKey(worker, { scopes: ['profiles:write', 'profiles:read'] });
    const form = new FormData();
    form.set('document_front', new File([PNG], 'front.png', { type: 'image/png' }));
    const response = await worker.fetch(`/api/profiles/${id}`, {
      method: 'PATCH',
      body: form,
      headers: { 'x-api-key': key },
    });
    expect(await problemOf(response)).toMatchObject({
      status: 403,
      code: 'forbidden',
      required_scope: 'documents:write',
    });
    expect((await api(worker).read(id)).documents.document_front).toBeNull();
  });

  it('refuses status and unknown fields, and answers 404 before 422', async () => {
    const { id } = await api(worker).created();
    const status = await api(worker).patch(`/api/profiles/${id}`, { status: 'approved' });
    const problem = await problemOf(status);
    expect([problem.status, problem.errors?.[0]?.pointer]).toEqual([422, '/status']);
    const nobody = await api(worker).patch(`/api/profiles/${UNKNOWN_ID}`, { status: 'approved' });
    expect(nobody.status).toBe(404);
  });
});
