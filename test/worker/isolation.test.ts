import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { api, json, PNG, problemOf, superuser } from '../support/api.ts';
import { heldCheck, runnerKey } from '../support/checks.ts';
import type { IssuedKey } from '../support/keys.ts';
import { issueKey } from '../support/keys.ts';
import { makeLevel } from '../support/levels.ts';
import { type Ids, INPUTS, pathOf, requestOf, routesOfApp } from '../support/routes.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

/** Routes with an id that show no record. */
const HARMLESS = ['GET /verify/:id'];
/** Each reaches for another partner's record. The dashboard's do not: its reviewers see all partners, and no key counts there. */
const FOREIGN = routesOfApp().filter(
  (route) => /\/:(?!kind)/.test(route) && !route.includes(' /dashboard') && !HARMLESS.includes(route),
);

/** Lists of records, as one who acts for acme asks for all of them. */
const LISTS = ['/api/profiles', '/api/keys', '/api/levels', '/api/partners', '/api/audit', '/api/webhooks'];

let worker: TestWorker;
/** What belongs to globex. */
let victim: Ids;
let profileNumber: string;
let callers: Record<string, Record<string, string>>;
beforeAll(async () => {
  worker = await startWorker();
  const globex = api(worker, worker.keys.globex);
  const { id } = await globex.created({ document_number: 'GLOBEX-0001', external_id: `globex-${Date.now()}` });
  profileNumber = (await globex.read(id)).document_number;
  await globex.upload(id, 'document_front', PNG, { 'content-type': 'image/png' });
  await globex.decide(id, { status: 'in_review' });
  await api(worker).created();
  const key: IssuedKey = await issueKey(worker, { partner: 'globex' });
  const level = await makeLevel(worker, { partner: 'globex' });
  const runner = await runnerKey(worker, { partners: ['globex'] });
  const check = await heldCheck(worker, { 'x-api-key': runner.key, 'x-partner': 'globex' });
  victim = { profile: id, key: key.id, check, level: level.id, slug: 'globex', ...(await failingWebhook(globex)) };
  const managed = await issueKey(worker);
  callers = {
    'its key in the settings': { 'x-api-key': worker.keys.acme },
    'a managed key with every scope': { 'x-api-key': managed.key },
    'an internal key that names it': { 'x-api-key': worker.keys.internal, 'x-partner': 'acme' },
  };
});
afterAll(() => worker.stop());

const send = (route: string, who: string) => {
  const init = requestOf(route);
  return worker.fetch(pathOf(route, victim), { ...init, headers: { ...init.headers, ...callers[who] } });
};

/** A disabled endpoint with one failed delivery: nothing changes it while the tests look. */
async function failingWebhook(partner: ReturnType<typeof api>) {
  const created = await partner.post('/api/webhooks', { url: 'http://127.0.0.1:9/hook' });
  const { id: webhook } = (await created.json()) as { id: string };
  expect((await partner.post(`/api/webhooks/${webhook}/test`, {})).status).toBe(200);
  const admin = await superuser();
  const find = () => admin.collection('webhook_deliveries').getFirstListItem(`endpoint = "${webhook}"`);
  await vi.waitFor(async () => expect((await find()).last_error).not.toBe(''), { timeout: 15_000, interval: 200 });
  await admin.collection('webhook_endpoints').update(webhook, { enabled: false });
  return { webhook, delivery: (await find()).id };
}

/** Everything of the victim's that a request could have changed. */
async function state() {
  const admin = await superuser();
  const filter = `profile = "${victim.profile}"`;
  const { last_used_at: _, ...key } = await admin.collection('api_keys').getOne(victim.key);
  return {
    profile: await admin.collection('profiles').getOne(victim.profile),
    partner: await admin.collection('partners').getFirstListItem('slug = "globex"'),
    history: (await admin.collection('status_history').getList(1, 1, { filter })).totalItems,
    webhook: await admin.collection('webhook_endpoints').getOne(victim.webhook),
    deliveries: (
      await admin.collection('webhook_deliveries').getList(1, 10, { filter: `endpoint = "${victim.webhook}"` })
    ).items,
    notes: (await admin.collection('notes').getList(1, 1, { filter })).totalItems,
    key,
  };
}

