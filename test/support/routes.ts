import { app } from '../../src/app.ts';
import { applicantData, json, PNG } from './api.ts';

/** Every route of the app, as `GET /api/profiles/:id`. */
export function routesOfApp(): string[] {
  const routes = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replace(/\{[^/]*/g, '')}`);
  return [...new Set(routes)].sort();
}

/** Ids of records, for the parameters of a path. */
export interface Ids {
  profile: string;
  key: string;
  /** That the caller holds. */
  check: string;
  level: string;
  webhook: string;
  delivery: string;
  slug: string;
}

const OWNER: Record<string, keyof Ids> = { checks: 'check', keys: 'key', levels: 'level', webhooks: 'webhook' };

export function pathOf(route: string, ids: Ids, kind = 'document_front'): string {
  const path = route.slice(route.indexOf('/'));
  const id = OWNER[path.split('/')[2] ?? ''] ?? 'profile';
  // A page's form that a browser asks for by GET: after a login, or by reloading what it was answered.
  const form = path.includes('/:id') ? 'claim' : 'next';
  const values: Record<string, string> = {
    id: ids[id],
    delivery: ids.delivery,
    slug: ids.slug,
    kind,
    form,
    provider: 'acme',
  };
  return path.replace(/:(\w+)/g, (_, name) => values[name] ?? '');
}

/** What a route reads besides its path, with values that it accepts. */
interface Input {
  json?: Record<string, unknown>;
  /** The route takes an empty body as well. */
  isOptional?: true;
  /** A document as the raw body. */
  isDocument?: true;
  /** A multipart form may stand for the JSON. */
  isMultipart?: true;
  /** A form of the dashboard's pages. */
  form?: Record<string, string>;
  /** The names of what it reads from its query. */
  query?: string[];
}

const PAGE = ['limit', 'cursor'];
const PROFILE = applicantData({
  date_of_birth: '1990-01-01',
  email: 'minh@example.com',
  phone: '+84901234567',
  external_id: 'theirs',
  locale: 'vi',
  metadata: { tier: 'gold' },
  level: 'default',
});
const PARTNER = { name: 'Acme', active: true, frontend_url: null, retention_days: null, expire_after_days: null };
const WEBHOOK = { url: 'https://hooks.example.com/', events: ['profile.created'], description: 'x', enabled: false };

const LEVEL = {
  partner: 'acme',
  name: 'strict',
  required: { passport: ['document_front'] },
  optional: ['facial_photo'],
  document_types: ['passport'],
  countries: ['VN'],
  min_age: 18,
  consent: { version: '1', url: 'https://acme.example/consent', text: { en: 'I agree.' } },
  photo_reuse: true,
  checks: ['document_text', { type: 'face_match', provider: 'builtin' }],
  policy: { order: 'clear_first', resubmit_on: ['blurred'], resubmit_at_most: 1 },
};

/** Every route that reads something. A test compares the table with the app: a new route fails it until it stands here. */
export const INPUTS: Record<string, Input> = {
  'POST /api/profiles/create': { json: PROFILE },
  'GET /api/profiles': {
    query: [...PAGE, 'status', 'external_id', 'updated_after', 'created_after', 'level', 'outcome', 'partner'],
  },
  'POST /api/profiles/search': {
    json: {
      q: 'minh',
      full_name: 'Minh',
      document_number: 'x',
      email: 'x',
      phone: 'x1',
      external_id: 'x',
      status: 'pending',
      updated_after: '2026-01-01T00:00:00Z',
      created_after: '2026-01-01T00:00:00Z',
      level: 'default',
      partner: 'acme',
      limit: 5,
    },
  },
  'GET /api/profiles/:id': {},
  'PATCH /api/profiles/:id': { json: PROFILE, isMultipart: true },
  'DELETE /api/profiles/:id': {},
  'POST /api/profiles/:id/submit': {
    json: { consent: { version: '1', given_at: '2026-01-01T00:00:00Z', locale: 'vi' } },
    isOptional: true,
  },
  'PUT /api/profiles/:id/legal_hold': {},
  'DELETE /api/profiles/:id/legal_hold': {},
  'POST /api/profiles/:id/link': { json: { revoke_previous: true, confirm_mismatch: true }, isOptional: true },
  'GET /api/profiles/:id/checks': { query: PAGE },
  'POST /api/profiles/:id/checks': {},
  'POST /api/checks/claim': {
    json: { provider: { name: 'builtin', version: '1' }, types: ['document_text'], limit: 1, lease_seconds: 60 },
  },
  'GET /api/checks/:id/documents/:kind': {},
  'POST /api/checks/:id/heartbeat': { json: { attempt: 1, lease_seconds: 60 } },
  'POST /api/checks/:id/result': {
    json: {
      outcome: 'pass',
      attempt: 1,
      findings: [],
      scores: {},
      facts: {},
      provider: { name: 'builtin', version: '1', models: {} },
      photo_hash: '0123456789abcdef',
    },
  },
  'POST /api/checks/:id/release': { json: { attempt: 1, after_seconds: 0 } },
  'POST /api/checks/callbacks/:provider': {},
  'GET /api/profiles/:id/notes': { query: PAGE },
  'POST /api/profiles/:id/notes': { json: { text: 'x' } },
  'GET /api/profiles/:id/documents': { query: PAGE },
  'PUT /api/profiles/:id/documents/:kind': { isDocument: true },
  'GET /api/profiles/:id/documents/:kind': { query: ['version'] },
  'DELETE /api/profiles/:id/documents/:kind': {},
  'GET /api/status_history/:id': { query: PAGE },
  'POST /api/status_history/:id': {
    json: {
      status: 'rejected',
      reason_code: 'other',
      reason: 'x',
      note: 'x',
      expected_status: 'unverified',
      expected_evidence: 1,
    },
  },
  'GET /api/applicant': {},
  'PUT /api/applicant/documents/:kind': { isDocument: true },
  'POST /api/applicant/consent': { json: { version: '1', locale: 'vi' } },
  'POST /api/applicant/submit': {},
  'GET /api/partners': { query: PAGE },
  'POST /api/partners': { json: { slug: 'acme', ...PARTNER } },
  'GET /api/partners/:slug': {},
  'PATCH /api/partners/:slug': { json: PARTNER },
  'GET /api/keys': { query: [...PAGE, 'partner'] },
  'POST /api/keys': {
    json: { partner: 'acme', name: 'x', scopes: ['profiles:read'], expires_at: '2100-01-01T00:00:00Z' },
  },
  'POST /api/keys/:id/rotate': { json: { grace_seconds: 0 }, isOptional: true },
  'DELETE /api/keys/:id': {},
  'GET /api/levels': { query: [...PAGE, 'partner', 'name'] },
  'POST /api/levels': { json: LEVEL },
  'GET /api/levels/:id': {},
  'GET /api/audit': { query: [...PAGE, 'profile', 'actor', 'from', 'to'] },
  'GET /api/metrics': {},
  'GET /api/webhooks': { query: PAGE },
  'POST /api/webhooks': { json: WEBHOOK },
  'GET /api/webhooks/:id': {},
  'PATCH /api/webhooks/:id': { json: WEBHOOK },
  'DELETE /api/webhooks/:id': {},
  'POST /api/webhooks/:id/test': {},
  'POST /api/webhooks/:id/rotate': { json: { grace_seconds: 0 }, isOptional: true },
  'GET /api/webhooks/:id/deliveries': { query: PAGE },
  'POST /api/webhooks/:id/deliveries/:delivery/redeliver': {},
  'GET /api/events': { query: ['limit', 'after'] },
  'GET /verify/:id': {},
  'GET /dashboard/login': { query: ['next'] },
  'POST /dashboard/login': { form: { email: 'nobody@ekyc.example', password: 'x', next: '/dashboard' } },
  'POST /dashboard/logout': { form: {} },
  'GET /dashboard': { query: ['status', 'partner', 'page'] },
  'POST /dashboard/next': { form: { partner: 'nobody' } },
  'GET /dashboard/session': {},
  'GET /dashboard/:form': {},
  'GET /dashboard/events': {},
  'GET /dashboard/metrics': { query: ['days'] },
  'GET /dashboard/profiles/:id': { query: ['done'] },
  'GET /dashboard/profiles/:id/documents/:kind': {},
  'GET /dashboard/profiles/:id/:form': {},
  'POST /dashboard/profiles/:id/checks': { form: {} },
  'POST /dashboard/profiles/:id/claim': { form: {} },
  'POST /dashboard/profiles/:id/release': { form: {} },
  'POST /dashboard/profiles/:id/notes': { form: { text: 'x' } },
  'POST /dashboard/profiles/:id/decision': {
    form: {
      status: 'rejected',
      expected_status: 'unverified',
      expected_evidence: '1',
      reason_code: 'other',
      reason: 'x',
      note: 'x',
    },
  },
};

/** Routes that read nothing of a request but its path: they give all callers the same answer. */
export const READ_NOTHING = ['GET /', 'GET /healthz', 'GET /readyz', 'GET /openapi.json', 'GET /docs'];

/** A request that the route accepts, without a credential. */
export function requestOf(route: string): RequestInit {
  const [method = ''] = route.split(' ');
  const { json: body, isDocument, form } = INPUTS[route] ?? {};
  if (isDocument) return { method, body: PNG, headers: { 'content-type': 'image/png' } };
  if (form) return { method, body: new URLSearchParams(form) };
  return body ? { ...json(body), method } : { method };
}
