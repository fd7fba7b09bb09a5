import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app } from '../src/app.ts';
import { api, json, PNG, problemOf, reviewer } from './support/api.ts';
import { type DashboardClient, dashboardClient } from './support/dashboard.ts';
import { startWorker, type TestWorker } from './support/worker.ts';

type Who = 'nobody' | 'wrong key' | 'partner' | 'internal' | 'reviewer' | 'applicant';

let worker: TestWorker;
let id: string;
let session: DashboardClient;
let credentials: Record<Who, Record<string, string>>;

beforeAll(async () => {
  worker = await startWorker();
  const profile = await api(worker).created();
  id = profile.id;
  session = await dashboardClient(worker);
  credentials = {
    nobody: {},
    'wrong key': { 'x-api-key': 'k'.repeat(40) },
    partner: { 'x-api-key': worker.keys.acme },
    internal: { 'x-api-key': worker.keys.internal },
    reviewer: (await reviewer()).authorization,
    applicant: { authorization: `Bearer ${profile.token}` },
  };
});
afterAll(() => worker.stop());

const PUBLIC: Who[] = ['nobody', 'wrong key', 'partner', 'internal', 'reviewer', 'applicant'];

/** Who gets past the door of each operation; everybody else is 401, or 403 when known. */
const ALLOWED: Record<string, Who[]> = {
  'get /': PUBLIC,
  'get /healthz': PUBLIC,
  'get /readyz': PUBLIC,
  'get /openapi.json': PUBLIC,
  'get /docs': PUBLIC,
  'get /verify/{id}': PUBLIC,
  'post /api/profiles/create': ['partner', 'internal'],
  'get /api/profiles/{id}': ['partner', 'internal', 'reviewer'],
  'patch /api/profiles/{id}': ['internal', 'reviewer'],
  'post /api/profiles/{id}/link': ['partner', 'internal'],
  'put /api/profiles/{id}/documents/{kind}': ['partner', 'internal', 'reviewer'],
  'get /api/profiles/{id}/documents/{kind}': ['internal', 'reviewer'],
  'delete /api/profiles/{id}/documents/{kind}': ['partner', 'internal', 'reviewer'],
  'get /api/profiles/{id}/notes': ['internal', 'reviewer'],
  'post /api/profiles/{id}/notes': ['internal', 'reviewer'],
  'get /api/status_history/{id}': ['partner', 'internal', 'reviewer'],
  'post /api/status_history/{id}': ['internal', 'reviewer'],
  'get /api/applicant': ['applicant'],
  'put /api/applicant/documents/{kind}': ['applicant'],
  'post /api/applicant/submit': ['applicant'],
};
const KNOWN_BUT_UNSCOPED: Who[] = ['partner', 'internal', 'reviewer'];

function operations(): string[] {
  return Object.entries(worker.document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
}

async function knock(operation: string, who: Who): Promise<Response> {
  const [method = '', path = ''] = operation.split(' ');
  const init: RequestInit = { method: method.toUpperCase(), headers: credentials[who] };
  if (method === 'put')
    Object.assign(init, { body: PNG, headers: { ...credentials[who], 'content-type': 'image/png' } });
  if (method === 'post' || method === 'patch') Object.assign(init, json({}, credentials[who]), { method: init.method });
  return worker.fetch(path.replace('{id}', id).replace('{kind}', 'document_front'), init);
}

describe('every operation', () => {
  it('stands in the matrix', () => {
    expect(operations().sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  it.each(Object.keys(ALLOWED))('%s lets in whom it should', async (operation) => {
    for (const who of PUBLIC) {
      const { status } = await knock(operation, who);
      const isApplicantRoute = operation.includes('/api/applicant');
      const expected = ALLOWED[operation]?.includes(who)
        ? 'in'
        : KNOWN_BUT_UNSCOPED.includes(who) && !isApplicantRoute
          ? 'known'
          : 'unknown';
      const actual = status === 401 ? 'unknown' : status === 403 ? 'known' : 'in';
      expect([operation, who, actual]).toEqual([operation, who, expected]);
    }
  });

  it('refuses two credentials at once', async () => {
    const headers = { ...credentials.partner, ...credentials.reviewer };
    const response = await worker.fetch(`/api/profiles/${id}`, { headers });
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'invalid_request' });
  });
});

/** The dashboard's door is its cookie, and no other credential opens it. Only the login stands outside. */
const DASHBOARD = [
  'GET /dashboard',
  'GET /dashboard/events',
  'GET /dashboard/metrics',
  'GET /dashboard/next',
  'GET /dashboard/profiles/{id}',
  'GET /dashboard/profiles/{id}/documents/{kind}',
  'GET /dashboard/session',
  'POST /dashboard/logout',
  'POST /dashboard/profiles/{id}/claim',
  'POST /dashboard/profiles/{id}/decision',
  'POST /dashboard/profiles/{id}/notes',
  'POST /dashboard/profiles/{id}/release',
];

describe('every route of the dashboard', () => {
  it('stands in the matrix', () => {
    const routes = app.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/dashboard') && path !== '/dashboard/login')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(\{[^/]*)?/g, '{$1}')}`);
    expect([...new Set(routes)].sort()).toEqual(DASHBOARD);
  });

  it.each(DASHBOARD)('%s lets in a session’s cookie alone', async (route) => {
    const [method = '', template = ''] = route.split(' ');
    const path = template.replace('{id}', id).replace('{kind}', 'facial_video');
    for (const who of PUBLIC) {
      const headers = { ...credentials[who], origin: worker.origin, 'x-csrf-token': session.csrf };
      expect([who, (await worker.fetch(path, { method, headers })).status]).toEqual([who, 401]);
    }
    const own = { cookie: session.cookie, accept: 'application/json' };
    // The logout comes in the middle, yet a cookie that somebody kept stays good: it is the browser that forgets it.
    const headers = { ...own, origin: worker.origin, 'x-csrf-token': session.csrf };
    const response = await worker.fetch(path, { method, headers, signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    expect(response.status).not.toBe(401);
    if (method === 'POST') expect((await worker.fetch(path, { method, headers: own })).status).toBe(403);
  });
});
