import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, PNG, problemOf, reviewer, UNKNOWN_ID } from '../../support/api.ts';
import { runner, runnerKey, submitted } from '../../support/checks.ts';
import { pathOf, requestOf, routesOfApp } from '../../support/routes.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

let worker: TestWorker;
let partnerKey: string;
let slug: string;
beforeAll(async () => {
  worker = await startWorker();
  slug = `checks-${randomUUID().slice(0, 8)}`;
  const internal = api(worker, worker.keys.internal);
  await internal.post('/api/partners', { slug, name: 'Checks' });
  const made = await internal.post('/api/keys', {
    partner: slug,
    name: 'test',
    scopes: ['profiles:create', 'profiles:read', 'documents:write'],
  });
  partnerKey = ((await made.json()) as { key: string }).key;
});
afterAll(() => worker.stop());

/** A runner of this partner's checks alone. */
const ownRunner = async () => runner(worker, (await runnerKey(worker, { partners: [slug] })).key);
const read = async (path: string, key = worker.keys.internal) =>
  (await (await worker.fetch(path, { headers: { 'x-api-key': key } })).json()) as Record<string, never>;

describe('a runner', () => {
  it('claims what is due, reads the documents, reports, and the profile tells the outcome', async () => {
    const id = await submitted(worker, partnerKey);
    const own = await ownRunner();
    const items = await own.claimed();
    expect(items).toHaveLength(5);
    for (const check of items) {
      expect(check).toMatchObject({ profile: id, partner: slug, attempt: 1, level: { name: 'default', version: 1 } });
      for (const { kind, sha256 } of check.documents) {
        const response = await own.document(check.id, kind);
        expect(response.status).toBe(200);
        expect(response.headers.get('etag')).toBe(`"${sha256}"`);
        expect(response.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
        expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(PNG.length);
      }
      const findings =
        check.type === 'document_match' ? [{ code: 'number_differs', field: 'document_number' } as const] : [];
      const outcome = findings.length > 0 ? 'fail' : 'pass';
      const response = await own.report(check.id, { attempt: 1, outcome, findings, facts: { zone: 'P<UTO' } });
      expect(await response.json()).toMatchObject({ id: check.id, status: 'completed', outcome });
    }
    expect((await own.claim()).status).toBe(204);
    expect(await read(`/api/profiles/${id}`, partnerKey)).toMatchObject({
      checks: { status: 'completed', outcome: 'fail' },
    });
    const list = await read('/api/profiles?outcome=fail', partnerKey);
    expect(list.items).toMatchObject([{ id, checks: { outcome: 'fail' } }]);
    expect((await read('/api/profiles?outcome=pass', partnerKey)).items).toEqual([]);

    const shown = (await read(`/api/profiles/${id}/checks`)) as unknown as { items: object[]; rounds_left: number };
    expect(shown).toMatchObject({ rounds_left: 9, next_cursor: null });
    expect(shown.items[0]).toMatchObject({ facts: { zone: 'P<UTO' }, provider: { name: 'builtin', models: {} } });
    const told = (await read(`/api/profiles/${id}/checks`, partnerKey)) as unknown as { items: object[] };
    for (const check of told.items) expect(Object.keys(check)).not.toContain('facts');
  });

  it('pages through the checks of a profile', async () => {
    const id = await submitted(worker, partnerKey);
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const page = (await read(`/api/profiles/${id}/checks?limit=2${cursor}`)) as unknown as {
        items: { id: string }[];
        next_cursor: string | null;
      };
      seen.push(...page.items.map((check) => check.id));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect([seen.length, new Set(seen).size]).toEqual([5, 5]);
    const own = await ownRunner();
    for (const check of await own.claimed()) await own.report(check.id, { attempt: check.attempt });
  });

  it('is told by the number of the attempt that a check is no longer its own', async () => {
    await submitted(worker, partnerKey);
    const own = await ownRunner();
    const [check, ...others] = await own.claimed();
    if (!check) throw new Error('Nothing was due');
    expect((await own.heartbeat(check.id, 1)).status).toBe(200);
    for (const response of [await own.heartbeat(check.id, 2), await own.release(check.id, { attempt: 7 })])
      expect(await problemOf(response)).toMatchObject({ status: 409, code: 'status_conflict' });
    const waiting = await own.release(check.id, { attempt: 1, external_ref: `${check.id}.1`, after_seconds: 60 });
    expect(await waiting.json()).toEqual({ id: check.id, status: 'waiting', outcome: null });
    expect(await problemOf(await own.report(check.id, { attempt: 1 }))).toMatchObject({ code: 'status_conflict' });
    for (const one of others) await own.report(one.id, { attempt: 1 });
  });

  it('gives back 413 for a result that is too large, and 422 for one that contradicts itself', async () => {
    await submitted(worker, partnerKey);
    const own = await ownRunner();
    const [check, ...others] = await own.claimed();
    if (!check) throw new Error('Nothing was due');
    const large = await own.report(check.id, { attempt: 1, facts: { text: 'x'.repeat(70_000) } });
    expect(await problemOf(large)).toMatchObject({ status: 413 });
    const wrong = await own.report(check.id, { attempt: 1, outcome: 'fail' });
    expect(await problemOf(wrong)).toMatchObject({ status: 422, errors: [{ pointer: '/outcome' }] });
    for (const one of [check, ...others]) await own.report(one.id, { attempt: 1 });
  });
});

describe('a runner’s key', () => {
  it('has its scope alone, names its checks, and keeps both when it is rotated', async () => {
    const internal = api(worker, worker.keys.internal);
    const make = (fields: object) =>
      internal.post('/api/keys', {
        partner: null,
        name: 'r',
        scopes: ['checks:run'],
        types: ['document_text'],
        ...fields,
      });
    const key = await runnerKey(worker, { types: ['document_text'], partners: [slug] });
    expect(key).toMatchObject({ partner: null, scopes: ['checks:run'], types: ['document_text'], partners: [slug] });
    const successor = await internal.post(`/api/keys/${key.id}/rotate`, {});
    expect(await successor.json()).toMatchObject({ types: ['document_text'], partners: [slug] });
    for (const [fields, pointer] of [
      [{ scopes: ['checks:run', 'profiles:read'] }, '/scopes'],
      [{ partner: 'acme' }, '/scopes'],
      [{ types: null }, '/types'],
      [{ scopes: ['metrics:read'] }, '/types'],
      [{ scopes: ['metrics:read'], types: null, partners: [slug] }, '/partners'],
      [{ partners: ['nobody-knows-it'] }, '/partners/0'],
    ] as const) {
      const problem = await problemOf(await make(fields));
      expect([pointer, problem.status, problem.errors?.[0]?.pointer]).toEqual([pointer, 422, pointer]);
    }
  });

  it('reaches nothing but the checks that it holds', async () => {
    const id = await submitted(worker, partnerKey);
    const key = await runnerKey(worker, { types: ['document_text'], partners: [slug] });
    const own = runner(worker, key.key);
    const [check] = await own.claimed();
    if (!check) throw new Error('Nothing was due');
    expect(check).toMatchObject({ type: 'document_text', profile: id });
    const ids = { profile: id, key: key.id, webhook: id, delivery: id, slug, check: check.id, level: id };
    const open = ['/api/checks/', ' /verify', ' /dashboard', ' /api/applicant'];
    const closed = routesOfApp().filter(
      (route) => route.includes(' /api/') && !open.some((path) => route.includes(path)),
    );
    expect(closed.length).toBeGreaterThan(30);
    for (const route of closed) {
      const init = requestOf(route);
      const headers = { ...init.headers, 'x-api-key': key.key };
      expect([route, (await worker.fetch(pathOf(route, ids), { ...init, headers })).status]).toEqual([route, 403]);
    }

    // Another key's check, and one that nobody holds, are absent.
    const another = runner(worker, (await runnerKey(worker, { partners: [slug] })).key);
    const [foreign, ...rest] = await another.claimed();
    if (!foreign) throw new Error('Nothing was due');
    for (const absent of [foreign.id, UNKNOWN_ID]) {
      expect((await own.document(absent, 'document_front')).status).toBe(404);
      expect((await own.heartbeat(absent, 1)).status).toBe(404);
      expect((await own.report(absent, { attempt: 1 })).status).toBe(404);
      expect((await own.release(absent, { attempt: 1 })).status).toBe(404);
    }
    expect((await own.document(check.id, 'facial_photo')).status).toBe(404);
    for (const one of [foreign, ...rest]) await another.report(one.id, { attempt: 1 });
    await own.report(check.id, { attempt: 1 });
  });

  it('of other partners or types claims nothing here', async () => {
    await submitted(worker, partnerKey);
    const other = `${slug}-2`;
    await api(worker, worker.keys.internal).post('/api/partners', { slug: other, name: 'Other' });
    const faces = runner(worker, (await runnerKey(worker, { partners: [slug], types: ['face_match'] })).key);
    expect((await faces.claim()).status).toBe(204);
    const elsewhere = (await runnerKey(worker, { partners: [other] })).key;
    expect((await runner(worker, elsewhere).claim()).status).toBe(204);
    const narrowed = runner(worker, elsewhere, { 'x-partner': slug });
    expect((await narrowed.claim()).status).toBe(204);
    const own = await ownRunner();
    for (const check of await own.claimed()) await own.report(check.id, { attempt: 1 });
  });
});

describe('POST /api/profiles/:id/checks', () => {
  it('checks again for reviewers and internal keys, once for an Idempotency-Key', async () => {
    const id = await submitted(worker, partnerKey);
    const { authorization } = await reviewer();
    const again = (headers: Record<string, string>) =>
      worker.fetch(`/api/profiles/${id}/checks`, { method: 'POST', headers });
    const key = { 'idempotency-key': randomUUID() };
    const first = await again({ ...authorization, ...key });
    expect(first.status).toBe(201);
    const repeated = await again({ ...authorization, ...key });
    expect([repeated.status, repeated.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(await repeated.json()).toEqual(await first.json());
    expect((await again({ 'x-api-key': worker.keys.internal })).status).toBe(201);
    expect((await again({ 'x-api-key': partnerKey })).status).toBe(403);
    expect((await read(`/api/profiles/${id}/checks?limit=100`)).items).toHaveLength(15);
    await worker.fetch(`/api/profiles/${id}`, { method: 'DELETE', headers: { 'x-api-key': worker.keys.internal } });
    expect((await again({ 'x-api-key': worker.keys.internal })).status).toBe(410);
  });
});

describe('GET /api/metrics', () => {
  it('counts outcomes, and says how long a check has been due and since when no runner was seen', async () => {
    const id = await submitted(worker, partnerKey);
    const { checks } = (await read('/api/metrics')) as unknown as {
      checks: { outcomes: Record<string, number>; oldest_queued_seconds: number; runner_seen_seconds: number };
    };
    expect(checks.outcomes.pass).toBeGreaterThan(0);
    expect(checks.oldest_queued_seconds).toBeGreaterThanOrEqual(0);
    expect(checks.runner_seen_seconds).toBeLessThan(600);
    await worker.fetch(`/api/profiles/${id}`, { method: 'DELETE', headers: { 'x-api-key': worker.keys.internal } });
    const headers = { 'x-api-key': worker.keys.internal, accept: 'application/openmetrics-text' };
    const text = await (await worker.fetch('/api/metrics', { headers })).text();
    expect(text).toContain('ekyc_checks_total{outcome="pass"}');
  });
});
