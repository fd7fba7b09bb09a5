import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import {
  auditOf,
  connect,
  decide,
  enrol,
  historyOf,
  patch,
  profilePath,
  type Request,
  redact,
} from '../support/client.ts';

const DAY_MS = 86_400_000;
let pb: TestPocketBase;
let service: Request;
let root: Request;
let database: DatabaseSync;
let partner: string;

// A PocketBase of its own: a sweep is of all partners.
beforeAll(async () => {
  pb = await startPocketBase();
  ({ service, root } = await connect(pb));
  database = new DatabaseSync(join(pb.dir, 'data.db'), { timeout: 10_000 });
});

beforeEach(() => {
  partner = `p-${randomUUID().slice(0, 8)}`;
});

afterAll(async () => {
  database.close();
  await pb.stop();
});

const stamp = (time: number) => new Date(time).toISOString().replace('T', ' ');
const sweep = async () => (await service('POST', '/api/edge/sweep', {})).body;
const read = async (id: string) => (await root('GET', profilePath(id))).body;
const makePartner = (fields: object) =>
  service('POST', '/api/collections/partners/records', { slug: partner, name: 'P', active: true, ...fields });

/** A profile of the partner, moved along a path and then aged. */
async function aged(steps: string[], column: 'updated' | 'final_since', days: number): Promise<string> {
  const id = await enrol(service, { partner });
  for (const step of steps) await decide(service, id, step);
  age(id, column, days);
  return id;
}

const age = (id: string, column: 'updated' | 'final_since', days: number) =>
  database.prepare(`UPDATE profiles SET ${column} = ? WHERE id = ?`).run(stamp(Date.now() - days * DAY_MS), id);

describe('expiry', () => {
  test('comes to unverified and resubmission_requested after the partner’s days without an update, and to nothing else', async () => {
    await makePartner({ expire_after_days: 7 });
    const idle = [await aged([], 'updated', 7.01), await aged(['pending', 'resubmission_requested'], 'updated', 8)];
    const others = [
      await aged([], 'updated', 6.99),
      await aged(['pending'], 'updated', 100),
      await aged(['approved'], 'updated', 100),
    ];
    const before = await Promise.all(others.map(read));
    expect(await sweep()).toMatchObject({ expired: 2, redacted: 0 });
    for (const id of idle) {
      expect((await historyOf(service, id)).at(-1)).toMatchObject({
        to: 'expired',
        reason_code: 'inactivity',
        actor_type: 'system',
        actor_id: '',
      });
    }
    expect(await Promise.all(others.map(read))).toEqual(before);
    expect(await sweep()).toMatchObject({ expired: 0 });
  });

  test('is off by default', async () => {
    const id = await aged([], 'updated', 10_000);
    await sweep();
    expect((await read(id)).status).toBe('unverified');
  });

  test('is put off by any update', async () => {
    await makePartner({ expire_after_days: 7 });
    const id = await aged([], 'updated', 8);
    await patch(service, id, { email: 'new@example.com' });
    expect(await sweep()).toMatchObject({ expired: 0 });
  });
});

describe('retention', () => {
  test('erases after the partner’s days in a final status, and nothing that is open or was decided again', async () => {
    await makePartner({ retention_days: 30 });
    const due: string[] = [];
    for (const steps of [['approved'], ['rejected'], ['canceled'], ['expired'], ['approved', 'rejected']]) {
      due.push(await aged(steps, 'final_since', 30.01)); // one by one: a second writer upsets PocketBase's transactions
    }
    const [recent, reopened] = [
      await aged(['approved'], 'final_since', 29.99),
      await aged(['approved'], 'final_since', 31),
    ];
    await decide(service, reopened, 'in_review');
    const again = await aged(['approved'], 'final_since', 31);
    await decide(service, again, 'rejected');
    const open = await aged(['pending'], 'updated', 1000);
    expect(await sweep()).toMatchObject({ expired: 0, redacted: 5 });
    for (const id of due) {
      expect((await read(id)).redacted_at).toBeTruthy();
      expect(await auditOf(service, `profile = "${id}" && action = "profile.redacted"`)).toMatchObject([
        { actor_type: 'system', actor_id: '', partner },
      ]);
    }
    for (const id of [recent, reopened, again, open]) expect((await read(id)).redacted_at).toBe('');
  });

  test('is off by default, and runs from the decision, not from later updates', async () => {
    const id = await aged(['approved'], 'final_since', 10_000);
    await sweep();
    expect((await read(id)).redacted_at).toBe('');
    const { items } = (await service('GET', `/api/collections/partners/records?filter=slug="${partner}"`)).body;
    await service('PATCH', `/api/collections/partners/records/${items[0]?.id}`, { retention_days: 30 });
    await patch(service, id, { external_id: 'late' });
    expect(await sweep()).toMatchObject({ redacted: 1 });
  });

  test('is nobody’s to move: neither the service account nor a superuser sets what it runs from', async () => {
    await makePartner({ retention_days: 30 });
    const id = await aged(['approved'], 'final_since', 10);
    const before = await read(id);
    await patch(service, id, { final_since: '', files_due: true });
    await root('PATCH', profilePath(id), { final_since: '', files_due: true });
    expect(await read(id)).toMatchObject({
      final_since: before.final_since,
      files_due: false,
    });
  });
});

