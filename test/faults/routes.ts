import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { api, applicantData, json, PNG, reviewer, type TestReviewer } from '../support/api.ts';
import { type DashboardClient, dashboardClient, form } from '../support/browser/dashboard.ts';
import { issueKey } from '../support/keys.ts';
import { routesOfApp } from '../support/routes.ts';
import type { BareWorker } from './target.ts';

export type Sent = [path: string, init: RequestInit];

interface Row {
  /** Makes what the request needs, and the request: it can be sent more than once. */
  prepare(scene: Scene): Promise<Sent> | Sent;
  /** What a repeat is answered when PocketBase has acted before, and the answer was lost. */
  again?: number;
}

const typed = (method: string, body: unknown, headers = {}): RequestInit => ({ ...json(body, headers), method });
const png = (headers: Record<string, string> = {}): RequestInit => ({
  method: 'PUT',
  body: PNG,
  headers: { 'content-type': 'image/png', ...headers },
});
/** People get pages. */
const JSON_PLEASE = { accept: 'application/json' };
const ACME = { 'x-partner': 'acme' };
const WEBHOOK = { url: 'https://hooks.example.com/', enabled: false };
const asApplicant = (token: string) => ({ authorization: `Bearer ${token}` });
const once = () => ({ 'idempotency-key': randomUUID() });
const newSlug = () => `p-${randomUUID().slice(0, 13)}`;

