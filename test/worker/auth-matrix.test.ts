import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, json, PNG, problemOf, reviewer } from '../support/api.ts';
import { type DashboardClient, dashboardClient } from '../support/browser/dashboard.ts';
import { runnerKey } from '../support/checks.ts';
import { issueKey } from '../support/keys.ts';
import { type Ids, pathOf, routesOfApp } from '../support/routes.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

type Who =
  | 'nobody'
  | 'wrong key'
  | 'mistyped key'
  | 'partner'
  | 'managed key'
  | 'internal'
  | 'bearer partner'
  | 'bearer internal'
  | 'reviewer'
  | 'runner'
  | 'applicant';

let worker: TestWorker;
let ids: Ids;
let session: DashboardClient;
let credentials: Record<Who, Record<string, string>>;

beforeAll(async () => {
  worker = await startWorker();
  const profile = await api(worker).created();
  const { id } = profile;
  ids = { profile: id, key: id, level: id, webhook: id, delivery: id, slug: 'acme', check: id };
  const { key: managed } = await issueKey(worker); // with every scope that it may have
  session = await dashboardClient(worker);
  credentials = {
    nobody: {},
    'wrong key': { 'x-api-key': 'k'.repeat(40) },
    'mistyped key': { 'x-api-key': `${managed.slice(0, -1)}${managed.endsWith('0') ? '1' : '0'}` },
    partner: { 'x-api-key': worker.keys.acme },
    'managed key': { 'x-api-key': managed },
    internal: { 'x-api-key': worker.keys.internal },
    'bearer partner': { authorization: `Bearer ${worker.keys.acme}` },
    'bearer internal': { authorization: `bearer ${worker.keys.internal}` },
    reviewer: (await reviewer()).authorization,
    runner: { 'x-api-key': (await runnerKey(worker)).key },
    applicant: { authorization: `Bearer ${profile.token}` },
  };
});
afterAll(() => worker.stop());

const PUBLIC: Who[] = [
  'nobody',
  'wrong key',
  'mistyped key',
  'partner',
  'managed key',
  'internal',
  'bearer partner',
  'bearer internal',
  'reviewer',
  'runner',
  'applicant',
];

/** Who may use each operation. All others are 401, or 403 if the credential is known. */
const ALLOWED: Record<string, Who[]> = {
  'GET /': PUBLIC,
  'GET /healthz': PUBLIC,
  'GET /readyz': PUBLIC,
  'GET /openapi.json': PUBLIC,
  'GET /docs': PUBLIC,
  'GET /verify/:id': PUBLIC,
  'GET /api/profiles': ['partner', 'managed key', 'internal', 'reviewer'],
  'POST /api/profiles/search': ['partner', 'managed key', 'internal', 'reviewer'],
  'POST /api/profiles/create': ['partner', 'managed key', 'internal'],
  'GET /api/profiles/:id': ['partner', 'managed key', 'internal', 'reviewer'],
  'PATCH /api/profiles/:id': ['managed key', 'internal', 'reviewer'],
  'POST /api/profiles/:id/submit': ['partner', 'managed key', 'internal', 'reviewer'],
  'PUT /api/profiles/:id/legal_hold': ['internal'],
  'DELETE /api/profiles/:id/legal_hold': ['internal'],
  'POST /api/profiles/:id/link': ['partner', 'managed key', 'internal'],
  'GET /api/profiles/:id/documents': ['managed key', 'internal', 'reviewer'],
  'PUT /api/profiles/:id/documents/:kind': ['partner', 'managed key', 'internal', 'reviewer'],
  'GET /api/profiles/:id/documents/:kind': ['managed key', 'internal', 'reviewer'],
  'DELETE /api/profiles/:id/documents/:kind': ['partner', 'managed key', 'internal', 'reviewer'],
  'GET /api/profiles/:id/checks': ['partner', 'managed key', 'internal', 'reviewer'],
  'POST /api/profiles/:id/checks': ['internal', 'reviewer'],
  'POST /api/checks/claim': ['internal', 'runner'],
  'GET /api/checks/:id/documents/:kind': ['internal', 'runner'],
  'POST /api/checks/:id/heartbeat': ['internal', 'runner'],
  'POST /api/checks/:id/result': ['internal', 'runner'],
  'POST /api/checks/:id/release': ['internal', 'runner'],
  'POST /api/checks/callbacks/:provider': PUBLIC,
  'GET /api/profiles/:id/notes': ['internal', 'reviewer'],
  'POST /api/profiles/:id/notes': ['internal', 'reviewer'],
  'GET /api/status_history/:id': ['partner', 'managed key', 'internal', 'reviewer'],
  'POST /api/status_history/:id': ['internal', 'reviewer'],
  'DELETE /api/profiles/:id': ['managed key', 'internal'],
  'GET /api/keys': ['internal'],
  'POST /api/keys': ['internal'],
  'POST /api/keys/:id/rotate': ['internal'],
  'DELETE /api/keys/:id': ['internal'],
  'GET /api/partners': ['internal'],
  'POST /api/partners': ['internal'],
  'GET /api/partners/:slug': ['internal'],
  'PATCH /api/partners/:slug': ['internal'],
  'GET /api/levels': ['internal'],
  'POST /api/levels': ['internal'],
  'GET /api/levels/:id': ['internal'],
  'GET /api/audit': ['internal'],
  'GET /api/metrics': ['internal'],
  'POST /api/webhooks': ['partner', 'managed key', 'internal'],
  'GET /api/webhooks': ['partner', 'managed key', 'internal'],
  'GET /api/webhooks/:id': ['partner', 'managed key', 'internal'],
  'PATCH /api/webhooks/:id': ['partner', 'managed key', 'internal'],
  'DELETE /api/webhooks/:id': ['partner', 'managed key', 'internal'],
  'POST /api/webhooks/:id/test': ['partner', 'managed key', 'internal'],
  'POST /api/webhooks/:id/rotate': ['partner', 'managed key', 'internal'],
  'GET /api/webhooks/:id/deliveries': ['partner', 'managed key', 'internal'],
  'POST /api/webhooks/:id/deliveries/:delivery/redeliver': ['partner', 'managed key', 'internal'],
  'GET /api/events': ['partner', 'managed key', 'internal'],
  'GET /api/applicant': ['applicant'],
  'PUT /api/applicant/documents/:kind': ['applicant'],
  'POST /api/applicant/consent': ['applicant'],
  'POST /api/applicant/submit': ['applicant'],
};
const KNOWN_BUT_UNSCOPED: Who[] = [
  'partner',
  'managed key',
  'internal',
  'bearer partner',
  'bearer internal',
  'reviewer',
  'runner',
];
/** A key is the same caller in either header. */
const inApiKeyHeader = (who: Who) => who.replace('bearer ', '') as Who;