describe("another partner's record", () => {
  it('is reached for with what the route takes: the table names it', () => {
    expect(FOREIGN.filter((route) => !INPUTS[route])).toEqual([]);
  });

  it.each(FOREIGN)('is absent for %s', async (route) => {
    const before = await state();
    for (const who of Object.keys(callers)) {
      const response = await send(route, who);
      const { code } = await problemOf(response);
      // A route that no partner may use is refused before the record is looked for.
      const isRefused = response.status === 403 && code === 'forbidden' && !who.startsWith('an internal');
      expect([who, isRefused || [response.status, code]]).toEqual([who, isRefused || [404, 'not_found']]);
    }
    expect(await state()).toEqual(before);
  });

  it('looks like one that never existed', async () => {
    for (const who of Object.keys(callers)) {
      const [foreign, unknown] = await Promise.all(
        [victim.profile, 'zzzzzzzzzzzzzzz'].map((id) =>
          worker.fetch(`/api/profiles/${id}`, { headers: callers[who] ?? {} }),
        ),
      );
      const [a, b] = [await problemOf(foreign as Response), await problemOf(unknown as Response)];
      expect({ ...a, request_id: '' }).toEqual({ ...b, request_id: '' });
    }
  });

  it.each(LISTS)('is in no page of %s', async (path) => {
    for (const [who, headers] of Object.entries(callers)) {
      for (let cursor = ''; ; ) {
        const response = await worker.fetch(`${path}?limit=100${cursor}`, { headers });
        if (response.status === 403) break;
        expect(response.status).toBe(200);
        const { items, next_cursor } = (await response.json()) as {
          items: { id?: string; slug?: string; partner?: string }[];
          next_cursor: string | null;
        };
        const owners = items.map(({ slug, partner }) => partner ?? slug);
        expect([who, [...new Set(owners)].filter((owner) => owner !== 'acme')]).toEqual([who, []]);
        if (!next_cursor) break;
        cursor = `&cursor=${next_cursor}`;
      }
    }
  });

  it('is found by no filter', async () => {
    const admin = await superuser();
    const { external_id } = await admin.collection('profiles').getOne(victim.profile);
    for (const [who, headers] of Object.entries(callers)) {
      const list = async (query: Record<string, string>) => {
        const response = await worker.fetch(`/api/profiles?${new URLSearchParams(query)}`, { headers });
        return response.status === 200 ? ((await response.json()) as { items: unknown[] }).items : response.status;
      };
      expect([who, await list({ external_id })]).toEqual([who, []]);
      const byPartner = await list({ partner: 'globex' });
      expect([who, byPartner]).toEqual([who, who.startsWith('an internal') ? [] : 400]);
      for (const injected of ["' || partner = 'globex", "\\' || partner = 'globex' || external_id = '", 'x\\']) {
        expect([who, await list({ external_id: injected })]).toEqual([who, []]);
      }
    }
  });

  it('is found by no search', async () => {
    const admin = await superuser();
    const { full_name, document_number, external_id } = await admin.collection('profiles').getOne(victim.profile);
    for (const [who, headers] of Object.entries(callers)) {
      for (const asked of [{ q: full_name }, { full_name }, { document_number }, { external_id }]) {
        const response = await worker.fetch('/api/profiles/search', json({ ...asked, limit: 100 }, headers));
        const { items } = (await response.json()) as { items: { partner: string }[] };
        expect([who, items.filter(({ partner }) => partner !== 'acme')]).toEqual([who, []]);
      }
    }
  });

  it('is recognised for its own partner alone: for another, the same document is a new applicant', async () => {
    const response = await api(worker).create({ document_number: profileNumber });
    const { id } = (await response.json()) as { id: string };
    expect(id).not.toBe(victim.profile);
  });

  it('is opened by the link of no other profile', async () => {
    const { token } = await api(worker).created();
    const response = await worker.fetch('/api/applicant', { headers: { authorization: `Bearer ${token}` } });
    expect(((await response.json()) as { id: string }).id).not.toBe(victim.profile);
  });
});
