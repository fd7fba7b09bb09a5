import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { auditOf, connect, enrol, patch, profilePath, type Request } from '../support/client.ts';

const COLLECTIONS = [
  'profiles',
  'documents',
  'evidence',
  'status_history',
  'notes',
  'partners',
  'api_keys',
  'audit_log',
  'idempotency_keys',
  'services',
  'reviewers',
];
let pb: Awaited<ReturnType<typeof connect>>;
let service: Request;
let root: Request;

beforeAll(async () => {
  pb = await connect();
  ({ service, root } = pb);
});

const refused = { status: 403, body: { code: 'forbidden' } };
const recordOf = (collection: string, id: string) => `/api/collections/${collection}/records/${id}` as const;
const password = () => randomBytes(16).toString('hex');
const makeAccount = async (collection: string, active = true) => {
  const account = { email: `${randomUUID()}@ekyc.example`, password: password() };
  const fields = { ...account, passwordConfirm: account.password, name: 'Reviewer', active };
  const { id } = (await root('POST', `/api/collections/${collection}/records`, fields)).body;
  return { id, account };
};
const reviewer = (active: boolean) => makeAccount('reviewers', active);

describe('accounts', () => {
  test('an active reviewer logs in, sees no record, and changes nothing, not even itself', async () => {
    const profile = await enrol(service);
    const { id, account } = await reviewer(true);
    const client = pb.as({ authorization: await pb.login('reviewers', account), 'x-partner': '*' });
    for (const collection of COLLECTIONS) {
      const answer = await client('GET', `/api/collections/${collection}/records`);
      expect(answer.body.items ?? []).toEqual([]);
    }
    expect(await client('GET', profilePath(profile))).toMatchObject({ status: 404 });
    expect(await client('PATCH', `/api/collections/reviewers/records/${id}`, { name: 'B' })).toMatchObject({
      status: 403,
    });
    expect(await client('GET', '/api/edge/schema')).toMatchObject({ status: 401 });
  });

  test('a change that another one overtakes gives no right back: a token that was ended, an end that was set', async () => {
    for (let round = 0; round < 30; round++) {
      const { id, account } = await reviewer(true);
      const client = pb.as({ authorization: await pb.login('reviewers', account) });
      const asOneself = { 'x-actor-type': 'reviewer', 'x-actor-id': id };
      const answers = await Promise.all([
        ...['A', 'B', 'C'].map((name) => root('PATCH', recordOf('reviewers', id), { name })),
        service('POST', `/api/edge/reviewers/${id}/logout`, {}, asOneself),
        root('PATCH', recordOf('reviewers', id), { active: false }),
        ...['D', 'E', 'F'].map((name) => root('PATCH', recordOf('reviewers', id), { name })),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect((await client('POST', '/api/collections/reviewers/auth-refresh')).status).toBe(401);
      expect(await root('GET', recordOf('reviewers', id))).toMatchObject({ body: { active: false } });
    }
  });

  test('an inactive reviewer neither logs in nor renews a token', async () => {
    expect(await pb.login('reviewers', (await reviewer(false)).account)).toBeUndefined();
    const { id, account } = await reviewer(true);
    const client = pb.as({ authorization: await pb.login('reviewers', account) });
    const renew = () => client('POST', '/api/collections/reviewers/auth-refresh');
    expect(await renew()).toMatchObject({ status: 200 });
    await root('PATCH', `/api/collections/reviewers/records/${id}`, { active: false });
    expect(await renew()).toMatchObject({ status: 403 });
  });

  test.each([
    'request-password-reset',
    'confirm-password-reset',
    'request-email-change',
    'confirm-email-change',
    'request-verification',
    'confirm-verification',
    'request-otp',
    'auth-with-otp',
    'auth-with-oauth2',
  ])('%s is closed', async (action) => {
    for (const collection of ['services', 'reviewers']) {
      const answer = await service('POST', `/api/collections/${collection}/${action}`, { email: 'a@example.com' });
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
  });

  test('nobody signs up', async () => {
    for (const collection of ['users', 'services', 'reviewers']) {
      const fields = { email: 'a@example.com', password: '12345678', passwordConfirm: '12345678' };
      const answer = await service('POST', `/api/collections/${collection}/records`, fields);
      expect([403, 404]).toContain(answer.status);
    }
  });

  test('the service account claims only actors that exist', async () => {
    const id = await enrol(service);
    const answer = await patch(service, id, { full_name: 'B' }, { 'x-actor-type': 'superuser' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });
});

describe('a change of an account', () => {
  test.each(['reviewers', 'services', '_superusers'])(
    'is a row of the superuser who makes it: %s',
    async (collection) => {
      const { id, account } = await makeAccount(collection);
      const fresh = password();
      await root('PATCH', recordOf(collection, id), { password: fresh, passwordConfirm: fresh });
      expect(await pb.login(collection, account)).toBeUndefined();
      expect(await pb.login(collection, { ...account, password: fresh })).toBeTruthy();
      const { record } = (await root('POST', '/api/collections/_superusers/auth-refresh')).body;
      expect(await auditOf(service, `target = "${id}"`)).toMatchObject([
        { action: 'account.created', actor_type: 'superuser', actor_id: record.id },
        { action: 'account.updated', actor_type: 'superuser', actor_id: record.id },
      ]);
    },
  );

  test('is a row of the system when the environment makes it', async () => {
    const rows = await auditOf(service, 'action = "account.created" && actor_type = "system"');
    expect(rows.length).toBeGreaterThanOrEqual(2); // superuser and service account
  });

  test('is no row when it is refused', async () => {
    const { id } = await reviewer(true);
    expect(await root('PATCH', recordOf('reviewers', id), { password: 'short', passwordConfirm: 'x' })).toMatchObject({
      status: 400,
    });
    expect(await auditOf(service, `target = "${id}"`)).toMatchObject([{ action: 'account.created' }]);
  });

  test.each(['reviewers', 'services'])('is no deletion, as the history names %s for ever', async (collection) => {
    const { id } = await makeAccount(collection);
    expect(await root('DELETE', recordOf(collection, id))).toMatchObject(refused);
    expect(await root('GET', recordOf(collection, id))).toMatchObject({ status: 200 });
  });

  test('is a row when a superuser ends another one', async () => {
    const { id } = await makeAccount('_superusers');
    expect(await root('DELETE', recordOf('_superusers', id))).toMatchObject({ status: 204 });
    expect(await auditOf(service, `target = "${id}"`)).toMatchObject([
      { action: 'account.created' },
      { action: 'account.deleted', actor_type: 'superuser' },
    ]);
  });
});

test.each(['reviewers', 'services', '_superusers'])(
  'nobody takes the place of another by impersonate: %s',
  async (collection) => {
    const { id } = await makeAccount(collection);
    for (const path of [
      `/api/collections/${collection}/impersonate/${id}`,
      `/api/collections/${collection}/impersonate/${id}/`,
    ]) {
      const answer = await root('POST', path, {});
      expect([403, 404]).toContain(answer.status);
      expect(answer.body).not.toHaveProperty('token');
    }
  },
);
