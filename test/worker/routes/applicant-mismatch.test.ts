import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import type { AuditEntry } from '../../../src/schemas/audit.ts';
import { api, applicantData, problemOf } from '../../support/api.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

const VICTIM = { full_name: 'Nguyễn Thị Minh', date_of_birth: '1990-04-30' };

async function auditOf(profile: string, action: string): Promise<z.infer<typeof AuditEntry>[]> {
  const response = await api(worker, worker.keys.internal).get(`/api/audit?profile=${profile}&limit=100`);
  return ((await response.json()) as { items: z.infer<typeof AuditEntry>[] }).items.filter(
    (row) => row.action === action,
  );
}

describe('a create that meets a known document', () => {
  it.each([
    ['another name', { full_name: 'Trần Văn An' }, ['full_name']],
    ['one name less', { full_name: 'Nguyễn Minh' }, ['full_name']],
    ['another birth date', { date_of_birth: '1990-04-29' }, ['date_of_birth']],
    ['both', { full_name: 'Trần Văn An', date_of_birth: '1971-02-03' }, ['full_name', 'date_of_birth']],
  ])('under %s is refused, names what differs, and changes nothing but the count', async (_, other, fields) => {
    const partner = api(worker);
    const data = applicantData(VICTIM);
    const { id } = await partner.created(data);
    const before = await partner.read(id);
    const problem = await problemOf(await partner.create({ ...data, ...other, external_id: `theirs-${id}` }));
    expect(problem).toMatchObject({ status: 409, code: 'applicant_mismatch', profile_id: id, fields });
    for (const name of ['redirect_url', 'id', 'current_status']) expect(problem).not.toHaveProperty(name);
    const { mismatches, updated: _updated, ...after } = await partner.read(id);
    expect(mismatches).toBe(1);
    expect(before).toMatchObject(after);
    expect(after.external_id).toBeNull();
    expect(await auditOf(id, 'profile.matched')).toMatchObject([{ target: fields.join(','), actor_id: 'acme' }]);
  });

  it.each([
    ['without case, accents and order', { full_name: 'MINH, nguyen  thi' }],
    ['without a birth date', { date_of_birth: undefined }],
  ])('under the same name %s is the same applicant', async (_, same) => {
    const data = applicantData(VICTIM);
    const { id } = await api(worker).created(data);
    expect(await api(worker).created({ ...data, ...same })).toMatchObject({ id, created: false });
    expect((await api(worker).read(id)).mismatches).toBe(0);
  });

  it('revives no expired profile under another name', async () => {
    const data = applicantData(VICTIM);
    const { id } = await api(worker).created(data);
    await api(worker).decide(id, { status: 'expired' });
    expect((await api(worker).create({ ...data, full_name: 'Trần Văn An' })).status).toBe(409);
    expect((await api(worker).read(id)).status).toBe('expired');
  });

  it('is told nothing after ten in an hour, and when it may ask again; the applicant is not held up', async () => {
    const data = applicantData(VICTIM);
    const { id } = await api(worker).created(data);
    const guess = (n: number) => api(worker).create({ ...data, date_of_birth: `19${10 + n}-01-01` });
    for (let n = 0; n < 10; n++) expect((await guess(n)).status).toBe(409);
    const refused = await guess(10);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const problem = await problemOf(refused);
    expect(problem).toMatchObject({ status: 429, code: 'rate_limited' });
    for (const name of ['fields', 'profile_id', 'retry_after']) expect(problem).not.toHaveProperty(name);
    expect((await api(worker).read(id)).mismatches).toBe(10);
    expect(await auditOf(id, 'profile.matched')).toHaveLength(10);
    expect(await api(worker).created(data)).toMatchObject({ id, created: false });
    expect((await api(worker).create({ ...applicantData(), full_name: 'Trần Văn An' })).status).toBe(201);
  });
});

describe('POST /api/profiles/:id/link', () => {
  it('after a mismatch is refused until the caller confirms whom it is for', async () => {
    const partner = api(worker);
    const data = applicantData(VICTIM);
    const { id } = await partner.created(data);
    await partner.create({ ...data, full_name: 'Trần Văn An' });
    const link = (body: object) => partner.post(`/api/profiles/${id}/link`, body);
    for (const body of [{}, { revoke_previous: true }, { confirm_mismatch: false }]) {
      expect(await problemOf(await link(body))).toMatchObject({ code: 'applicant_mismatch', profile_id: id });
    }
    expect(await auditOf(id, 'link.revoked')).toEqual([]);
    const confirmed = await link({ confirm_mismatch: true });
    expect([confirmed.status, await confirmed.json()]).toMatchObject([200, { id, status: 'unverified' }]);
    expect(await auditOf(id, 'link.issued')).toHaveLength(1);
  });
});
