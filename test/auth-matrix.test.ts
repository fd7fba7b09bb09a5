import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, json, PNG, problemOf, reviewer } from './support/api.ts';
import { startWorker, type TestWorker } from './support/worker.ts';

type Who = 'nobody' | 'wrong key' | 'partner' | 'internal' | 'reviewer' | 'applicant';

let worker: TestWorker;
let id: string;
let credentials: Record<Who, Record<string, string>>;

beforeAll(async () => {
  worker = await startWorker();
  const profile = await api(worker).created();
  id = profile.id;
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
  'post /api/webhooks': ['partner', 'internal'],
  'get /api/webhooks': ['partner', 'internal'],
  'get /api/webhooks/{id}': ['partner', 'internal'],
  'patch /api/webhooks/{id}': ['partner', 'internal'],
  'delete /api/webhooks/{id}': ['partner', 'internal'],
  'post /api/webhooks/{id}/test': ['partner', 'internal'],
  'post /api/webhooks/{id}/rotate': ['partner', 'internal'],
  'get /api/webhooks/{id}/deliveries': ['partner', 'internal'],
  'post /api/webhooks/{id}/deliveries/{delivery}/redeliver': ['partner', 'internal'],
  'get /api/events': ['partner', 'internal'],
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
  return worker.fetch(path.replace('{id}', id).replace('{kind}', 'document_front').replace('{delivery}', id), init);
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
