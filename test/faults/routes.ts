import { createHmac, randomUUID } from 'node:crypto';
import { applicantData, json, PNG } from '../support/api.ts';
import { CONSENT, levelData } from '../support/levels.ts';
import { routesOfApp } from '../support/routes.ts';
import { DASHBOARD, type Row, type Sent } from './dashboard-routes.ts';
import { newSlug, WEBHOOK } from './scene.ts';
import { type BareWorker, CALLBACK_SECRET } from './target.ts';

const typed = (method: string, body: unknown, headers = {}): RequestInit => ({ ...json(body, headers), method });
const png = (headers: Record<string, string> = {}): RequestInit => ({
  method: 'PUT',
  body: PNG,
  headers: { 'content-type': 'image/png', ...headers },
});
const ACME = { 'x-partner': 'acme' };
const asApplicant = (token: string) => ({ authorization: `Bearer ${token}` });
const once = () => ({ 'idempotency-key': randomUUID() });

/** One row for each route: a route that is not here makes the suite fail. In parentheses: another way to use the same route. */
export const ROWS: Record<string, Row> = {
  'GET /': { prepare: () => ['/', {}] },
  'GET /healthz': { prepare: () => ['/healthz', {}] },
  'GET /readyz': { prepare: () => ['/readyz', {}] },
  'GET /openapi.json': { prepare: () => ['/openapi.json', {}] },
  'GET /docs': { prepare: () => ['/docs', {}] },
  'GET /verify/:id': { prepare: () => ['/verify/aaaaaaaaaaaaaaa', {}] },
  'POST /api/profiles/create': { prepare: () => ['/api/profiles/create', json(applicantData(), ACME)] },
  'POST /api/profiles/search': { prepare: () => ['/api/profiles/search', json({ q: 'nguyen' })] },
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
  'POST /api/profiles/:id/submit': {
    prepare: async (scene) => [`/api/profiles/${(await scene.documented()).id}/submit`, { method: 'POST' }],
  },
  'PUT /api/profiles/:id/legal_hold': {
    prepare: async (scene) => [`/api/profiles/${(await scene.profile()).id}/legal_hold`, { method: 'PUT' }],
  },
  'DELETE /api/profiles/:id/legal_hold': {
    prepare: async (scene) => [`/api/profiles/${(await scene.profile()).id}/legal_hold`, { method: 'DELETE' }],
  },
  'POST /api/profiles/:id/link': {
    prepare: async (scene) => [
      `/api/profiles/${(await scene.profile()).id}/link`,
      typed('POST', { revoke_previous: true }),
    ],
  },
  'GET /api/profiles/:id/checks': {
    prepare: async (scene) => [`/api/profiles/${(await scene.documented()).id}/checks`, {}],
  },
  'POST /api/profiles/:id/checks': {
    prepare: async (scene) => [
      `/api/profiles/${(await scene.documented()).id}/checks`,
      { method: 'POST', headers: once() },
    ],
  },
  'POST /api/checks/claim': {
    prepare: () => [
      '/api/checks/claim',
      json({ provider: { name: 'builtin', version: '1' }, types: ['face_match'], limit: 1, lease_seconds: 30 }),
    ],
  },
  'GET /api/checks/:id/documents/:kind': {
    prepare: async (scene) => {
      const { id, headers } = await scene.check('document_text');
      return [`/api/checks/${id}/documents/document_front`, { headers }];
    },
  },
  'POST /api/checks/:id/heartbeat': {
    prepare: async (scene) => {
      const { id, headers } = await scene.check();
      return [`/api/checks/${id}/heartbeat`, json({ attempt: 1, lease_seconds: 60 }, headers)];
    },
  },
  'POST /api/checks/:id/result': {
    prepare: async (scene) => {
      const { id, headers } = await scene.check();
      const provider = { name: 'builtin', version: '1' };
      return [`/api/checks/${id}/result`, json({ attempt: 1, outcome: 'pass', provider }, headers)];
    },
  },
  'POST /api/checks/:id/release': {
    prepare: async (scene) => {
      const { id, headers } = await scene.check();
      return [`/api/checks/${id}/release`, json({ attempt: 1 }, headers)];
    },
    again: 409,
  },
  'POST /api/checks/callbacks/:provider': {
    prepare: () => {
      const body = JSON.stringify({ id: randomUUID(), external_ref: 'aaaaaaaaaaaaaaa.1' });
      const signature = createHmac('sha256', CALLBACK_SECRET).update(body).digest('hex');
      return ['/api/checks/callbacks/acme', { method: 'POST', body, headers: { 'x-signature': signature } }];
    },
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
  'GET /api/profiles/:id/documents': {
    prepare: async (scene) => [`/api/profiles/${(await scene.documented()).id}/documents`, {}],
  },
  'PUT /api/profiles/:id/documents/:kind': {
    prepare: async (scene) => [`/api/profiles/${(await scene.profile()).id}/documents/document_front`, png()],
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
    again: 404,
  },
  'DELETE /api/keys/:id': {
    prepare: async (scene) => [`/api/keys/${(await scene.key()).id}`, { method: 'DELETE' }],
  },
  'GET /api/partners': { prepare: () => ['/api/partners', {}] },
  'POST /api/partners': { prepare: () => ['/api/partners', json({ slug: newSlug(), name: 'x' })], again: 422 },
  'GET /api/partners/:slug': { prepare: () => ['/api/partners/acme', {}] },
  'PATCH /api/partners/:slug': { prepare: () => ['/api/partners/acme', typed('PATCH', { name: 'Acme' })] },
  'GET /api/levels': { prepare: () => ['/api/levels?limit=5', {}] },
  'POST /api/levels': { prepare: () => ['/api/levels', json(levelData())] },
  'GET /api/levels/:id': { prepare: async (scene) => [`/api/levels/${(await scene.level()).id}`, {}] },
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
  'POST /api/applicant/consent': {
    prepare: async (scene) => {
      const { token } = await scene.asked();
      return ['/api/applicant/consent', json({ version: CONSENT.version, locale: 'vi' }, asApplicant(token))];
    },
  },
  'POST /api/applicant/submit': {
    prepare: async (scene) => [
      '/api/applicant/submit',
      { method: 'POST', headers: asApplicant((await scene.documented()).token) },
    ],
  },
  ...DASHBOARD,
};

/** A stream does not end: test/worker/pocketbase/upstream.test.ts breaks it. */
const ENDLESS = 'GET /dashboard/events';

export const routesWithRows = () => routesOfApp().filter((route) => route !== ENDLESS);

export const routesOfRows = () => [...new Set(Object.keys(ROWS).map((name) => name.replace(/ \(.*/, '')))].sort();

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