/** One row for each route: a route that is not here makes the suite fail. In parentheses: another way to use the same route. */
export const ROWS: Record<string, Row> = {
  'GET /': { prepare: () => ['/', {}] },
  'GET /healthz': { prepare: () => ['/healthz', {}] },
  'GET /readyz': { prepare: () => ['/readyz', {}] },
  'GET /openapi.json': { prepare: () => ['/openapi.json', {}] },
  'GET /docs': { prepare: () => ['/docs', {}] },
  'GET /verify/:id': { prepare: () => ['/verify/aaaaaaaaaaaaaaa', {}] },
  'POST /api/profiles/create': { prepare: () => ['/api/profiles/create', json(applicantData(), ACME)] },
  'GET /api/profiles': { prepare: () => ['/api/profiles?limit=5', {}] },
  'GET /api/profiles/:id': { prepare: async (scene) => [`/api/profiles/${(await scene.profile()).id}`, {}] },
  'GET /api/profiles/:id (managed key)': {
    prepare: async (scene) => [
      `/api/profiles/${(await scene.profile()).id}`,
      { headers: { 'x-api-key': (await scene.key()).key } },
    ],
  },
  'PATCH /api/profiles/:id': {
    prepare: async (scene) => [`/api/profiles/${(await scene.profile()).id}`, typed('PATCH', { locale: 'vi' })],
  },
  'PATCH /api/profiles/:id (form)': {
    prepare: async (scene) => {
      const body = new FormData();
      body.set('locale', 'vi');
      body.set('facial_photo', new File([PNG], 'me.png', { type: 'image/png' }));
      return [`/api/profiles/${(await scene.profile()).id}`, { method: 'PATCH', body }];
    },
  },
  'DELETE /api/profiles/:id': {
    prepare: async (scene) => [`/api/profiles/${(await scene.profile()).id}`, { method: 'DELETE' }],
  },
  'POST /api/profiles/:id/link': {
    prepare: async (scene) => [
      `/api/profiles/${(await scene.profile()).id}/link`,
      typed('POST', { revoke_previous: true }),
    ],
  },
  'GET /api/profiles/:id/notes': {
    prepare: async (scene) => [`/api/profiles/${(await scene.profile()).id}/notes`, {}],
  },
  'POST /api/profiles/:id/notes': {
    prepare: async (scene) => [
      `/api/profiles/${(await scene.profile()).id}/notes`,
      typed('POST', { text: 'x' }, once()),
    ],
  },
  'PUT /api/profiles/:id/documents/:kind': {
    prepare: async (scene) => [`/api/profiles/${(await scene.profile()).id}/documents/document_front`, png()],
  },
  'GET /api/profiles/:id/documents': {
    prepare: async (scene) => [`/api/profiles/${(await scene.documented()).id}/documents`, {}],
  },
  'GET /api/profiles/:id/documents/:kind': {
    prepare: async (scene) => [`/api/profiles/${(await scene.documented()).id}/documents/document_front`, {}],
  },
  'GET /api/profiles/:id/documents/:kind (HEAD)': {
    prepare: async (scene) => [
      `/api/profiles/${(await scene.documented()).id}/documents/document_front`,
      { method: 'HEAD' },
    ],
  },
  'GET /api/profiles/:id/documents/:kind (reviewer)': {
    prepare: async (scene) => [
      `/api/profiles/${(await scene.documented()).id}/documents/document_front`,
      { headers: await scene.unknownReviewer() },
    ],
  },
  'DELETE /api/profiles/:id/documents/:kind': {
    prepare: async (scene) => [
      `/api/profiles/${(await scene.documented()).id}/documents/document_front`,
      { method: 'DELETE' },
    ],
  },
  'GET /api/status_history/:id': {
    prepare: async (scene) => [`/api/status_history/${(await scene.profile()).id}`, {}],
  },
  'POST /api/status_history/:id': {
    prepare: async (scene) => [
      `/api/status_history/${(await scene.profile()).id}`,
      typed('POST', { status: 'in_review', expected_status: 'unverified' }, once()),
    ],
  },
  'GET /api/keys': { prepare: () => ['/api/keys', {}] },
  'POST /api/keys': {
    prepare: () => ['/api/keys', json({ partner: 'acme', name: 'test', scopes: ['profiles:read'] })],
  },
  'POST /api/keys/:id/rotate': {
    prepare: async (scene) => [`/api/keys/${(await scene.key()).id}/rotate`, typed('POST', { grace_seconds: 600 })],
  },
  'DELETE /api/keys/:id': {
    prepare: async (scene) => [`/api/keys/${(await scene.key()).id}`, { method: 'DELETE' }],
  },
  'GET /api/partners': { prepare: () => ['/api/partners', {}] },
  'POST /api/partners': { prepare: () => ['/api/partners', json({ slug: newSlug(), name: 'x' })], again: 422 },
  'GET /api/partners/:slug': { prepare: () => ['/api/partners/acme', {}] },
  'PATCH /api/partners/:slug': { prepare: () => ['/api/partners/acme', typed('PATCH', { name: 'Acme' })] },
  'GET /api/audit': { prepare: () => ['/api/audit?limit=5', {}] },
  'GET /api/metrics': { prepare: () => ['/api/metrics', {}] },
  'GET /api/webhooks': { prepare: () => ['/api/webhooks', {}] },
  'POST /api/webhooks': {
    prepare: async (scene) => ['/api/webhooks', json(WEBHOOK, { 'x-partner': await scene.partner() })],
  },
  'GET /api/webhooks/:id': { prepare: async (scene) => [`/api/webhooks/${(await scene.webhook()).id}`, {}] },
  'PATCH /api/webhooks/:id': {
    prepare: async (scene) => [`/api/webhooks/${(await scene.webhook()).id}`, typed('PATCH', { description: 'x' })],
  },
  'DELETE /api/webhooks/:id': {
    prepare: async (scene) => [`/api/webhooks/${(await scene.webhook()).id}`, { method: 'DELETE' }],
    again: 404,
  },
  'POST /api/webhooks/:id/test': {
    prepare: async (scene) => [`/api/webhooks/${(await scene.tested()).id}/test`, { method: 'POST' }],
  },
  'POST /api/webhooks/:id/rotate': {
    prepare: async (scene) => [`/api/webhooks/${(await scene.webhook()).id}/rotate`, typed('POST', {})],
  },
  'GET /api/webhooks/:id/deliveries': {
    prepare: async (scene) => [`/api/webhooks/${(await scene.tested()).id}/deliveries`, {}],
  },
  'POST /api/webhooks/:id/deliveries/:delivery/redeliver': {
    prepare: async (scene) => {
      const { id, delivery } = await scene.tested();
      return [`/api/webhooks/${id}/deliveries/${delivery}/redeliver`, { method: 'POST' }];
    },
  },
  'GET /api/events': { prepare: () => ['/api/events', { headers: ACME }] },
  'GET /api/events (after)': {
    prepare: async (scene) => [`/api/events?after=${await scene.event()}`, { headers: ACME }],
  },
  'GET /api/applicant': {
    prepare: async (scene) => ['/api/applicant', { headers: asApplicant((await scene.profile()).token) }],
  },
  'PUT /api/applicant/documents/:kind': {
    prepare: async (scene) => [
      '/api/applicant/documents/document_front',
      png(asApplicant((await scene.profile()).token)),
    ],
  },
  'GET /dashboard/login': { prepare: () => ['/dashboard/login', {}] },
  'POST /dashboard/login': {
    prepare: async (scene) => {
      const { email, password } = await scene.reviewer();
      return ['/dashboard/login', form({ email, password }, { ...JSON_PLEASE, origin: scene.origin() })];
    },
  },
  ...Object.fromEntries(
    [
      ['GET', ''],
      ['GET', '/metrics'],
      ['GET', '/session'],
      ['POST', '/logout'],
      ['POST', '/next'],
    ].map(([method = '', path = '']) => [
      `${method} /dashboard${path}`,
      { prepare: async (scene: Scene): Promise<Sent> => [`/dashboard${path}`, await scene.atDesk(method)] },
    ]),
  ),
  'GET /dashboard/profiles/:id': {
    prepare: async (scene) => [`/dashboard/profiles/${(await scene.documented()).id}`, await scene.atDesk('GET')],
  },
  'GET /dashboard/profiles/:id/documents/:kind': {
    prepare: async (scene) => [
      `/dashboard/profiles/${(await scene.documented()).id}/documents/document_front`,
      await scene.atDesk('GET'),
    ],
  },
  'POST /dashboard/profiles/:id/claim': {
    prepare: async (scene) => [`/dashboard/profiles/${(await scene.profile()).id}/claim`, await scene.atDesk('POST')],
  },
  'POST /dashboard/profiles/:id/release': {
    prepare: async (scene) => [`/dashboard/profiles/${(await scene.profile()).id}/release`, await scene.atDesk('POST')],
  },
  'POST /dashboard/profiles/:id/notes': {
    prepare: async (scene) => [
      `/dashboard/profiles/${(await scene.profile()).id}/notes`,
      await scene.atDesk('POST', { text: 'x' }),
    ],
  },
  'POST /dashboard/profiles/:id/decision': {
    prepare: async (scene) => [
      `/dashboard/profiles/${(await scene.profile()).id}/decision`,
      await scene.atDesk('POST', { status: 'approved', expected_status: 'unverified', expected_evidence: '1' }),
    ],
    again: 409,
  },
  'POST /api/applicant/submit': {
    prepare: async (scene) => [
      '/api/applicant/submit',
      { method: 'POST', headers: asApplicant((await scene.documented()).token) },
    ],
  },
};

