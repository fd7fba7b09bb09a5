import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProfileSummary } from '../../../src/schemas/profile.ts';
import { api, problemOf } from '../../support/api.ts';
import { startPocketBase } from '../../support/pocketbase.ts';
import type { CountingProxy } from '../../support/proxy.ts';
import { secret, startProxiedWorker, startWorker, type TestWorker } from '../../support/worker.ts';

let proxy: CountingProxy;
let worker: TestWorker;
beforeAll(async () => {
  ({ proxy, worker } = await startProxiedWorker());
});
afterAll(() => worker.stop());

type Page = { items: ProfileSummary[]; next_cursor: string | null };
const internal = () => api(worker, worker.keys.internal);
const pageOf = async (query: Record<string, string>, by = api(worker)): Promise<Page> => {
  const response = await by.get(`/api/profiles?${new URLSearchParams(query)}`);
  if (response.status !== 200) throw new Error(await response.text());
  return (await response.json()) as Page;
};

describe('GET /api/profiles', () => {
  it('lists newest first, without documents and history, in one call', async () => {
    const key = secret();
    const own = await startWorker({ POCKETBASE_URL: proxy.url, VALID_API_KEYS: `list${Date.now()}:${key}` });
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.unshift((await api(own, key).created()).id);
    proxy.take();
    const { items, next_cursor } = await pageOf({ limit: '3' }, api(own, key));
    expect(proxy.take()).toEqual(['GET /api/collections/profiles/records']);
    expect(items.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    expect(next_cursor).toMatch(/^[\w-]+$/);
    expect(items[0]).toMatchObject({ status: 'unverified', metadata: {} });
    for (const name of ['documents', 'latest_status', 'dedupe_key', 'links_valid_after', 'redacted_at']) {
      expect(items[0]).not.toHaveProperty(name);
    }
    await own.stop();
  });

  it('filters by status, external_id and time of the last change', async () => {
    const external_id = randomUUID();
    const { id } = await api(worker).created({ external_id });
    expect((await pageOf({ external_id })).items.map((item) => item.id)).toEqual([id]);
    const { updated } = (await pageOf({ external_id })).items[0] as ProfileSummary;
    expect((await pageOf({ external_id, updated_after: updated })).items).toEqual([]);
    const before = new Date(Date.parse(updated) - 1).toISOString().replace('Z', '+00:00');
    expect((await pageOf({ external_id, updated_after: before })).items).toHaveLength(1);
    await api(worker).decide(id, { status: 'canceled' });
    expect((await pageOf({ external_id, status: 'unverified' })).items).toEqual([]);
    const { items } = await pageOf({ status: 'canceled', limit: '100' });
    expect(items.map((item) => item.id)).toContain(id);
    expect(new Set(items.map(({ status }) => status))).toEqual(new Set(['canceled']));
    expect((await pageOf({ external_id, updated_after: updated })).items).toHaveLength(1);
  });

  it('finds an external_id of any characters, and no other profile', async () => {
    const run = randomUUID();
    const texts = [
      `${run}`,
      `${run}'`,
      `${run}"`,
      `${run}\\`,
      `${run}\\\\`,
      `${run}\\x`,
      `${run}\\'`,
      `${run}\\"`,
      `'${run}`,
      `\\${run}`,
      `${run}' || external_id != '`,
      `${run}\\' || 1=1 || '\\`,
      `${run}%`,
      `${run}_`,
      `${run}&status=approved`,
      `${run} ü 中 😀`,
      `${run}[`,
      `${run}]`,
      `${run} // x`,
      `${run}@collection.example`,
      `${run}@collection.EXAMPLE`,
      `${run}@collection.example/${run}@collection.example`,
      `0${run}@collection.example`,
      `@request.${run}`,
      `${run}@request.auth.id = "@collection.%_\\`,
    ];
    const ids = new Map<string, string>();
    for (const external_id of texts) ids.set(external_id, (await api(worker).created({ external_id })).id);
    for (const external_id of texts) {
      const { items } = await pageOf({ external_id });
      expect([external_id, items.map(({ id }) => id)]).toEqual([external_id, [ids.get(external_id)]]);
    }
  });

  it('takes `partner` from internal keys only', async () => {
    await api(worker, worker.keys.globex).created();
    const { items } = await pageOf({ partner: 'globex', limit: '100' }, internal());
    expect(new Set(items.map(({ partner }) => partner))).toEqual(new Set(['globex']));
    const everybody = await pageOf({ limit: '100' }, internal());
    expect(everybody.items.length).toBeGreaterThan(0);
    for (const partner of ['acme', 'globex']) {
      const refused = await api(worker).get(`/api/profiles?partner=${partner}`);
      expect(await problemOf(refused)).toMatchObject({ status: 400, code: 'invalid_request' });
    }
  });

  it.each([
    ['limit=0', '/limit'],
    ['limit=101', '/limit'],
    ['status=lost', '/status'],
    ['updated_after=yesterday', '/updated_after'],
    ['cursor=AAAA', '/cursor'],
    ['cursor=%27%20%7C%7C%201=1', '/cursor'],
    ['order=created', '/order'],
  ])('refuses %s', async (query, pointer) => {
    const problem = await problemOf(await api(worker).get(`/api/profiles?${query}`));
    expect(problem).toMatchObject({ status: 422, errors: [{ pointer }] });
  });
});

describe('a listing by cursor', () => {
  it('of 10,000 profiles shows each of them once while 500 are inserted and others updated', async () => {
    // One of its own: ten thousand rows would hold up every other test's writes.
    const pocketbase = await startPocketBase();
    const own = await startWorker({}, { limits: { CREATE_LIMITER: 20_000, KEY_LIMITER: 50_000 }, pocketbase });
    const partner = api(own);
    await partner.created();
    const existing = seed(pocketbase.dir, 9_999);
    expect(existing).toHaveLength(10_000);
    const seen: string[] = [];
    let isDone = false;
    const writing = (async () => {
      await inParallel(500, 4, async (i) => {
        await partner.create();
        const id = existing[(i * 37) % existing.length];
        expect((await partner.patch(`/api/profiles/${id}`, { locale: 'vi' })).status).toBe(200);
      });
      isDone = true;
    })();
    let overlapped = 0;
    for (let cursor: string | null = null; ; ) {
      if (!isDone) overlapped++;
      const page: Page = await pageOf({ limit: '100', ...(cursor && { cursor }) }, partner);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
      if (!cursor) break;
    }
    await writing;
    const ours = new Set(existing);
    expect(seen.filter((id) => ours.has(id)).sort()).toEqual([...existing].sort());
    expect(new Set(seen).size).toBe(seen.length);
    expect(overlapped).toBeGreaterThan(20);
    await own.stop();
    await pocketbase.stop();
  }, 240_000);
});

/** Copies of the one profile there is, seven to a millisecond, written into the file: the history first, as the triggers demand. */
function seed(dir: string, count: number): string[] {
  const db = new DatabaseSync(join(dir, 'data.db'), { timeout: 30_000 });
  const columns = (table: string, but: string[]) =>
    (db.prepare(`SELECT name FROM pragma_table_info('${table}')`).all() as { name: string }[])
      .map(({ name }) => `"${name}"`)
      .filter((name) => !but.includes(name))
      .join();
  const history = columns('status_history', ['"id"', '"profile"']);
  const profile = columns('profiles', ['"id"', '"latest_status"', '"created"', '"dedupe_key"']);
  const id = "'a' || substr(lower(hex(randomblob(7))), 1, 14)"; // of this cell
  db.exec(`BEGIN IMMEDIATE;
    CREATE TEMP TABLE model AS SELECT * FROM profiles;
    CREATE TEMP TABLE seeds AS
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) SELECT i, ${id} AS id, ${id} AS row FROM n;
    INSERT INTO status_history (id, profile, ${history})
      SELECT seeds.row, seeds.id, ${history} FROM seeds, status_history h WHERE h.id = (SELECT latest_status FROM model);
    INSERT INTO profiles (id, latest_status, created, dedupe_key, ${profile})
      SELECT seeds.id, seeds.row, strftime('%Y-%m-%d %H:%M:%fZ', created, '-' || (i / 7 / 1000.0) || ' seconds'), seeds.id, ${profile}
      FROM seeds, model;
    COMMIT`);
  const ids = db.prepare('SELECT id FROM profiles').all() as { id: string }[];
  db.close();
  return ids.map((row) => row.id);
}

async function inParallel<T>(count: number, width: number, work: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const i = next++;
      results[i] = await work(i);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}
