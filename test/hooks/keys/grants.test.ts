import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { auditOf, connect, enrol, type Request } from '../support/client.ts';

let service: Request;

beforeAll(async () => {
  ({ service } = await connect());
  await enrol(service); // makes the partner
});

const newKey = () => ({
  id: `a${randomBytes(7).toString('hex')}`,
  digest: createHash('sha256').update(randomUUID()).digest('hex'),
  prefix: 'ek_live_abcd',
});
/** Who calls, as the Worker says it. */
const settings = { 'x-actor-type': 'service', 'x-actor-id': 'ops', 'x-credential-id': 'settings:0123456789abcdef' };
const operators = (id: string) => ({ 'x-actor-type': 'service', 'x-actor-id': id, 'x-credential-id': `key:${id}` });
const partners = (id: string) => ({
  'x-actor-type': 'partner',
  'x-actor-id': 'acme',
  'x-credential-id': `key:${id}`,
  'x-partner': 'acme',
});

type Headers = Record<string, string>;
const grant = (caller: Headers, partner: string, scopes: string[]) =>
  service('POST', '/api/edge/keys', { ...newKey(), partner, name: 'x', scopes }, caller);
const granted = async (caller: Headers, partner: string, scopes: string[]) => {
  const { status, body } = await grant(caller, partner, scopes);
  expect(status).toBe(200);
  return body.id;
};
const rotate = (caller: Headers, id: string) =>
  service('POST', `/api/edge/keys/${id}/rotate`, { ...newKey(), grace_seconds: 60 }, caller);
const refused = { status: 422, body: { code: 'validation_failed', errors: [{ pointer: '/scopes' }] } };

describe('a key of the settings', () => {
  test('gives the operator a key of any scope, and a partner what partners may have', async () => {
    await granted(settings, '*', ['metrics:read']);
    await granted(settings, '*', ['profiles:read', 'documents:read', 'notes:read', 'status:write']);
    await granted(settings, 'acme', ['profiles:read', 'documents:read', 'profiles:redact']);
    for (const scope of ['metrics:read', 'keys:manage', 'notes:read', 'status:write']) {
      expect(await grant(settings, 'acme', [scope])).toMatchObject(refused);
    }
  });

  test('that names a partner gives the operator none', async () => {
    expect(await grant({ ...settings, 'x-partner': 'acme' }, '*', ['metrics:read'])).toMatchObject({ status: 403 });
  });
});

