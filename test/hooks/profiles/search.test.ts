import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { auditOf, connect, enrol, type Request, redact } from '../support/client.ts';
import { newPartner } from '../support/webhook-client.ts';

const database = new DatabaseSync(join(inject('pocketbase').dir, 'data.db'), { timeout: 10_000 });
let service: Request;
let partner: string;
let ids: Record<string, string>;

const NAMES = [
  'Nguyễn Thị Minh',
  'NGUYEN Van Đức',
  'Nguyệt Nguyên Hạ',
  'José O’Brien-Łukasz',
  'Łucja Muñoz',
  '王小明',
  'X Æ',
];

beforeAll(async () => {
  ({ service } = await connect());
  partner = newPartner();
  ids = {};
  for (const full_name of NAMES) ids[full_name] = await enrol(service, { partner, full_name });
});

afterAll(() => database.close());

const search = (body: object, headers = {}) =>
  service('POST', '/api/edge/search', { limit: 100, ...body }, { 'x-partner': partner, ...headers });
const found = async (body: object) => (await search(body)).body.items.map(({ full_name }) => full_name);
const wordsOf = (id: string | undefined) =>
  database
    .prepare('SELECT word FROM name_words WHERE profile = ? ORDER BY word')
    .all(id ?? '')
    .map(({ word }) => word);