async function knock(operation: string, who: Who): Promise<Response> {
  const [method = ''] = operation.split(' ');
  const init: RequestInit = { method, headers: credentials[who] };
  if (method === 'PUT')
    Object.assign(init, { body: PNG, headers: { ...credentials[who], 'content-type': 'image/png' } });
  if (method === 'POST' || method === 'PATCH') Object.assign(init, json({}, credentials[who]), { method });
  return worker.fetch(pathOf(operation, ids), init);
}

const isDashboard = (route: string) => route.includes(' /dashboard');

describe('every operation', () => {
  it('stands in the matrix', () => {
    expect(Object.keys(ALLOWED).sort()).toEqual(routesOfApp().filter((route) => !isDashboard(route)));
  });

  it.each(Object.keys(ALLOWED))('%s lets in whom it should', async (operation) => {
    for (const who of PUBLIC) {
      const { status } = await knock(operation, who);
      const isApplicantRoute = operation.includes('/api/applicant');
      const expected = ALLOWED[operation]?.includes(inApiKeyHeader(who))
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
    const response = await worker.fetch(`/api/profiles/${ids.profile}`, { headers });
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(problem.detail).toContain('drop Authorization to act with the key in x-api-key');
  });

  it('says which of two credentials to drop', async () => {
    const { partner, reviewer, applicant } = credentials;
    const key = worker.keys.acme;
    for (const [path, headers, drop] of [
      ['/api/applicant', { ...partner, ...applicant }, 'drop x-api-key'],
      ['/api/profiles', { ...partner, ...credentials['bearer partner'] }, 'drop Authorization'],
      ['/api/profiles', { ...partner, authorization: 'Basic YWNtZTo=' }, 'drop Authorization'],
      // Sent twice, a header arrives as one.
      ['/api/profiles', { 'x-api-key': `${key}, ${key}` }, 'drop all but one x-api-key'],
      [
        '/api/profiles',
        { authorization: `${reviewer.authorization}, Bearer ${key}` },
        'drop all but one Authorization',
      ],
    ] as const) {
      const problem = await problemOf(await worker.fetch(path, { headers: headers as Record<string, string> }));
      expect([path, problem.status, problem.code]).toEqual([path, 400, 'invalid_request']);
      expect(problem.detail).toContain(drop);
    }
  });
});

describe('a 401', () => {
  it('names the header that the value belongs into', async () => {
    const [, applicant = ''] = (credentials.applicant.authorization ?? '').split(' ');
    const [, token = ''] = (credentials.reviewer.authorization ?? '').split(' ');
    const mistyped = credentials['mistyped key']['x-api-key'] ?? '';
    const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
    const key = (value: string) => ({ 'x-api-key': value });
    for (const [path, headers, detail] of [
      ['/api/profiles', {}, 'Send an API key in x-api-key or in Authorization: Bearer'],
      ['/api/profiles', { authorization: 'Basic YWNtZTo=' }, 'Authorization must be the word Bearer and'],
      ['/api/profiles', { authorization: worker.keys.acme }, 'Authorization must be the word Bearer and'],
      ['/api/profiles', key(applicant), 'An applicant token goes into Authorization: Bearer of /api/applicant'],
      ['/api/profiles', bearer(applicant), 'An applicant token goes into Authorization: Bearer of /api/applicant'],
      ['/api/profiles', key(token), 'A reviewer’s token goes into Authorization: Bearer, not into x-api-key'],
      ['/api/profiles', bearer(`${token.slice(0, -3)}abc`), 'The reviewer’s token in Authorization is not valid'],
      ['/api/profiles', key(mistyped), 'The API key in x-api-key is mistyped or cut off: its checksum is wrong'],
      ['/api/profiles', bearer(mistyped), 'The API key in Authorization is mistyped or cut off: its checksum is wrong'],
      ['/api/profiles', bearer('k'.repeat(40)), 'The API key in Authorization is not valid'],
      ['/api/applicant', {}, 'Send the applicant token of the link in Authorization: Bearer'],
      ['/api/applicant', key(applicant), 'The applicant token goes into Authorization: Bearer, not into x-api-key'],
      ['/api/applicant', bearer(`${applicant.slice(0, -3)}abc`), 'The link has ended'],
      ['/api/applicant', bearer(token), 'A reviewer’s token goes into Authorization: Bearer of the other routes'],
      ['/api/applicant', key(worker.keys.acme), 'An API key goes into x-api-key of the other routes'],
      ['/api/applicant', bearer(worker.keys.acme), 'An API key goes into x-api-key of the other routes'],
    ] as const) {
      const response = await worker.fetch(path, { headers: headers as Record<string, string> });
      expect([path, response.status, response.headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer']);
      expect((await problemOf(response)).detail).toContain(detail);
    }
  });
});

/** The dashboard's door is its cookie, and no other credential opens it. Only the login stands outside. */
const DASHBOARD = [
  'GET /dashboard',
  'GET /dashboard/:form',
  'GET /dashboard/events',
  'GET /dashboard/metrics',
  'GET /dashboard/profiles/:id',
  'GET /dashboard/profiles/:id/:form',
  'GET /dashboard/profiles/:id/documents/:kind',
  'GET /dashboard/session',
  'POST /dashboard/logout',
  'POST /dashboard/next',
  'POST /dashboard/profiles/:id/claim',
  'POST /dashboard/profiles/:id/decision',
  'POST /dashboard/profiles/:id/notes',
  'POST /dashboard/profiles/:id/release',
];

describe('every route of the dashboard', () => {
  it('stands in the matrix', () => {
    const routes = routesOfApp().filter((route) => isDashboard(route) && !route.endsWith('/login'));
    expect(DASHBOARD).toEqual(routes);
  });

  it.each(DASHBOARD)('%s lets in a session’s cookie alone', async (route) => {
    const [method = ''] = route.split(' ');
    const path = pathOf(route, ids, 'facial_video');
    for (const who of PUBLIC) {
      const headers = { ...credentials[who], origin: worker.origin, 'x-csrf-token': session.csrf };
      expect([who, (await worker.fetch(path, { method, headers })).status]).toEqual([who, 401]);
    }
    // The logout ends the session, which the routes after it need.
    const { cookie, csrf } = route.endsWith('/logout') ? await dashboardClient(worker) : session;
    const own = { cookie, accept: 'application/json' };
    const headers = { ...own, origin: worker.origin, 'x-csrf-token': csrf };
    // Of no partner, so that "next" claims nobody's profile.
    const body = method === 'POST' ? new URLSearchParams({ partner: 'nobody' }) : null;
    const response = await worker.fetch(path, { method, headers, body, signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    expect(response.status).not.toBe(401);
    if (method === 'POST' && cookie === session.cookie)
      expect((await worker.fetch(path, { method, headers: own })).status).toBe(403);
  });
});

it('each request is logged under the pattern of its route', async () => {
  await worker.fetch('/dashboard/login'); // the one page that the matrix above leaves out
  const logged = () =>
    worker
      .logs()
      .filter((line) => line.includes('"event":"request"'))
      .map((line) => JSON.parse(line) as { method: string; route: string })
      .map(({ method, route }) => `${method} ${route}`);
  // A line may come after its answer.
  await expect.poll(() => [...new Set(logged())].sort()).toEqual(routesOfApp());
});
