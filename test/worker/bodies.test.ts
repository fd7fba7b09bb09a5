import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_EVENT_TYPES } from '../../src/schemas/event.ts';
import { api, applicantData, json, PNG, problemOf } from '../support/api.ts';
import { type DashboardClient, dashboardClient } from '../support/browser/dashboard.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

let worker: TestWorker;
let anna: DashboardClient;
beforeAll(async () => {
  worker = await startWorker();
  anna = await dashboardClient(worker);
});
afterAll(() => worker.stop());

const typed = { 'content-type': 'application/json' };
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const internal = (headers: Record<string, string> = {}) => ({
  'x-api-key': worker.keys.internal,
  'x-partner': 'acme',
  ...headers,
});

function patchForm(id: string, parts: Buffer) {
  const headers = internal({ 'content-type': 'multipart/form-data; boundary=x' });
  const body = Buffer.concat([parts, Buffer.from('--x--\r\n')]);
  return worker.fetch(`/api/profiles/${id}`, { method: 'PATCH', headers, body });
}
const textPart = (name: string, value: string) =>
  latin1(`--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);

describe('a body that is not UTF-8', () => {
  it('is 400 as JSON, and no name is stored damaged', async () => {
    const { id } = await api(worker).created({ full_name: 'José' });
    const body = latin1(JSON.stringify(applicantData({ full_name: 'José' })));
    for (const [path, method] of [
      ['/api/profiles/create', 'POST'],
      [`/api/profiles/${id}`, 'PATCH'],
      ['/api/webhooks', 'POST'],
      ['/api/keys', 'POST'],
      [`/api/status_history/${id}`, 'POST'],
      [`/api/profiles/${id}/notes`, 'POST'],
    ] as const) {
      const response = await worker.fetch(path, { method, body, headers: internal(typed) });
      expect([path, await problemOf(response)]).toMatchObject([path, { status: 400, code: 'invalid_request' }]);
    }
    expect((await api(worker).read(id)).full_name).toBe('José');
  });

  it('is 400 as a field of a form', async () => {
    const { id } = await api(worker).created();
    const response = await patchForm(id, textPart('full_name', 'José'));
    expect(await problemOf(response)).toMatchObject({ status: 400, errors: [{ pointer: '/full_name' }] });
  });

  it.each([
    ['application/x-www-form-urlencoded', 'csrf=x&text=Jos%E9'],
    ['application/x-www-form-urlencoded', 'csrf=x&text=José'],
    ['multipart/form-data; boundary=x', `${textPart('csrf', 'x')}${textPart('text', 'José')}--x--`],
  ])('is 400 as a form of the dashboard, its login’s too (%s)', async (type, body) => {
    const headers = { 'content-type': type, origin: worker.origin, cookie: anna.cookie };
    for (const path of ['/dashboard/login', '/dashboard/profiles/aaaaaaaaaaaaaaa/notes']) {
      const response = await worker.fetch(path, { method: 'POST', body: latin1(body), headers });
      expect([path, response.status]).toEqual([path, 400]);
    }
  });

  it('is 400 in a query as well, and a percent sign alone is none', async () => {
    const damaged = await api(worker).get('/api/profiles?external_id=Jos%E9');
    expect(await problemOf(damaged)).toMatchObject({ status: 400, code: 'invalid_request' });
    const { id } = await api(worker).created({ external_id: `50% ${Math.random()}` });
    const { external_id } = await api(worker).read(id);
    const query = String(external_id).replaceAll(' ', '+');
    const found = await (await api(worker).get(`/api/profiles?external_id=${query}`)).json();
    expect(found).toMatchObject({ items: [{ id }] });
  });

  it('may begin with a byte order mark, as that is UTF-8', async () => {
    const body = `\ufeff${JSON.stringify(applicantData())}`;
    const response = await worker.fetch('/api/profiles/create', {
      method: 'POST',
      body,
      headers: internal(typed),
    });
    expect(response.status).toBe(201);
  });
});

describe('a Content-Encoding', () => {
  it('is 415 on every door, and the answer says which one is accepted', async () => {
    const { id, token } = await api(worker).created();
    const jsonText = JSON.stringify(applicantData());
    const form = Buffer.concat([textPart('full_name', 'x'), Buffer.from('--x--\r\n')]);
    const doors: [string, string, Record<string, string>, Uint8Array][] = [
      ['POST', '/api/profiles/create', internal(typed), gzipSync(jsonText)],
      ['POST', `/api/profiles/${id}/link`, internal(typed), gzipSync('{}')],
      ['PUT', `/api/profiles/${id}/documents/document_front`, internal(), gzipSync(PNG)],
      ['PUT', '/api/applicant/documents/document_front', { authorization: `Bearer ${token}` }, gzipSync(PNG)],
      ['PATCH', `/api/profiles/${id}`, internal({ 'content-type': 'multipart/form-data; boundary=x' }), form],
      [
        'POST',
        '/dashboard/login',
        { origin: worker.origin, 'content-type': 'application/x-www-form-urlencoded' },
        form,
      ],
    ];
    for (const [method, path, headers, body] of doors) {
      const init = { method, body: new Uint8Array(body), headers: { ...headers, 'content-encoding': 'gzip' } };
      const response = await worker.fetch(path, init);
      expect([path, response.headers.get('accept-encoding')]).toEqual([path, 'identity']);
      expect([path, await problemOf(response)]).toMatchObject([path, { status: 415, code: 'unsupported_media_type' }]);
    }
    const identity = { ...internal(typed), 'content-encoding': 'identity' };
    const plain = await worker.fetch('/api/profiles/create', { method: 'POST', body: jsonText, headers: identity });
    expect(plain.status).toBe(201);
  });
});

describe('a body that stalls', () => {
  /** The head and the first bytes of a request that declares more. Resolves with what was answered. */
  function stall(head: string[], start: string): Promise<string> {
    const { hostname, port, host } = new URL(worker.origin);
    const socket = connect(Number(port), hostname);
    socket.write(`${[...head, `host: ${host}`, 'content-length: 1000'].join('\r\n')}\r\n\r\n${start}`);
    return new Promise((resolve) => {
      let answer = '';
      socket.on('error', () => {}).on('close', () => resolve(answer));
      socket.on('data', (data) => {
        answer += data;
        if (/\r\n\r\n[\s\S]*\}/.test(answer)) socket.destroy();
      });
    });
  }

  it('ends after ten seconds as 400, in JSON and in forms, the login’s too', async () => {
    const key = `x-api-key: ${worker.keys.acme}`;
    const form = ['content-type: application/x-www-form-urlencoded', `origin: ${worker.origin}`];
    const startedAt = performance.now();
    const answers = await Promise.all([
      stall(['POST /api/profiles/create HTTP/1.1', key, 'content-type: application/json'], '{"full_name":'),
      stall(['POST /dashboard/login HTTP/1.1', ...form], 'email=anna'),
      stall(['POST /dashboard/logout HTTP/1.1', ...form, `cookie: ${anna.cookie}`], 'csrf=x'),
    ]);
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).toContain('"code":"invalid_request"');
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(seconds).toBeGreaterThan(9);
    expect(seconds).toBeLessThan(20);
  });
});

describe('an action that takes no fields', () => {
  it('does nothing for a body that has some, or is none that is read', async () => {
    const { id, token } = await api(worker).created();
    const hook = { url: 'http://127.0.0.1:9/hook', events: ['profile.redacted'] };
    const webhook = ((await (await worker.fetch('/api/webhooks', json(hook, internal()))).json()) as { id: string }).id;
    const test = (
      (await (await worker.fetch(`/api/webhooks/${webhook}/test`, { method: 'POST', headers: internal() })).json()) as {
        id: string;
      }
    ).id;
    const applicants = { authorization: `Bearer ${token}` };
    const actions: [string, string, Record<string, string>][] = [
      ['POST', `/api/profiles/${id}/submit`, internal()],
      ['POST', '/api/applicant/submit', applicants],
      ['PUT', `/api/profiles/${id}/legal_hold`, internal()],
      ['POST', `/api/webhooks/${webhook}/test`, internal()],
      ['POST', `/api/webhooks/${webhook}/deliveries/${test}/redeliver`, internal()],
    ];
    const bodies: [string, string, number][] = [
      ['{"nope":1}', 'application/json', 422],
      ['{"__proto__":1}', 'application/json', 422],
      ['null', 'application/json', 422],
      ['{', 'application/json', 400],
      ['x', 'text/plain', 415],
      ['x'.repeat(100_000), 'application/json', 413],
    ];
    for (const [method, path, headers] of actions) {
      for (const [body, type, status] of bodies) {
        const answer = await worker.fetch(path, { method, body, headers: { ...headers, 'content-type': type } });
        expect([path, body.slice(0, 15), answer.status]).toEqual([path, body.slice(0, 15), status]);
      }
      const unknown = path.replace(/[a-z0-9]{15}/, 'aaaaaaaaaaaaaaa');
      const answer = await worker.fetch(unknown, { method, body: 'null', headers: { ...headers, ...typed } });
      expect([unknown, answer.status]).toEqual([unknown, unknown === path ? 422 : 404]);
    }
    expect(
      (
        await worker.fetch(`/api/profiles/${id}/legal_hold`, {
          method: 'PUT',
          body: '{}',
          headers: { ...internal(), ...typed },
        })
      ).status,
    ).toBe(200);
    expect(
      (await worker.fetch(`/api/profiles/${id}/legal_hold`, { method: 'DELETE', headers: internal() })).status,
    ).toBe(204);
    await worker.fetch(`/api/webhooks/${webhook}`, { method: 'DELETE', headers: internal() });
  });
});

describe('an optional field that is null', () => {
  it('was not given, on every create', async () => {
    const nothing = { date_of_birth: null, email: null, phone: null, external_id: null, locale: null, metadata: null };
    const { id } = await api(worker).created(nothing);
    expect(await api(worker).read(id)).toMatchObject({ ...nothing, metadata: {} });
    const post = (path: string, body: object) => {
      const isOperators = /^\/api\/(partners|keys)/.test(path);
      return worker.fetch(path, json(body, isOperators ? { 'x-api-key': worker.keys.internal } : internal()));
    };
    const slug = `nulls-${Math.random().toString(36).slice(2)}`;
    const partner = {
      slug,
      name: 'N',
      active: null,
      frontend_url: null,
      retention_days: null,
      expire_after_days: null,
    };
    const webhook = { url: 'https://hooks.example.com', events: null, description: null, enabled: null };
    const created: [string, object, object][] = [
      ['/api/partners', partner, { slug, active: true, frontend_url: null, retention_days: null }],
      ['/api/keys', { partner: slug, name: 'k', scopes: ['profiles:read'], expires_at: null }, { expires_at: null }],
      ['/api/webhooks', webhook, { enabled: true, events: DEFAULT_EVENT_TYPES, description: null }],
      [`/api/profiles/${id}/link`, { revoke_previous: null }, { id }],
      [
        `/api/status_history/${id}`,
        { status: 'in_review', reason_code: null, reason: null, note: null, expected_status: null },
        { to: 'in_review', reason_code: null, note: null },
      ],
    ];
    for (const [path, body, expected] of created) {
      const response = await post(path, body);
      const answer = (await response.json()) as { id: string };
      expect([path, response.status, answer]).toMatchObject([path, response.status, expected]);
      expect([path, response.ok]).toEqual([path, true]);
      if (path === '/api/webhooks' || path === '/api/keys') {
        const rotated = await post(`${path}/${answer.id}/rotate`, { grace_seconds: null });
        expect([path, rotated.status]).toEqual([path, 200]);
      }
    }
  });

  it('is emptied by PATCH', async () => {
    const { id } = await api(worker).created({ email: 'minh@example.com', external_id: `e-${Math.random()}` });
    const response = await api(worker).patch(`/api/profiles/${id}`, { email: null, external_id: null });
    expect(await response.json()).toMatchObject({ email: null, external_id: null });
  });

  it('is not what a required one may be', async () => {
    const response = await api(worker).create({ full_name: null });
    expect(await problemOf(response)).toMatchObject({ status: 422, errors: [{ pointer: '/full_name' }] });
  });
});

describe('a member __proto__', () => {
  it.each([
    ['/__proto__', '"__proto__":{"x":"y"}'],
    ['/__proto__', '"\\u005f_proto__":null'],
    ['/metadata/__proto__', '"metadata":{"a":"b","__proto__":"x"}'],
  ])('is an unknown field at %s, and does not vanish', async (pointer, member) => {
    const body = JSON.stringify(applicantData()).replace(/\}$/, `,${member}}`);
    const init = { method: 'POST', body, headers: internal(typed) };
    const problem = await problemOf(await worker.fetch('/api/profiles/create', init));
    expect(problem).toMatchObject({ status: 422, errors: [{ pointer, detail: 'Unknown field' }] });
  });

  it('is one of a form and of a query as well', async () => {
    const { id } = await api(worker).created();
    const form = await patchForm(id, textPart('metadata', '{"__proto__":"x"}'));
    expect(await problemOf(form)).toMatchObject({ status: 422, errors: [{ pointer: '/metadata/__proto__' }] });
    const query = await api(worker).get('/api/profiles?__proto__=x');
    expect(await problemOf(query)).toMatchObject({ status: 422, errors: [{ pointer: '/__proto__' }] });
  });
});