describe('words', () => {
  test.each([
    ['nguy', ['Nguyệt Nguyên Hạ', 'NGUYEN Van Đức', 'Nguyễn Thị Minh']],
    ['NGUYỄN', ['Nguyệt Nguyên Hạ', 'NGUYEN Van Đức', 'Nguyễn Thị Minh']],
    ['nguyễn thi', ['Nguyễn Thị Minh']],
    ['duc nguyen', ['NGUYEN Van Đức']],
    ['obri', ['José O’Brien-Łukasz']],
    ['luk', ['José O’Brien-Łukasz']],
    ['lu mun', ['Łucja Muñoz']],
    ['王小明', ['王小明']],
    ['guyen', []],
    ['nguyen mun', []],
    ['minh%', ['Nguyễn Thị Minh']],
  ])('%j find by their beginnings, in any order, without accents or case, the newest first', async (q, names) => {
    expect(await found({ q })).toEqual(names);
  });

  test('are the name itself, where it has none', async () => {
    const own = { 'x-partner': newPartner() };
    for (const full_name of ['ʼ', 'ﾟ', 'ﱞ']) {
      await enrol(service, { partner: own['x-partner'], full_name });
      const { body } = await search({ full_name }, own);
      expect(body.items).toMatchObject([{ full_name }]);
    }
  });

  test.each(['', 'ng', 'a nguyen', 'ng th', '...', 'mot hai ba bon nam sau'])('%j are 422', async (q) => {
    expect(await search({ q })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/q' }] } });
  });

  test('follow the name when it changes, and no other change touches them', async () => {
    const id = await enrol(service, { partner, full_name: 'Bảo Bảo Trân' });
    expect(wordsOf(id)).toEqual(['bao', 'tran']);
    await service('PATCH', `/api/edge/profiles/${id}`, { locale: 'vi' });
    expect(wordsOf(id)).toEqual(['bao', 'tran']);
    await service('PATCH', `/api/edge/profiles/${id}`, { full_name: 'Quỳnh Trân' });
    expect(wordsOf(id)).toEqual(['quynh', 'tran']);
    expect(await found({ q: 'bao' })).toEqual([]);
    expect(await found({ q: 'quynh' })).toEqual(['Quỳnh Trân']);
  });

  test('go with the profile', async () => {
    const id = await enrol(service, { partner, full_name: 'Zacharias Erased' });
    await redact(service, id);
    expect(wordsOf(id)).toEqual([]);
    expect(await found({ q: 'zacharias' })).toEqual([]);
  });
});

describe('fields', () => {
  test('are compared exactly, and all of them hold', async () => {
    const fields = {
      document_number: randomUUID(),
      email: 'Ánh@example.com',
      phone: '+84901234567',
      external_id: 'x 1',
    };
    const id = await enrol(service, { partner, full_name: 'Phạm Ánh', ...fields });
    await enrol(service, { partner, full_name: 'Phạm Ánh Tuyết', email: fields.email });
    for (const [name, value] of Object.entries({ ...fields, full_name: 'Phạm Ánh' })) {
      if (name === 'email') continue;
      expect([name, (await search({ [name]: value })).body.items.map((item) => item.id)]).toEqual([name, [id]]);
      expect([name, await found({ [name]: value.toUpperCase().slice(0, -1) })]).toEqual([name, []]);
    }
    expect(await found({ email: fields.email })).toEqual(['Phạm Ánh Tuyết', 'Phạm Ánh']);
    expect(await found({ email: fields.email, q: 'tuy' })).toEqual(['Phạm Ánh Tuyết']);
    expect(await found({ email: fields.email, q: 'pham', status: 'approved' })).toEqual([]);
    const [{ created = '' } = {}] = (await search({ full_name: 'Phạm Ánh Tuyết' })).body.items as {
      created?: string;
    }[];
    expect(await found({ q: 'pham', created_after: created })).toEqual([]);
    expect(await found({ q: 'pham', updated_after: '2020-01-01 00:00:00.000Z' })).toHaveLength(2);
  });

  test('find a name of one-letter words', async () => {
    expect(await found({ full_name: 'X Æ' })).toEqual(['X Æ']);
  });
});

describe('a page', () => {
  test('goes on where the one before ended', async () => {
    const seen = [];
    let after: object | undefined;
    do {
      const { items, next, truncated }: Awaited<ReturnType<typeof search>>['body'] = (
        await search({ q: 'nguy', limit: 1, after })
      ).body;
      expect(truncated).toBe(false);
      seen.push(...items.map(({ full_name }) => full_name));
      after = next ?? undefined;
    } while (after);
    expect(seen).toEqual(['Nguyệt Nguyên Hạ', 'NGUYEN Van Đức', 'Nguyễn Thị Minh']);
  });

  test('looks at 2,000 names, says so, and the next goes on with the others', async () => {
    const own = newPartner();
    const headers = { 'x-partner': own };
    const oldest = await enrol(service, { partner: own, full_name: 'Trần Trúc Tiên' });
    database.exec(`UPDATE name_words SET created = '2020-01-01 00:00:00.000Z' WHERE profile = '${oldest}'`);
    // Only the words are many: a name that leads nowhere is a candidate all the same.
    for (const word of ['tran', 'truc']) {
      database
        .prepare(
          `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100)
          INSERT INTO name_words (id, partner, word, profile, created)
          SELECT 'a' || lower(hex(randomblob(7))), ?, ?, 'p' || i, '2026-01-01 00:00:00.000Z' FROM n`,
        )
        .run(own, word);
    }
    const first = (await search({ q: 'tran truc', limit: 5 }, headers)).body;
    expect(first).toMatchObject({ items: [], truncated: true, next: { created: '2026-01-01 00:00:00.000Z' } });
    const second = (await search({ q: 'tran truc', limit: 5, after: first.next }, headers)).body;
    expect(second).toMatchObject({ items: [{ id: oldest }], next: null, truncated: false });
    const rare = (await search({ q: 'tran truc tien', limit: 5 }, headers)).body;
    expect(rare).toMatchObject({ items: [{ id: oldest }], next: null, truncated: false });
    database.exec(`DELETE FROM name_words WHERE partner = '${own}'`);
  });
});

describe('who searches', () => {
  test('finds the own partner’s alone, whatever the body names', async () => {
    const other = { 'x-partner': newPartner() };
    for (const body of [{ q: 'nguyen' }, { full_name: NAMES[0] }, { q: 'nguyen', partner }]) {
      expect((await search(body, other)).body).toEqual({ items: [], next: null, truncated: false });
    }
    const all = { 'x-partner': '*' };
    expect((await search({ q: 'nguyen thi', partner }, all)).body.items).toHaveLength(1);
    expect((await search({ q: 'nguyen' }, { 'x-partner': '' })).body.items).toEqual([]);
    const applicant = { 'x-actor-type': 'applicant', 'x-actor-id': ids[NAMES[0] as string] as string };
    expect(await search({ q: 'nguyen' }, applicant)).toMatchObject({ status: 403 });
  });

  test('is written down when it is a person, with the fields and the number of hits; a key is not', async () => {
    const actor = { 'x-actor-type': 'reviewer', 'x-actor-id': randomUUID().slice(0, 15), 'x-partner': '*' };
    await search({ q: 'nguyen thi', status: 'unverified', partner }, actor);
    await search({ email: 'nobody@example.com' }, actor);
    const rows = await auditOf(service, `actor_id = "${actor['x-actor-id']}"`);
    expect(rows.map(({ action, target, profile }) => [action, target, profile])).toEqual([
      ['profiles.searched', 'q,status,partner/1', ''],
      ['profiles.searched', 'email/0', ''],
    ]);
    await search({ q: 'nguyen' }, { ...actor, 'x-actor-type': 'partner', 'x-actor-id': partner });
    expect(await auditOf(service, `actor_id = "${partner}" && action = "profiles.searched"`)).toEqual([]);
  });
});

describe('a search has an index for', () => {
  test.each([
    [
      'words of a partner',
      "SELECT rowid FROM name_words WHERE partner = 'a' AND word = 'b' ORDER BY created DESC, profile DESC",
      'idx_name_words_partner (partner=? AND word=?)',
    ],
    [
      'words of all',
      "SELECT rowid FROM name_words WHERE word = 'b' AND (created, profile) < ('c', 'd') ORDER BY created DESC, profile DESC",
      'idx_name_words_word (word=? AND (created,profile)<(?,?))',
    ],
    [
      'the next word',
      "SELECT MIN(word) FROM name_words WHERE partner = 'a' AND word > 'b' AND word < 'c'",
      'idx_name_words_partner (partner=? AND word>? AND word<?)',
    ],
    [
      'the words of a profile',
      "SELECT 1 FROM name_words WHERE profile = 'a' AND word >= 'b' AND word < 'c'",
      'idx_name_words_profile (profile=? AND word>? AND word<?)',
    ],
    ...['document_number', 'email', 'phone'].map((name) => [
      name,
      `SELECT id FROM profiles WHERE partner = 'a' AND ${name} != '' AND ${name} = 'b' ORDER BY created DESC, id DESC`,
      `idx_profiles_${name.replace('document_', '')} (${name}=? AND partner=?)`,
    ]),
  ] as [string, string, string][])('%s', (_, sql, index) => {
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql} LIMIT 100`).all();
    expect(plan.map((step) => step.detail).join('\n')).toContain(index);
    expect(plan.map((step) => step.detail).join('\n')).not.toContain('TEMP B-TREE');
  });
});
