import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startPocketBase } from '../../support/pocketbase.ts';
import { applicant, connect, decide, historyOf, type Request } from '../support/client.ts';
import { hook } from '../support/hook.ts';
import { openFile } from '../support/sqlite.ts';

// These tests open SQLite's file directly, so no hook runs. They have a PocketBase of their own: if another process writes between a
// transaction's first read and its first write, SQLite refuses the transaction at once.
const pocketbase = await startPocketBase();
const { database, run, copy } = openFile(pocketbase.dir);
let service: Request;
let id: string;
let row: string;

beforeAll(async () => {
  ({ service } = await connect(pocketbase));
});

beforeEach(async () => {
  id = (await service('POST', '/api/edge/profiles', applicant({ external_id: crypto.randomUUID() }))).body.id;
  await decide(service, id, 'pending', { reason: 'Text.' });
  row = (await historyOf(service, id)).at(-1)?.id ?? '';
});

afterAll(() => {
  database.close();
  return pocketbase.stop();
});

const planOf = (sql: string) =>
  database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((step) => `${step.detail} `)
    .join('\n');

describe('status_history in the file', () => {
  test.each<[string, () => string]>([
    ['UPDATE', () => `UPDATE status_history SET "to" = 'approved' WHERE id = '${row}'`],
    ['UPDATE of reason', () => `UPDATE status_history SET reason = '' WHERE id = '${row}'`],
    ['UPDATE of rowid', () => `UPDATE status_history SET rowid = rowid + 1000000 WHERE id = '${row}'`],
    ['UPDATE OR REPLACE', () => `UPDATE OR REPLACE status_history SET seq = 1 WHERE id = '${row}'`],
    ['DELETE', () => `DELETE FROM status_history WHERE id = '${row}'`],
    ['DELETE of all', () => 'DELETE FROM status_history'],
    ['REPLACE by id', () => `REPLACE ${copy('status_history', `id = '${row}'`, { seq: '3', from: '"to"' })}`],
    ['REPLACE by seq', () => `REPLACE ${copy('status_history', `id = '${row}'`, { id: "'another00000000'" })}`],
    [
      'REPLACE by rowid',
      () =>
        `REPLACE INTO status_history (rowid, id, profile, seq, "from", "to") SELECT rowid, 'another00000000', profile, 3, 'pending', 'approved' FROM status_history WHERE id = '${row}'`,
    ],
    [
      'INSERT with a gap',
      () => `INSERT ${copy('status_history', `id = '${row}'`, { id: "'another00000000'", seq: '4', from: '"to"' })}`,
    ],
    [
      'INSERT that does not go on from the last status',
      () => `INSERT ${copy('status_history', `id = '${row}'`, { id: "'another00000000'", seq: '3' })}`,
    ],
  ])('refuses %s', (_, sql) => {
    expect(() => run(sql())).toThrow(/append-only|continues the one before/);
  });

  test('lets reason and note of an erased profile be emptied, and nothing else', () => {
    const erase = `UPDATE profiles SET redacted_at = '2026-01-01 00:00:00.000Z' WHERE id = '${id}';`;
    expect(() =>
      run(`${erase} UPDATE status_history SET reason = '', note = '' WHERE profile = '${id}'`),
    ).not.toThrow();
    expect(() => run(`${erase} UPDATE status_history SET reason = 'new' WHERE profile = '${id}'`)).toThrow(
      'append-only',
    );
    expect(() => run(`${erase} UPDATE status_history SET reason = '', actor_id = '' WHERE profile = '${id}'`)).toThrow(
      'append-only',
    );
  });
});

