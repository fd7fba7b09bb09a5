import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { app } from '../../src/app.ts';
import { api, json, PNG, problemOf, superuser } from '../support/api.ts';
import type { IssuedKey } from '../support/keys.ts';
import { issueKey } from '../support/keys.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

/** What belongs to globex, and must be out of reach for whoever acts for acme. */
interface Victim {
  profile: string;
  key: string;
  slug: string;
  webhook: string;
  delivery: string;
}
type Knock = (victim: Victim) => [path: string, init?: RequestInit];

const typed = (method: string, body: unknown): RequestInit => ({ ...json(body), method });
const png: RequestInit = { method: 'PUT', body: PNG, headers: { 'content-type': 'image/png' } };

/** How to reach for another partner's record through each route with an id. A new route must find its place here. */
const FOREIGN: Record<string, Knock> = {
  'GET /api/profiles/:id': ({ profile }) => [`/api/profiles/${profile}`],
  'PATCH /api/profiles/:id': ({ profile }) => [`/api/profiles/${profile}`, typed('PATCH', { locale: 'vi' })],
  'DELETE /api/profiles/:id': ({ profile }) => [`/api/profiles/${profile}`, { method: 'DELETE' }],
  'POST /api/profiles/:id/link': ({ profile }) => [
    `/api/profiles/${profile}/link`,
    typed('POST', { revoke_previous: true }),
  ],
  'GET /api/profiles/:id/notes': ({ profile }) => [`/api/profiles/${profile}/notes`],
  'POST /api/profiles/:id/notes': ({ profile }) => [`/api/profiles/${profile}/notes`, typed('POST', { text: 'x' })],
  'PUT /api/profiles/:id/documents/:kind': ({ profile }) => [`/api/profiles/${profile}/documents/document_front`, png],
  'GET /api/profiles/:id/documents/:kind': ({ profile }) => [`/api/profiles/${profile}/documents/document_front`],
  'DELETE /api/profiles/:id/documents/:kind': ({ profile }) => [
    `/api/profiles/${profile}/documents/document_front`,
    { method: 'DELETE' },
  ],
  'GET /api/status_history/:id': ({ profile }) => [`/api/status_history/${profile}`],
  'POST /api/status_history/:id': ({ profile }) => [
    `/api/status_history/${profile}`,
    typed('POST', { status: 'rejected' }),
  ],
  'POST /api/keys/:id/rotate': ({ key }) => [`/api/keys/${key}/rotate`, typed('POST', { grace_seconds: 0 })],
  'DELETE /api/keys/:id': ({ key }) => [`/api/keys/${key}`, { method: 'DELETE' }],
  'GET /api/webhooks/:id': ({ webhook }) => [`/api/webhooks/${webhook}`],
  'PATCH /api/webhooks/:id': ({ webhook }) => [`/api/webhooks/${webhook}`, typed('PATCH', { enabled: true })],
  'DELETE /api/webhooks/:id': ({ webhook }) => [`/api/webhooks/${webhook}`, { method: 'DELETE' }],
  'POST /api/webhooks/:id/test': ({ webhook }) => [`/api/webhooks/${webhook}/test`, { method: 'POST' }],
  'POST /api/webhooks/:id/rotate': ({ webhook }) => [`/api/webhooks/${webhook}/rotate`, typed('POST', {})],
  'GET /api/webhooks/:id/deliveries': ({ webhook }) => [`/api/webhooks/${webhook}/deliveries`],
  'POST /api/webhooks/:id/deliveries/:delivery/redeliver': ({ webhook, delivery }) => [
    `/api/webhooks/${webhook}/deliveries/${delivery}/redeliver`,
    { method: 'POST' },
  ],
  'GET /api/partners/:slug': ({ slug }) => [`/api/partners/${slug}`],
  'PATCH /api/partners/:slug': ({ slug }) => [`/api/partners/${slug}`, typed('PATCH', { active: false })],
};
/** Routes with an id that hold nothing of anybody's. */
const HARMLESS = ['GET /verify/:id'];
/** Reviewers see all partners, and no key counts there: the auth matrix asks each of these. */
const DASHBOARD = '/dashboard/';

/** Lists of records, as whoever acts for acme asks for all of them. */
const LISTS = ['/api/profiles', '/api/keys', '/api/partners', '/api/audit', '/api/webhooks'];

let worker: TestWorker;
let victim: Victim;
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
  victim = { profile: id, key: key.id, slug: 'globex', ...(await failingWebhook(globex)) };
  const managed = await issueKey(worker);
  callers = {
    'its key in the settings': { 'x-api-key': worker.keys.acme },
    'a managed key with every scope': { 'x-api-key': managed.key },
    'an internal key that names it': { 'x-api-key': worker.keys.internal, 'x-partner': 'acme' },
  };
});
afterAll(() => worker.stop());

const send = (knock: Knock, who: string) => {
  const [path, init] = knock(victim);
  return worker.fetch(path, { ...init, headers: { ...init?.headers, ...callers[who] } });
};

/** An endpoint that answers nothing, one delivery that failed there, and peace: it is disabled. */
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
  it('is out of reach through every route with an id: each of them stands here', () => {
    const routes = app.routes
      .filter(({ method, path }) => method !== 'ALL' && /\/:(?!kind)/.test(path) && !path.startsWith(DASHBOARD))
      .map(({ method, path }) => `${method} ${path.replace(/\{[^/]*/g, '')}`);
    expect([...new Set(routes)].sort()).toEqual([...Object.keys(FOREIGN), ...HARMLESS].sort());
  });

  it.each(Object.entries(FOREIGN))('is absent for %s', async (_, knock) => {
    const before = await state();
    for (const who of Object.keys(callers)) {
      const response = await send(knock, who);
      const { code } = await problemOf(response);
      // What a partner may do to no record is refused before any is looked for.
      const isRefused = response.status === 403 && code === 'forbidden' && !who.startsWith('an internal');
      expect([who, isRefused || [response.status, code]]).toEqual([who, isRefused || [404, 'not_found']]);
    }
    expect(await state()).toEqual(before);
  });

  it('looks like one that never was', async () => {
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

  it('is recognised for its own partner alone: the same document enrols anew', async () => {
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