/** A stream does not end: test/worker/pocketbase/upstream.test.ts breaks it. */
const ENDLESS = 'GET /dashboard/events';

export const routesWithRows = () => routesOfApp().filter((route) => route !== ENDLESS);

export const routesOfRows = () => [...new Set(Object.keys(ROWS).map((name) => name.replace(/ \(.*/, '')))].sort();

export type Scene = ReturnType<typeof makeScene>;

/** Makes the records that a request needs, new ones for each request. */
export function makeScene(worker: BareWorker, pocketbase = inject('pocketbase')) {
  const partner = api(worker);
  const operator = api(worker, worker.keys.internal);
  let shared: Promise<{ id: string; delivery: string }> | undefined;
  let session: Promise<DashboardClient> | undefined;
  let account: Promise<TestReviewer> | undefined;
  const scene = {
    profile: () => partner.created(),
    async documented() {
      const profile = await partner.created();
      for (const kind of ['document_front', 'facial_photo']) {
        await partner.upload(profile.id, kind, PNG, { 'content-type': 'image/png' });
      }
      return profile;
    },
    origin: () => worker.origin(),
    /** Whose token no isolate has seen: PocketBase is asked about it. */
    unknownReviewer: async () => (await reviewer('Reviewer', pocketbase)).authorization,
    reviewer: () => {
      account ??= reviewer('Reviewer', pocketbase);
      return account;
    },
    /** As a page's script would send it, from one session for all. */
    async atDesk(method: string, fields: Record<string, string> = {}): Promise<RequestInit> {
      session ??= dashboardClient({ ...worker, origin: worker.origin() }, 'Reviewer', pocketbase);
      const { cookie, csrf } = await session;
      const headers = { ...JSON_PLEASE, cookie, origin: worker.origin() };
      return method === 'GET' ? { headers } : form({ csrf, ...fields }, headers);
    },
    key: () => issueKey(worker),
    /** A partner has no more than 20 webhooks, so each webhook gets a partner of its own. */
    async partner(): Promise<string> {
      const slug = newSlug();
      await operator.post('/api/partners', { slug, name: 'x' });
      return slug;
    },
    async webhook(fields: object = {}): Promise<{ id: string }> {
      const headers = { 'x-api-key': worker.keys.internal, 'x-partner': await scene.partner() };
      const response = await worker.fetch('/api/webhooks', json({ ...WEBHOOK, ...fields }, headers));
      return (await response.json()) as { id: string };
    },
    /** An enabled endpoint, one for all requests: it wants no event, and its one delivery reaches nobody. */
    tested() {
      shared ??= (async () => {
        const { id } = await scene.webhook({
          url: 'http://127.0.0.1:9/hook',
          events: ['profile.redacted'],
          enabled: true,
        });
        await operator.post(`/api/webhooks/${id}/test`, {});
        const answer = await operator.get(`/api/webhooks/${id}/deliveries`);
        const [delivery] = ((await answer.json()) as { items: { id: string }[] }).items;
        return { id, delivery: delivery?.id ?? '' };
      })();
      return shared;
    },
    async event(): Promise<string> {
      await partner.created();
      const answer = await partner.get('/api/events?limit=1');
      return ((await answer.json()) as { items: { id: string }[] }).items[0]?.id ?? '';
    },
  };
  return scene;
}

/** Sends the request under an id of its own, with the operator's key unless the request has a credential. */
export async function send(worker: BareWorker, [path, init]: Sent, requestId: string = randomUUID()) {
  const headers = new Headers(init.headers);
  const isNamed = ['authorization', 'x-api-key', 'cookie'].some((name) => headers.has(name));
  if (!isNamed) headers.set('x-api-key', worker.keys.internal);
  // A Worker that was started again has another port.
  if (headers.has('origin')) headers.set('origin', worker.origin());
  headers.set('x-request-id', requestId);
  const startedAt = performance.now();
  const response = await worker.fetch(path, { ...init, headers });
  return { requestId, response, ms: performance.now() - startedAt };
}