describe('profiles in the file', () => {
  const other = { id: "'another00000000'", dedupe_key: "''", external_id: "''" };

  test.each<[string, () => string]>([
    ['a status that history does not know', () => `UPDATE profiles SET status = 'approved' WHERE id = '${id}'`],
    ['an older row of history', () => `UPDATE profiles SET latest_status = '' WHERE id = '${id}'`],
    ['a record without history', () => `INSERT ${copy('profiles', `id = '${id}'`, other)}`],
    ['DELETE', () => `DELETE FROM profiles WHERE id = '${id}'`],
    ['REPLACE by id', () => `REPLACE ${copy('profiles', `id = '${id}'`, {})}`],
    ['another id', () => `UPDATE profiles SET id = 'another00000000' WHERE id = '${id}'`],
    ['another rowid', () => `UPDATE OR REPLACE profiles SET rowid = rowid + 1000000 WHERE id = '${id}'`],
    ['another partner', () => `UPDATE profiles SET partner = 'globex' WHERE id = '${id}'`],
  ])('refuse %s', (_, sql) => {
    expect(() => run(sql())).toThrow(/newest row|never deleted|never replaced|keep their id/);
  });

  test.each(['dedupe_key', 'external_id'])('are not replaced by way of %s', async (column) => {
    const rival = (await service('POST', '/api/edge/profiles', applicant())).body.id;
    const steal = `SET ${column} = (SELECT ${column} FROM profiles WHERE id = '${id}') WHERE id = '${rival}'`;
    expect(() => run(`UPDATE OR REPLACE profiles ${steal}`)).toThrow(`UNIQUE constraint failed: profiles.${column}`);
    const history = copy('status_history', `id = '${row}'`, {
      id: "'arow00000000000'",
      profile: other.id,
      seq: '1',
      from: "''",
    });
    const twin = { ...other, latest_status: "'arow00000000000'", [column]: column };
    expect(() => run(`INSERT ${history}; REPLACE ${copy('profiles', `id = '${id}'`, twin)}`)).toThrow(
      `UNIQUE constraint failed: profiles.${column}`,
    );
  });

  // As PocketBase writes it: the rule, then the Worker's filter.
  const rule = "('acme' = '*' OR partner = 'acme')";
  const live = "(redacted_at = '' OR redacted_at IS NULL)";
  const own = `${rule} AND partner = 'acme' AND ${live}`;
  const all = `('*' = '*' OR partner = '*') AND ${live}`;
  const next = "created <= 'c' AND (created < 'c' OR id < 'i')";
  const changed = "updated > '2026-01-01' AND updated < '9999'"; // one bound alone looks too wide to SQLite
  const newest = 'ORDER BY created DESC, id DESC';

  test.each([
    ['partner’s list', `${own} ${newest}`, 'idx_profiles_partner (partner=?)'],
    ['partner’s list, next page', `${own} AND ${next} ${newest}`, 'idx_profiles_partner (partner=? AND created<?)'],
    ['everybody’s list', `${all} ${newest}`, 'idx_profiles_created '],
    ['everybody’s list, next page', `${all} AND ${next} ${newest}`, 'idx_profiles_created (created<?)'],
    ['status', `${all} AND status = 'pending' AND ${next} ${newest}`, 'idx_profiles_status (status=? AND created<?)'],
    [
      'partner’s status',
      `${own} AND status = 'pending' AND ${next} ${newest}`,
      'idx_profiles_partner_status (partner=? AND status=? AND created<?)',
    ],
    ['queue', `${all} AND status = 'pending' ORDER BY created, id`, 'idx_profiles_status (status=?)'],
    ['recognition', "dedupe_key != '' AND dedupe_key = 'x'", 'idx_profiles_dedupe_key '],
    [
      'partner’s external_id',
      `${own} AND external_id = 'x' AND ${next} ${newest}`,
      'idx_profiles_external (external_id=? AND partner=? AND created<?)',
    ],
    ['external_id of any partner', `${all} AND external_id = 'x'`, 'idx_profiles_external (external_id=?)'],
    ['level', `${all} AND level_name = 'x' AND ${next} ${newest}`, 'idx_profiles_level (level_name=? AND created<?)'],
    [
      'partner’s level',
      `${own} AND level_name = 'x' AND ${next} ${newest}`,
      'idx_profiles_partner_level (partner=? AND level_name=? AND created<?)',
    ],
    ['changes', `${all} AND ${changed}`, 'idx_profiles_updated '],
    ['partner’s changes', `${own} AND ${changed}`, 'idx_profiles_partner_updated '],
  ])('have an index for the %s', (_, where, index) => {
    const steps = planOf(`SELECT * FROM profiles WHERE ${where}`);
    expect(steps).toContain(index);
    expect(steps).not.toContain('TEMP B-TREE');
  });

  const { queueOf } = hook<{ queueOf(query: object, condition?: string): string }>('review/queue');
  const review = 'pending,in_review';
  test.each<[string, { status: string; partner?: string; order?: string }, string]>([
    ['what waits', { status: review }, 'idx_profiles_queue (status=?)'],
    ['a partner’s', { status: review, partner: 'acme' }, 'idx_profiles_partner_queue (partner=? AND status=?)'],
    ['an archive', { status: 'approved', order: 'newest' }, 'idx_profiles_queue (status=?)'],
  ])('are read in the order of the reviewers’ queue, unsorted: %s', (_, query, index) => {
    for (const condition of [undefined, "claimed_by = ''"]) {
      const steps = planOf(`${queueOf(query, condition)} LIMIT 50`.replaceAll('{:partner}', "'acme'"));
      expect(steps.split(index)).toHaveLength(query.status.split(',').length + 1);
      expect(steps).not.toMatch(/TEMP B-TREE|SCAN profiles/);
    }
  });

  test('tell their figures without a look at a table', () => {
    const steps = planOf(hook<{ MIDDLE: string }>('status/waited').MIDDLE.replace(/\{:(\w+)\}/g, ':$1'));
    expect(steps).toContain('SEARCH status_history USING COVERING INDEX idx_status_history_to');
    for (const own of ['', "AND partner = 'acme'"]) {
      const counted = planOf(`SELECT status, COUNT(*) FROM profiles WHERE redacted_at = '' ${own} GROUP BY status`);
      expect(counted).toMatch(/USING COVERING INDEX idx_profiles_(partner_)?queue/);
    }
  });
});

