import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CreatedProfile, Link, Profile } from '../../../src/schemas/profile.ts';
import {
  api,
  applicantData,
  json,
  PDF,
  PNG,
  problemOf,
  reviewer,
  superuser,
  tokenOf,
  UNKNOWN_ID,
} from '../../support/api.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

describe('POST /api/profiles/create', () => {
  it('creates a profile and answers with a link to the hosted frontend', async () => {
    const response = await api(worker).create();
    const profile = (await response.json()) as CreatedProfile;
    expect(response.status).toBe(201);
    expect(profile).toMatchObject({ status: 'unverified', created: true });
    expect(profile.id).toMatch(/^[a-z0-9]{15}$/);
    expect(profile.redirect_url).toMatch(new RegExp(`^${worker.frontend}/${profile.id}#token=ey`));
    const lifetime = Date.parse(profile.redirect_expires_at as string) - Date.now();
    expect(lifetime / 86_400_000).toBeCloseTo(1, 2);
  });

  it('recognises the same applicant however the number is written', async () => {
    const partner = api(worker);
    const first = await partner.created({ document_number: 'ab-77 88 99 x' });
    const again = await partner.create({ document_number: ' ＡＢ７７.8899/X ', full_name: 'minh NGUYEN thi' });
    expect(again.status).toBe(200);
    expect(await again.json()).toMatchObject({ id: first.id, created: false, status: 'unverified' });
    expect((await partner.read(first.id)).full_name).toBe('Nguyễn Thị Minh');
  });

  it('answers 50 concurrent equal creates with one id, exactly one of them 201', async () => {
    const data = applicantData();
    const headers = { 'x-api-key': worker.keys.acme };
    const responses = await Promise.all(
      Array.from({ length: 50 }, () => worker.fetch('/api/profiles/create', json(data, headers))),
    );
    const bodies = await Promise.all(responses.map((response) => response.json() as Promise<CreatedProfile>));
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(49);
    expect(new Set(bodies.map(({ id }) => id)).size).toBe(1);
    const admin = await superuser();
    const records = await admin
      .collection('profiles')
      .getFullList({ filter: `document_number = "${data.document_number}"` });
    expect(records).toHaveLength(1);
  });

  it('keeps applicants of different partners, countries and document types apart', async () => {
    const data = applicantData();
    const ids = await Promise.all([
      api(worker).created(data),
      api(worker, worker.keys.globex).created(data),
      api(worker).created({ ...data, country: 'TH' }),
      api(worker).created({ ...data, document_type: 'id_card' }),
    ]);
    expect(new Set(ids.map(({ id }) => id)).size).toBe(4);
  });

  it('fills an empty external_id and refuses another one', async () => {
    const partner = api(worker);
    const data = applicantData();
    const { id } = await partner.created(data);
    expect((await partner.create({ ...data, external_id: `a-${id}` })).status).toBe(200);
    expect((await partner.read(id)).external_id).toBe(`a-${id}`);
    const other = await partner.create({ ...data, external_id: `b-${id}` });
    expect(await problemOf(other)).toMatchObject({ status: 409, code: 'external_id_taken' });
    const stolen = await partner.create({ external_id: `a-${id}` });
    expect(await problemOf(stolen)).toMatchObject({ status: 409, code: 'external_id_taken' });
    expect((await api(worker, worker.keys.globex).create({ external_id: `a-${id}` })).status).toBe(201);
  });

  it('revives an expired profile, frees the key of a canceled one, and gives no link once decided', async () => {
    const partner = api(worker);
    const data = applicantData({ external_id: applicantData().document_number });
    const { id } = await partner.created(data);
    await partner.decide(id, { status: 'expired' });
    expect(await partner.created(data)).toMatchObject({ id, created: false, status: 'unverified' });
    expect((await partner.read(id)).latest_status).toMatchObject({
      from: 'expired',
      to: 'unverified',
      actor_type: 'partner',
    });
    await partner.decide(id, { status: 'canceled' });
    const fresh = await partner.created(data);
    expect(fresh).toMatchObject({ created: true });
    expect(fresh.id).not.toBe(id);
    await partner.decide(fresh.id, { status: 'approved' });
    const decided = (await (await partner.create(data)).json()) as CreatedProfile;
    expect(decided).toMatchObject({ id: fresh.id, status: 'approved', redirect_url: null, redirect_expires_at: null });
  });

  it('lets an internal key name the partner, and nobody else', async () => {
    const internal = { 'x-api-key': worker.keys.internal };
    const named = await worker.fetch(
      '/api/profiles/create',
      json(applicantData(), { ...internal, 'x-partner': 'acme' }),
    );
    const { id } = (await named.json()) as CreatedProfile;
    expect(named.status).toBe(201);
    expect(await api(worker).read(id)).toMatchObject({ partner: 'acme' });
    const unnamed = await worker.fetch('/api/profiles/create', json(applicantData(), internal));
    expect(await problemOf(unnamed)).toMatchObject({ status: 400, code: 'invalid_request' });
    const own = await worker.fetch(
      '/api/profiles/create',
      json(applicantData(), { 'x-api-key': worker.keys.acme, 'x-partner': 'acme' }),
    );
    expect(await problemOf(own)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('points at every field that does not pass', async () => {
    const response = await api(worker).post('/api/profiles/create', {
      ...applicantData({ country: 'XX', document_number: '--', phone: '0123', email: 'nobody' }),
      date_of_birth: '2999-01-01',
      locale: 'not a locale',
      metadata: { 'a/b~c': 7 },
      is_admin: true,
    });
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(problem.errors?.map(({ pointer }) => pointer).sort()).toEqual([
      '/country',
      '/date_of_birth',
      '/document_number',
      '/email',
      '/is_admin',
      '/locale',
      '/metadata/a~1b~0c',
      '/phone',
    ]);
  });
});

describe('GET /api/profiles/:id', () => {
  it('answers every create field, the latest status and the documents', async () => {
    const partner = api(worker);
    const data = applicantData({
      date_of_birth: '1990-04-30',
      email: 'minh@example.com',
      phone: '+84901234567',
      external_id: `user-${Math.random()}`,
      locale: 'vi',
      metadata: { plan: 'gold' },
    });
    const { id } = await partner.created(data);
    await partner.upload(id, 'document_front', PNG, { 'content-type': 'image/png' });
    const profile = (await (await partner.get(`/api/profiles/${id}`)).json()) as Profile;
    expect(profile).toMatchObject({ ...data, id, partner: worker.partner, status: 'unverified' });
    expect(profile.latest_status).toMatchObject({ profile: id, from: null, to: 'unverified', actor_type: 'partner' });
    expect(profile.latest_status).not.toHaveProperty('actor_id');
    expect(profile.documents.document_front).toMatchObject({ kind: 'document_front', size: PNG.length });
    expect(profile.documents.facial_video).toBeNull();
  });

  it('is told as an update is told, private parts to those alone who may see them', async () => {
    const partner = api(worker);
    const { id } = await partner.created({ email: 'minh@example.com' });
    await partner.upload(id, 'document_front', PNG, { 'content-type': 'image/png' });
    await partner.upload(id, 'proof_of_address', PDF);
    await partner.decide(id, { status: 'pending' });
    await partner.decide(id, {
      status: 'resubmission_requested',
      reason_code: 'other',
      reason: 'Öffentlich',
      note: 'private "note"',
    });
    for (const changes of [
      { metadata: { 'a "b"': 'ç' }, locale: 'vi' },
      { metadata: null, email: null, locale: null },
    ]) {
      const updated = await (await partner.patch(`/api/profiles/${id}`, changes)).json();
      const { latest_status, mismatches, legal_hold, claimed_by, claimed_until, ...shared } = updated as Profile;
      const { note, actor_id, ...change } = latest_status;
      expect([note, actor_id]).toEqual(['private "note"', 'ops']);
      expect([mismatches, legal_hold, claimed_by, claimed_until]).toEqual([0, false, null, null]);
      expect(await partner.read(id)).toEqual(updated);
      expect(await (await partner.get(`/api/profiles/${id}`)).json()).toEqual({ ...shared, latest_status: change });
    }
  });

  it("answers another partner's profile like one that does not exist", async () => {
    const { id } = await api(worker).created();
    const other = await problemOf(await api(worker, worker.keys.globex).get(`/api/profiles/${id}`));
    const unknown = await problemOf(await api(worker, worker.keys.globex).get(`/api/profiles/${UNKNOWN_ID}`));
    expect({ ...other, request_id: '' }).toEqual({ ...unknown, request_id: '' });
    expect(other).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('tells those who review of mismatches, holds and claims, and everybody of evidence and what is missing', async () => {
    const partner = api(worker);
    const data = applicantData({ document_type: 'id_card' });
    const { id } = await partner.created(data);
    await partner.create({ ...data, full_name: 'Somebody Else' });
    await partner.upload(id, 'document_front', PNG, { 'content-type': 'image/png' });
    const shared = { evidence_version: 2, missing: ['document_back', 'facial_photo'] };
    const own = (await (await partner.get(`/api/profiles/${id}`)).json()) as Profile;
    expect(own).toMatchObject(shared);
    const hidden = { mismatches: 1, legal_hold: false, claimed_by: null, claimed_until: null };
    for (const name of Object.keys(hidden)) expect(own).not.toHaveProperty(name);
    const { authorization } = await reviewer();
    for (const headers of [{ 'x-api-key': worker.keys.internal }, authorization]) {
      const seen = await worker.fetch(`/api/profiles/${id}`, { headers });
      expect(await seen.json()).toMatchObject({ ...shared, ...hidden });
    }
  });

  it('is not sent again while nothing of it has changed', async () => {
    const { id } = await api(worker).created();
    const read = (tag: string, key = worker.keys.acme) =>
      worker.fetch(`/api/profiles/${id}`, { headers: { 'x-api-key': key, 'if-none-match': tag } });
    const first = await read('"other"');
    const etag = first.headers.get('etag') ?? '';
    expect([first.status, etag]).toEqual([200, expect.stringMatching(/^"[0-9a-f]{64}"$/)]);
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await read(tag);
      expect([tag, again.status, again.headers.get('etag'), await again.text()]).toEqual([tag, 304, etag, '']);
      expect(again.headers.get('cache-control')).toBe('private, no-store');
    }
    // An internal key is shown more.
    expect((await read(etag, worker.keys.internal)).status).toBe(200);
    await api(worker).patch(`/api/profiles/${id}`, { locale: 'es' });
    const changed = await read(etag);
    expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false]);
  });
});

describe('POST /api/profiles/:id/link', () => {
  it('issues a fresh link, and ends the earlier ones when asked to', async () => {
    const partner = api(worker);
    const { id, token } = await partner.created();
    const tokens = [token];
    for (const body of [{}, { revoke_previous: true }]) {
      const link = (await (await partner.post(`/api/profiles/${id}/link`, body)).json()) as Link;
      tokens.push(tokenOf(link.redirect_url));
    }
    const statuses = await Promise.all(
      tokens.map(
        async (value) =>
          (await worker.fetch('/api/applicant', { headers: { authorization: `Bearer ${value}` } })).status,
      ),
    );
    expect(statuses).toEqual([401, 401, 200]);
  });

  it('needs no body', async () => {
    const { id } = await api(worker).created();
    const response = await worker.fetch(`/api/profiles/${id}/link`, {
      method: 'POST',
      headers: { 'x-api-key': worker.keys.acme },
    });
    expect(response.status).toBe(200);
  });
});
