import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Applicant } from '../../../src/schemas/profile.ts';
import { api, PNG, problemOf } from '../../support/api.ts';
import { DEPLOYED_URL, onlyHere } from '../../support/deployed.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

const SECRET = 'the-link-secret-of-these-tests-only';
const linkSecret = () => onlyHere('the link secret', () => SECRET);

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker(DEPLOYED_URL ? {} : { LINK_SECRET: `${SECRET},the-previous-link-secret-of-these-tests` });
});
afterAll(() => worker.stop());

function asApplicant(token: string, path = '', init: RequestInit = {}) {
  return worker.fetch(`/api/applicant${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...init.headers },
  });
}

const supply = (token: string, kind: string) =>
  asApplicant(token, `/documents/${kind}`, { method: 'PUT', body: PNG, headers: { 'content-type': 'image/png' } });

describe('the applicant API', () => {
  it('takes an applicant from nothing to pending', async () => {
    const { id, token } = await api(worker).created({ document_type: 'id_card', locale: 'vi' });
    expect(await (await asApplicant(token)).json()).toEqual({
      id,
      status: 'unverified',
      locale: 'vi',
      document_type: 'id_card',
      required: ['document_front', 'document_back', 'facial_photo'],
      optional: ['facial_video', 'proof_of_address'],
      missing: ['document_front', 'document_back', 'facial_photo'],
      consent: null,
      reason: null,
    } satisfies Applicant);
    expect((await supply(token, 'document_front')).status).toBe(200);
    const early = await problemOf(await asApplicant(token, '/submit', { method: 'POST' }));
    expect(early).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(early.errors?.map(({ pointer }) => pointer)).toEqual(['/document_back', '/facial_photo']);
    await supply(token, 'document_back');
    await supply(token, 'facial_photo');
    const submitted = await asApplicant(token, '/submit', { method: 'POST' });
    expect([submitted.status, await submitted.json()]).toMatchObject([200, { status: 'pending', missing: [] }]);
    expect((await asApplicant(token, '/submit', { method: 'POST' })).status).toBe(200);
    expect((await api(worker).read(id)).latest_status).toMatchObject({
      to: 'pending',
      actor_type: 'applicant',
      ...(!DEPLOYED_URL && { actor_id: id }), // which a partner is not told
    });
  });

  it('asks for no back side of a passport and shows the public reason', async () => {
    const { id, token } = await api(worker).created();
    await api(worker).decide(id, { status: 'pending' });
    await api(worker).decide(id, {
      status: 'resubmission_requested',
      reason_code: 'photo_unclear',
      reason: 'Too dark',
      note: 'private',
    });
    const text = await (await asApplicant(token)).text();
    expect(JSON.parse(text)).toMatchObject({ required: ['document_front', 'facial_photo'], reason: 'Too dark' });
    expect(text).not.toMatch(/private|document_number|full_name/);
  });

  it('is closed once a decision was made', async () => {
    const { id, token } = await api(worker).created();
    await api(worker).decide(id, { status: 'approved' });
    expect(await problemOf(await supply(token, 'document_front'))).toMatchObject({
      status: 409,
      code: 'profile_locked',
    });
    expect(await (await asApplicant(token)).json()).toMatchObject({ status: 'approved' });
    expect((await asApplicant(token, '/submit', { method: 'POST' })).status).toBe(409);
  });

  it('accepts tokens of the previous secret, and no forged, expired or foreign ones', async () => {
    const { id } = await api(worker).created();
    const now = Math.floor(Date.now() / 1000);
    const sign = async (claims: Record<string, unknown>, secret = linkSecret(), kid?: string) => {
      const digest = await crypto.subtle.digest('SHA-256', Buffer.from(secret));
      return new SignJWT({ sub: id, aud: 'applicant', iss: 'ekyc-edge', iat: now, exp: now + 60, ...claims })
        .setProtectedHeader({ alg: 'HS256', kid: kid ?? Buffer.from(digest).toString('hex').slice(0, 8) })
        .sign(Buffer.from(secret));
    };
    const status = async (token: string) => (await asApplicant(token)).status;
    expect(await status(await sign({}))).toBe(200);
    expect(await status(await sign({}, 'the-previous-link-secret-of-these-tests'))).toBe(200);
    for (const token of [
      await sign({}, 'another-secret-altogether-of-32-chars'),
      await sign({ exp: now - 1 }),
      await sign({ aud: 'dashboard' }),
      await sign({ iss: 'somebody' }),
      await sign({ iat: undefined }),
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await sign({})).split('.')[1]}.`,
      'x',
    ]) {
      expect(await status(token)).toBe(401);
    }
  });

  it('takes one bearer credential and no API key', async () => {
    const { token } = await api(worker).created();
    expect((await worker.fetch('/api/applicant', { headers: { 'x-api-key': worker.keys.acme } })).status).toBe(401);
    expect(
      (
        await worker.fetch('/api/applicant', {
          headers: { 'x-api-key': worker.keys.acme, authorization: `Bearer ${token}` },
        })
      ).status,
    ).toBe(400);
    expect(
      (await worker.fetch('/api/profiles/aaaaaaaaaaaaaaa', { headers: { authorization: `Bearer ${token}` } })).status,
    ).toBe(401);
  });
});
