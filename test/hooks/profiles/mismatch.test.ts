import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import {
  applicant,
  asPartner,
  auditOf,
  connect,
  decide,
  historyOf,
  profilePath,
  type Request,
} from '../support/client.ts';
import { openFile } from '../support/sqlite.ts';
import { eventsOf, newPartner } from '../support/webhook-client.ts';

let service: Request;
let root: Request;
let partner: string;
let fields: ReturnType<typeof applicant>;
let id: string;

beforeAll(async () => {
  ({ service, root } = await connect());
});

const create = (more: object) => service('POST', '/api/edge/profiles', { ...fields, ...more }, asPartner);
const stored = async () => (await root('GET', profilePath(id))).body;
const link = (body: object) => service('POST', `/api/edge/profiles/${id}/link`, body, asPartner);
const known = async (more: Record<string, unknown> = {}) => {
  fields = applicant({ partner, full_name: 'Nguyễn Thị Ánh', date_of_birth: '1990-04-30', ...more });
  id = (await service('POST', '/api/edge/profiles', fields)).body.id;
};

beforeEach(async () => {
  partner = newPartner();
  await known();
});

describe('the same name', () => {
  test.each([
    ['NGUYỄN THỊ ÁNH', 'Nguyễn Thị Ánh'],
    ['Ánh Nguyễn Thị', 'Nguyễn Thị Ánh'],
    ['nguyen  thi anh', 'Nguyễn Thị Ánh'],
    ['Nguyễn Thị Ánh'.normalize('NFD'), 'Nguyễn Thị Ánh'],
    ['Nguyễn-Thị, Ánh', 'Nguyễn Thị Ánh'],
    ['Đặng Văn Đức', 'Dang van Duc'],
    ['Søren Østergård', 'SOREN OSTERGARD'],
    ['Conor O’Brien', "conor o'brien"],
    ['Groß', 'GROSS'],
    ['Łukasz Żak', 'Lukasz Zak'],
  ])('is told by its words, without case, accents and order: %s', async (given, name) => {
    await known({ full_name: name });
    expect(await create({ full_name: given })).toMatchObject({ status: 200, body: { id, created: false } });
  });

  test.each(['Nguyễn Thị Oanh', 'Nguyễn Ánh', 'Nguyễn Thị Ánh Ánh', 'NguyễnThịÁnh'])(
    'is not another one: %s',
    async (full_name) => {
      expect(await create({ full_name })).toMatchObject({
        status: 409,
        body: { code: 'applicant_mismatch', profile_id: id, fields: ['full_name'] },
      });
    },
  );
});

describe('the same birth date', () => {
  test.each([
    ['1990-04-30', '1990'],
    ['1990-04-30', '1990-04'],
    ['1990', '1990-12-31'],
    ['1990-04', '1990-04-30'],
    ['1990-04-30', ''],
    ['1990-04-30', null],
    ['', '1990-04-30'],
  ])('is told by the parts that both have: %s and %s', async (before, given) => {
    await known({ date_of_birth: before });
    expect(await create({ date_of_birth: given })).toMatchObject({ status: 200, body: { created: false } });
  });

  test.each([
    ['1990-04-30', '1991'],
    ['1990-04-30', '1990-05'],
    ['1990-04-30', '1990-04-29'],
    ['1990', '1991-04-30'],
  ])('is not another one: %s and %s', async (before, given) => {
    await known({ date_of_birth: before });
    expect(await create({ date_of_birth: given })).toMatchObject({
      status: 409,
      body: { code: 'applicant_mismatch', fields: ['date_of_birth'] },
    });
  });

  test('is none that the create leaves out', async () => {
    const { date_of_birth: _, ...others } = fields as Record<string, unknown>;
    expect((await service('POST', '/api/edge/profiles', others)).body).toMatchObject({ created: false });
  });
});

describe('another applicant under a known number', () => {
  const other = {
    full_name: 'Jane Roe',
    date_of_birth: '1980-01-01',
    external_id: 'theirs',
    email: 'jane@example.com',
  };

  test('gets neither status nor link, and changes nothing', async () => {
    const before = await stored();
    const answer = await create(other);
    expect(answer.status).toBe(409);
    expect(answer.body).toEqual({
      code: 'applicant_mismatch',
      status: 409,
      detail: expect.any(String),
      profile_id: id,
      fields: ['full_name', 'date_of_birth'],
    });
    expect(await stored()).toEqual({ ...before, mismatches: 1, revision: 2 });
    expect(await historyOf(service, id)).toHaveLength(1);
  });

  test('revives no expired profile', async () => {
    await decide(service, id, 'expired');
    expect(await create(other)).toMatchObject({ status: 409 });
    expect(await stored()).toMatchObject({ status: 'expired', external_id: '' });
    expect(await create({})).toMatchObject({ status: 200, body: { status: 'unverified' } });
  });

  test('is told by an audit row and an event, without a word of either', async () => {
    await create(other);
    expect(await auditOf(service, `profile = "${id}" && action = "profile.matched"`)).toMatchObject([
      { partner, target: 'full_name,date_of_birth', actor_type: 'partner', actor_id: 'key1' },
    ]);
    const events = await eventsOf(service, partner);
    expect(events.slice(1)).toMatchObject([
      { type: 'profile.matched', data: { profile_id: id, fields: ['full_name', 'date_of_birth'] } },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/Jane|1980|theirs/);
  });

  test('closes the link until the partner confirms', async () => {
    expect(await link({})).toMatchObject({ status: 200 });
    await create(other);
    const issued = () => auditOf(service, `profile = "${id}" && action = "link.issued"`);
    const before = await issued();
    expect(await link({})).toMatchObject({ status: 409, body: { code: 'applicant_mismatch', profile_id: id } });
    expect(await issued()).toEqual(before);
    expect(await link({ confirm_mismatch: true })).toMatchObject({ status: 200, body: { id } });
    expect(await link({ confirm_mismatch: false })).toMatchObject({ status: 409 });
  });

  test('is told ten times an hour and profile, then 429', async () => {
    const answers = await Promise.all(Array.from({ length: 15 }, (_, index) => create({ full_name: `Jane ${index}` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(10).fill(409), ...Array(5).fill(429)]);
    const limited = { status: 429, body: { code: 'rate_limited', retry_after: 3600 } };
    expect(await create(other)).toMatchObject(limited);
    expect((await create(other)).body).not.toHaveProperty('profile_id');
    expect(await stored()).toMatchObject({ mismatches: 10 });
    expect(await create({})).toMatchObject({ status: 200 }); // the applicant is still known
    expect(await auditOf(service, `profile = "${id}" && action = "profile.matched"`)).toHaveLength(10);
    await known(); // another profile has an hour of its own
    expect(await create(other)).toMatchObject({ status: 409 });
  });
});

test('the ten of an hour are found by an index', () => {
  const { database } = openFile(inject('pocketbase').dir);
  const plan = database
    .prepare(
      "EXPLAIN QUERY PLAN SELECT COUNT(*) FROM audit_log WHERE profile = 'x' AND created > 'y' AND action = 'profile.matched'",
    )
    .all();
  expect(JSON.stringify(plan)).toContain('idx_audit_log_profile (profile=? AND created>?)');
  database.close();
});