test('figures of a day that is over have the median of what decisions took, and are read once', async () => {
  const day = new Date(Date.now() - 2 * 24 * 60 * 60_000).toISOString().slice(0, 10);
  const decided = (profile: string, seconds: number) =>
    database.exec(`INSERT INTO status_history (id, profile, seq, "to", created, waited)
      VALUES ('a${profile}', 'a${profile}', 1, 'approved', '${day} 12:00:00.000Z', ${seconds})`);
  const reviewer = { 'x-actor-type': 'reviewer', 'x-actor-id': 'anna' };
  const figures = async () => {
    const { items } = (await service('GET', '/api/edge/metrics/daily?days=7', undefined, reviewer)).body;
    return items.find((item) => item.day === day);
  };
  for (const [index, seconds] of [7, 1, 100, 3].entries()) decided(`decided${index}`, seconds);
  expect(await figures()).toMatchObject({ approved: 4, rejected: 0, median_seconds: 5 });
  decided('late', 9);
  expect(await figures()).toMatchObject({ approved: 4, median_seconds: 5 });
});

test('a second process that writes beside PocketBase makes no decision and no claim fail', async () => {
  const ids = await Promise.all(
    Array.from({ length: 40 }, async () => (await service('POST', '/api/edge/profiles', applicant())).body.id),
  );
  let isDone = false;
  const reviewer = { 'x-actor-type': 'reviewer', 'x-actor-id': 'anna' };
  const deciding = Promise.all(
    ids.flatMap((id) => [
      decide(service, id, 'in_review'),
      service('POST', `/api/edge/profiles/${id}/claim`, {}, reviewer),
    ]),
  ).finally(() => {
    isDone = true;
  });
  const write = database.prepare("REPLACE INTO ekyc_state (name, value) VALUES ('test', 'x')");
  for (; !isDone; await new Promise((resolve) => setTimeout(resolve, 1))) write.run();
  expect((await deciding).map((answer) => answer.status)).toEqual(ids.flatMap(() => [200, 200]));
});