describe('a key of the operator’s', () => {
  let manager: Headers;
  beforeAll(async () => {
    manager = operators(await granted(settings, '*', ['keys:manage', 'metrics:read', 'profiles:read']));
  });

  test('gives a partner what partners may have', async () => {
    await granted(manager, 'acme', ['profiles:create', 'documents:read']);
    expect(await grant(manager, 'acme', ['metrics:read'])).toMatchObject(refused);
  });

  test.each([
    ['a scope that it has', ['metrics:read'], 200],
    ['one more than it has', ['metrics:read', 'audit:read'], 422],
    ['one that it lacks', ['partners:manage'], 422],
    ['profiles of all partners, though it has them', ['profiles:read'], 422],
    ['documents of all partners', ['documents:read'], 422],
    ['notes', ['notes:write'], 422],
    ['statuses', ['status:write'], 422],
  ])('that gives the operator a key with %s: %j is %i', async (_, scopes, status) => {
    expect((await grant(manager, '*', scopes)).status).toBe(status);
  });

  test('takes over no key of more than it may give: neither one over profiles nor one with other scopes', async () => {
    for (const scopes of [['profiles:read'], ['audit:read', 'metrics:read']]) {
      const stronger = await granted(settings, '*', scopes);
      expect(await rotate(manager, stronger)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      expect((await service('GET', `/api/edge/keys/${stronger}`)).body).toMatchObject({ expires_at: '' });
    }
    expect((await rotate(manager, await granted(settings, '*', ['metrics:read']))).status).toBe(200);
    expect((await rotate(manager, await granted(settings, 'acme', ['profiles:read']))).status).toBe(200);
  });

  test('without keys:manage, revoked, or unknown gives nothing', async () => {
    const reader = operators(await granted(settings, '*', ['metrics:read']));
    const id = await granted(settings, '*', ['keys:manage', 'metrics:read']);
    await service('POST', `/api/edge/keys/${id}/revoke`, {}, settings);
    for (const caller of [reader, operators(id), operators('azzzzzzzzzzzzzz')]) {
      expect(await grant(caller, '*', ['metrics:read'])).toMatchObject(refused);
      expect(await grant(caller, 'acme', ['profiles:read'])).toMatchObject(refused);
    }
  });

  test('is of no partner: verified without one, in nobody’s reach but the operator’s, and so audited', async () => {
    const id = await granted(settings, '*', ['metrics:read']);
    expect((await service('GET', `/api/edge/keys/${id}`)).body).toMatchObject({ partner: '*', partner_active: true });
    for (const partner of ['acme', '']) {
      const record = await service('GET', `/api/collections/api_keys/records/${id}`, undefined, {
        'x-partner': partner,
      });
      expect([partner, record.status]).toEqual([partner, 404]);
      const revoked = await service('POST', `/api/edge/keys/${id}/revoke`, {}, { 'x-partner': partner });
      expect([partner, revoked.status]).toEqual([partner, 404]);
    }
    expect(await auditOf(service, `target = "${id}"`)).toMatchObject([{ action: 'key.created', partner: '' }]);
  });
});

test('a caller who is no operator gives nothing, whatever the request says of them', async () => {
  const own = await granted(settings, 'acme', ['profiles:read', 'documents:read']);
  const callers = [
    partners(own),
    { 'x-actor-type': 'partner', 'x-actor-id': 'acme', 'x-credential-id': 'settings:0123456789abcdef' },
    { 'x-actor-type': 'reviewer', 'x-actor-id': 'azzzzzzzzzzzzzz', 'x-credential-id': 'reviewer:azzzzzzzzzzzzzz' },
    { 'x-actor-type': 'applicant', 'x-actor-id': 'azzzzzzzzzzzzzz' },
    { 'x-actor-type': 'system' },
  ];
  for (const caller of callers) expect(await grant(caller, 'acme', ['profiles:read'])).toMatchObject(refused);
  expect(await rotate(partners(own), own)).toMatchObject({ status: 403 });
});

describe('a runner’s key', () => {
  const make = (caller: Headers, fields: object) => {
    const key = { ...newKey(), partner: '*', name: 'x', scopes: ['checks:run'], types: ['document_text'], ...fields };
    return service('POST', '/api/edge/keys', key, caller);
  };

  test('comes from a key of the settings, with its scope alone and the checks that it does', async () => {
    expect(await make(settings, {})).toMatchObject({ status: 200 });
    for (const [fields, pointer] of [
      [{ scopes: ['checks:run', 'metrics:read'] }, '/scopes'],
      [{ partner: 'acme' }, '/scopes'],
      [{ types: undefined }, '/types'],
      [{ types: ['no_such_check'] }, '/types'],
      [{ partners: [] }, '/partners'],
      [{ partners: ['*'] }, '/partners/0'],
      [{ scopes: ['metrics:read'] }, '/types'],
    ] as const) {
      expect(await make(settings, fields), pointer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    }
    const manager = operators(await granted(settings, '*', ['keys:manage', 'metrics:read']));
    expect(await make(manager, {})).toMatchObject(refused);
  });

  test('that is revoked or expired claims nothing', async () => {
    const claim = {
      provider: { name: 'builtin', version: '1' },
      types: ['document_text'],
      limit: 1,
      lease_seconds: 30,
    };
    const { id } = (await make(settings, {})).body;
    const ask = () => service('POST', '/api/edge/checks/claim', claim, operators(id));
    expect(await ask()).toMatchObject({ status: 200 });
    await service('POST', `/api/edge/keys/${id}/revoke`, {}, settings);
    expect(await ask()).toMatchObject({ status: 403 });
  });
});
