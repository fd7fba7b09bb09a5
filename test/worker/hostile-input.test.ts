import { afterAll, beforeAll, expect, it } from 'vitest';
import { api, applicantData, json, PNG, problemOf } from '../support/api.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

const withKey = (init: RequestInit = {}): RequestInit => ({
  ...init,
  headers: { 'x-api-key': worker.keys.internal, 'x-partner': 'acme', ...init.headers },
});
const typed = { 'content-type': 'application/json' };

it.each([
  ['malformed JSON', { body: '{"full_name":', headers: typed }, 400],
  ['an empty body', { headers: typed }, 400],
  ['no JSON type', { body: '{}', headers: { 'content-type': 'text/plain' } }, 415],
  ['a form', { body: new URLSearchParams({ full_name: 'x' }) }, 415],
  ['an array', { body: '[]', headers: typed }, 422],
  ['null', { body: 'null', headers: typed }, 422],
  ['wrong types', { body: JSON.stringify(applicantData({ full_name: { $ne: 1 } })), headers: typed }, 422],
  ['an unknown field', { body: JSON.stringify(applicantData({ status: 'approved' })), headers: typed }, 422],
  ['a prototype', { body: '{"__proto__":{"full_name":"x"}}', headers: typed }, 422],
  ['control characters', { body: JSON.stringify(applicantData({ full_name: 'a\u0000b' })), headers: typed }, 422],
  ['a lone surrogate', { body: JSON.stringify(applicantData({ full_name: 'a\ud800' })), headers: typed }, 422],
  [
    'a lone surrogate in metadata',
    { body: JSON.stringify(applicantData({ metadata: { a: '\ud800' } })), headers: typed },
    422,
  ],
  ['1 MB of JSON', { body: JSON.stringify(applicantData({ full_name: 'x'.repeat(1_000_000) })), headers: typed }, 413],
  ['deep nesting', { body: `{"metadata":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, headers: typed }, 422],
] as [string, RequestInit, number][])('%s is a problem document', async (_, init, status) => {
  const response = await worker.fetch('/api/profiles/create', withKey({ method: 'POST', ...init }));
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await problemOf(response)).toMatchObject({ status });
});

it('1 MB of JSON without a declared length is refused as well', async () => {
  const body = new Blob([JSON.stringify(applicantData({ full_name: 'x'.repeat(1_000_000) }))]).stream();
  const init = { method: 'POST', body, duplex: 'half', headers: typed } as RequestInit;
  expect((await worker.fetch('/api/profiles/create', withKey(init))).status).toBe(413);
});

it.each([
  '../../x',
  '%2e%2e%2f%2e%2e%2fx',
  "a' || 1=1",
  'a%22%20||%20partner%20!=%20%22',
  'AAAAAAAAAAAAAAA',
  'aaaaaaaaaaaaaaaa',
  '%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00',
  '%ff%fe',
  'a%0d%0aset-cookie:x',
])('the id %s is not_found on every route', async (id) => {
  const requests: [string, RequestInit][] = [
    [`/api/profiles/${id}`, {}],
    [`/api/profiles/${id}`, { ...json({ locale: 'vi' }), method: 'PATCH' }],
    [`/api/profiles/${id}/link`, json({})],
    [`/api/profiles/${id}/notes`, {}],
    [`/api/profiles/${id}/documents/document_front`, {}],
    [`/api/status_history/${id}`, {}],
    [`/api/status_history/${id}`, json({ status: 'approved' })],
    [`/verify/${id}`, {}],
    [`/api/profiles/${id}`, { method: 'DELETE' }],
    [`/api/keys/${id}/rotate`, json({})],
    [`/api/keys/${id}`, { method: 'DELETE' }],
  ];
  for (const [path, init] of requests) {
    const { status, code } = await problemOf(await worker.fetch(path, withKey(init)));
    expect([path, status, code]).toEqual([path, 404, 'not_found']);
  }
});

it.each(['document_frontEVIL', 'zzz/document_front', 'document_front/x', 'xfacial_video', 'document_front.jpg', ''])(
  'the kind %j is no route, whatever the method',
  async (kind) => {
    const { id, token } = await api(worker).created();
    for (const method of ['GET', 'PUT', 'DELETE', 'POST']) {
      const init = { method, ...(method === 'PUT' && { body: PNG }) };
      expect((await worker.fetch(`/api/profiles/${id}/documents/${kind}`, withKey(init))).status).toBe(404);
    }
    const asApplicant = { method: 'PUT', body: PNG, headers: { authorization: `Bearer ${token}` } };
    expect((await worker.fetch(`/api/applicant/documents/${kind}`, asApplicant)).status).toBe(404);
  },
);

it('what is wrong with the record, then with its size and type, outranks the rest', async () => {
  const nobody = 'zzzzzzzzzzzzzzz';
  expect((await worker.fetch(`/api/status_history/${nobody}?limit=0`, withKey())).status).toBe(404);
  expect((await worker.fetch(`/api/profiles/${nobody}/notes?limit=0`, withKey())).status).toBe(404);
  const large = { method: 'POST', body: 'x'.repeat(100_000), headers: { 'content-type': 'text/plain' } };
  expect((await worker.fetch('/api/profiles/create', withKey(large))).status).toBe(413);
  const { id } = await api(worker).created();
  const headers = { 'content-type': 'image/png', 'content-digest': 'sha-256=:A:' };
  const upload = (body: BodyInit) =>
    worker.fetch(`/api/profiles/${id}/documents/document_front`, withKey({ method: 'PUT', body, headers }));
  expect((await upload(Buffer.alloc(11_000_000))).status).toBe(413);
  expect((await upload('MZ')).status).toBe(415);
  expect((await upload(PNG)).status).toBe(400);
  const unnamed = { ...json({}), headers: { 'content-type': 'application/json', 'x-api-key': worker.keys.internal } };
  expect((await worker.fetch('/api/profiles/create', unnamed)).status).toBe(400);
});

it('a 10 kB header is refused or ignored, never a fault', async () => {
  for (const name of ['x-request-id', 'x-partner', 'x-api-key', 'authorization', 'x-anything', 'cookie']) {
    const headers: Record<string, string> = { 'x-api-key': worker.keys.acme, [name]: 'x'.repeat(10_000) };
    expect((await worker.fetch('/api/profiles/aaaaaaaaaaaaaaa', { headers })).status).toBeLessThan(500);
  }
});

it('no log line holds a name, a number or a secret', async () => {
  const requests = () => worker.logs().filter((line) => line.includes('"event":"request"')).length;
  const before = requests();
  const data = applicantData({ email: 'minh@example.com', external_id: `ext-${Math.random()}`, phone: '+84901234567' });
  const { id, token } = await api(worker).created(data);
  await api(worker).create({ ...data, document_type: 'x' });
  await api(worker).get(`/api/profiles/${id}?name=${data.document_number}`);
  await worker.fetch('/api/applicant', { headers: { authorization: `Bearer ${token}` } });
  // A line may come after its answer.
  await expect.poll(requests).toBeGreaterThanOrEqual(before + 4);
  const logs = worker.logs().join('\n');
  expect(logs).toContain('"event":"profile_creation_failed"');
  for (const value of [...Object.values(data), token, ...Object.values(worker.keys)].filter(
    (text) => text.length > 10,
  )) {
    expect(logs).not.toContain(value);
  }
});