test('a legal hold keeps erasure and retention away, and is the operator’s', async () => {
  await makePartner({ retention_days: 30 });
  const id = await aged(['approved'], 'final_since', 31);
  const hold = (legal_hold: boolean, headers = {}) =>
    service('POST', `/api/edge/profiles/${id}/hold`, { legal_hold }, headers);
  for (const type of ['partner', 'reviewer']) {
    expect(await hold(true, { 'x-actor-type': type, 'x-actor-id': 'x' })).toMatchObject({ status: 403 });
  }
  for (let again = 0; again < 2; again++) expect((await hold(true)).body).toEqual({ legal_hold: true });
  expect(await sweep()).toMatchObject({ redacted: 0 });
  expect(await redact(service, id)).toMatchObject({ status: 409, body: { code: 'profile_locked' } });
  expect((await read(id)).redacted_at).toBe('');
  expect((await hold(false)).body).toEqual({ legal_hold: false });
  expect(await sweep()).toMatchObject({ redacted: 1 });
  expect(await auditOf(service, `profile = "${id}" && action = "profile.held"`)).toMatchObject([
    { target: 'begins', actor_type: 'service', partner },
    { target: 'ends' },
  ]);
});

test('a sweep takes 100 of each, and two at once share the work', async () => {
  await makePartner({ expire_after_days: 7, retention_days: 30 });
  const ids: string[] = [];
  for (let index = 0; index < 250; index++) ids.push(await enrol(service, { partner }));
  for (const id of ids) age(id, 'updated', 8);
  expect(await sweep()).toMatchObject({ expired: 100 });
  const both = await Promise.all([sweep(), sweep()]);
  expect(both[0].expired + both[1].expired).toBeGreaterThanOrEqual(100);
  while ((await sweep()).expired > 0);
  for (const id of ids) {
    expect(await historyOf(service, id)).toHaveLength(2);
    age(id, 'final_since', 31);
  }
  expect(await sweep()).toMatchObject({ expired: 0, redacted: 100 });
  const counts = await Promise.all([sweep(), sweep(), sweep()]);
  const total = counts.reduce((sum, { redacted }) => sum + Number(redacted), 100);
  let rest = 0;
  for (let last = 1; last > 0; rest += last) last = Number((await sweep()).redacted);
  expect(total + rest).toBe(250);
  expect(await auditOf(service, `partner = "${partner}" && action = "profile.redacted"`)).toHaveLength(250);
}, 120_000);

test('sweep and figures are of all partners, so no single one may ask', async () => {
  const own = { 'x-partner': 'acme' };
  expect(await service('POST', '/api/edge/sweep', {}, own)).toMatchObject({ status: 403 });
  expect(await service('GET', '/api/edge/metrics', undefined, own)).toMatchObject({ status: 403 });
});

describe('a sweep has an index for', () => {
  const partners = 'partners t CROSS JOIN profiles p ON p.partner = t.slug';
  test.each([
    [
      'the idle',
      `${partners} WHERE t.expire_after_days > 0 AND p.redacted_at = '' AND p.status IN ('unverified', 'resubmission_requested') AND p.updated < 'x' || t.expire_after_days`,
      'idx_profiles_idle (partner=? AND updated<?)',
    ],
    [
      'the retained',
      `${partners} WHERE t.retention_days > 0 AND p.legal_hold = FALSE AND p.redacted_at = '' AND p.final_since != '' AND p.final_since < 'x' || t.retention_days`,
      'idx_profiles_retained (partner=? AND final_since<?)',
    ],
    ['what stayed staged', "documents p WHERE state = 'staged' AND created < 'x'", 'idx_documents_staged (created<?)'],
    ['files', "profiles p WHERE files_due = TRUE AND redacted_at < 'x'", 'idx_profiles_files_due (redacted_at<?)'],
    ['forgotten requests', "idempotency_keys p WHERE created <= 'x'", 'idx_idempotency_keys_created (created<?)'],
    [
      'deliveries at their end',
      "webhook_deliveries p WHERE status != 'pending' AND last_attempt_at < 'x'",
      'idx_webhook_deliveries_concluded (last_attempt_at<?)',
    ],
    ['the scrub', "profiles p WHERE redacted_at != '' AND redacted_at > 'x'", 'idx_profiles_redacted '],
  ])('%s', (_, from, index) => {
    const plan = database.prepare(`EXPLAIN QUERY PLAN SELECT p.id FROM ${from} LIMIT 100`).all();
    expect(plan.map((step) => `${step.detail} `).join('\n')).toContain(index);
  });
});
