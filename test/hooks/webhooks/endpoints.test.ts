import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import eventTypes from '../../../pocketbase/hooks/lib/shared/event-types.json' with { type: 'json' };
import { asPartner, auditOf, connect, decide, enrol, patch, type Request, remove, upload } from '../support/client.ts';
import { photo } from '../support/photo.ts';
import { openFile } from '../support/sqlite.ts';
import {
  addEndpoint,
  claim,
  deliveriesOf,
  endpointOf,
  endpointPath,
  eventsOf,
  newPartner,
} from '../support/webhook-client.ts';

const { database } = openFile(inject('pocketbase').dir);
let service: Request;
let root: Request;
let partner: string;

beforeAll(async () => {
  ({ service, root } = await connect());
  partner = newPartner();
});

afterAll(() => database.close());

const create = (fields: object, headers = {}) =>
  service('POST', '/api/edge/webhooks', { partner, url: 'https://a.example/', secret: 's1', ...fields }, headers);
const secretsOf = (id: string) => ({
  ...database
    .prepare('SELECT secret, previous_secret, previous_expires_at FROM webhook_endpoints WHERE id = ?')
    .get(id),
});

describe('an endpoint', () => {
  test('is created with the id that the Worker sealed its secret for; nobody reads the secret with it', async () => {
    const fields = { id: 'abcdefghij12345', events: ['profile.created'], description: 'Ours' };
    const answer = await create(fields);
    expect(answer).toMatchObject({
      status: 200,
      body: { ...fields, partner, enabled: true, url: 'https://a.example/' },
    });
    for (const body of [answer.body, (await service('GET', endpointPath(fields.id))).body]) {
      expect(Object.keys(body)).not.toContain('secret');
      expect(Object.keys(body)).not.toContain('previous_secret');
    }
    expect(secretsOf(fields.id)).toEqual({ secret: 's1', previous_secret: '', previous_expires_at: '' });
  });

  test.each([
    ['url', { url: '' }],
    ['secret', { secret: '' }],
    ['events', { events: ['profile.exploded'] }],
    ['partner', { partner: 'Not a slug' }],
  ])('is refused without a proper %s', async (name, fields) => {
    expect(await create(fields)).toMatchObject({
      status: 422,
      body: { code: 'validation_failed', errors: [{ pointer: `/${name}` }] },
    });
  });

  test('is one of 20 at most, however many are asked for at once; a removed one makes room', async () => {
    const crowded = newPartner();
    const answers = await Promise.all(Array.from({ length: 30 }, () => create({ partner: crowded })));
    const made = answers.filter((answer) => answer.status === 200);
    expect(made).toHaveLength(20);
    const refused = { status: 422, body: { code: 'validation_failed' } };
    for (const answer of answers.filter((each) => !made.includes(each))) expect(answer).toMatchObject(refused);
    const fields = { partner: crowded, url: 'https://a.example/', secret: 's' };
    expect((await root('POST', '/api/collections/webhook_endpoints/records', fields)).status).toBe(422);
    expect(await service('DELETE', endpointPath(made[0]?.body.id ?? ''))).toMatchObject({ status: 204 });
    expect(await create({ partner: crowded })).toMatchObject({ status: 200 });
  });

  test('is as absent to another partner as one that never was', async () => {
    const { id } = await addEndpoint(service, partner);
    const delivery = await service('POST', `/api/edge/webhooks/${id}/test`);
    const redelivery = `/api/edge/webhooks/${id}/deliveries/${delivery.body.id}/redeliver`;
    for (const headers of [{ 'x-partner': 'globex' }, { 'x-partner': '' }]) {
      const absent = { status: 404 };
      expect(await service('GET', endpointPath(id), undefined, headers)).toMatchObject(absent);
      expect(await service('PATCH', endpointPath(id), { enabled: false }, headers)).toMatchObject(absent);
      expect(await service('DELETE', endpointPath(id), undefined, headers)).toMatchObject(absent);
      expect(await service('POST', `/api/edge/webhooks/${id}/test`, {}, headers)).toMatchObject(absent);
      expect(await service('POST', `/api/edge/webhooks/${id}/rotate`, { secret: 'x' }, headers)).toMatchObject(absent);
      expect(await service('POST', redelivery, {}, headers)).toMatchObject(absent);
      const log = `/api/collections/webhook_deliveries/records?filter=endpoint='${id}'` as const;
      expect((await service('GET', log, undefined, headers)).body.items).toEqual([]);
      expect(await create({}, headers)).toMatchObject({ status: 403 });
      for (const action of ['claim', `${delivery.body.id}/result`]) {
        expect(await service('POST', `/api/edge/deliveries/${action}`, {}, headers)).toMatchObject({ status: 403 });
      }
    }
    expect(await endpointOf(service, id)).toMatchObject({ enabled: true });
  });

  test('changes by PATCH in what is its partner’s, not in what is the server’s, nor for a superuser', async () => {
    const { id } = await addEndpoint(service, partner, { secret: 's1' });
    const forged = { partner: 'globex', secret: 'x', previous_secret: 'x', disabled_reason: 'x' };
    const dates = { previous_expires_at: '2030-01-01 00:00:00.000Z', failing_since: '2020-01-01 00:00:00.000Z' };
    for (const [index, client] of [service, root].entries()) {
      const own = { url: `https://b.example/${index}`, events: ['profile.redacted'], description: `D${index}` };
      await client('PATCH', endpointPath(id), { ...own, ...forged, ...dates });
      const kept = { partner, disabled_reason: '', previous_expires_at: '', failing_since: '' };
      expect(await endpointOf(service, id)).toMatchObject({ ...own, ...kept });
      expect(secretsOf(id)).toMatchObject({ secret: 's1', previous_secret: '' });
    }
  });

  test('loses nothing to PATCHes of different fields and a rotation at once', async () => {
    const { id } = await addEndpoint(service, partner);
    for (let round = 0; round < 20; round++) {
      const fields = { url: `https://a.example/${round}`, description: `D${round}`, enabled: round % 2 === 0 };
      await Promise.all([
        ...Object.entries(fields).map(([name, value]) => service('PATCH', endpointPath(id), { [name]: value })),
        service('POST', `/api/edge/webhooks/${id}/rotate`, { secret: `s${round}` }),
      ]);
      expect(await endpointOf(service, id)).toMatchObject(fields);
      expect(secretsOf(id)).toMatchObject({ secret: `s${round}` });
    }
  });

  test('takes its deliveries along when it is deleted, and nobody else’s', async () => {
    const [gone, kept] = [await addEndpoint(service, partner), await addEndpoint(service, partner)];
    await enrol(service, { partner });
    await service('DELETE', endpointPath(gone.id));
    expect(await deliveriesOf(service, gone.id)).toEqual([]);
    expect(await deliveriesOf(service, kept.id)).toHaveLength(1);
  });
});

test('a rotation keeps the secret that was in use, and no older one', async () => {
  const { id } = await addEndpoint(service, partner, { secret: 's1' });
  const rotate = (secret: string, previous_expires_at: string) =>
    service('POST', `/api/edge/webhooks/${id}/rotate`, { secret, previous_expires_at });
  const answer = await rotate('s2', '2030-01-01T00:00:00Z');
  expect(answer).toMatchObject({ status: 200, body: { id, previous_expires_at: '2030-01-01 00:00:00.000Z' } });
  expect(Object.keys(answer.body)).not.toContain('secret');
  await rotate('s3', '2031-01-01T00:00:00Z');
  expect(secretsOf(id)).toEqual({
    secret: 's3',
    previous_secret: 's2',
    previous_expires_at: '2031-01-01 00:00:00.000Z',
  });
});

describe('a test', () => {
  test('is one delivery to that endpoint, whatever its filter, and no event of the partner', async () => {
    const own = newPartner();
    const [tested, other] = [
      await addEndpoint(service, own, { events: ['profile.redacted'] }),
      await addEndpoint(service, own),
    ];
    const answer = await service('POST', `/api/edge/webhooks/${tested.id}/test`);
    const delivery = answer.body;
    expect(delivery).toMatchObject({ endpoint: tested.id, event_type: 'webhook.test', status: 'pending' });
    expect(answer.deliveries).toEqual([delivery.id]);
    expect(await deliveriesOf(service, other.id)).toEqual([]);
    expect(await eventsOf(service, own)).toEqual([]);
    const [claimed] = await claim(service, { ids: [delivery.id] });
    expect(claimed?.event).toEqual({
      id: delivery.event,
      type: 'webhook.test',
      sequence: null,
      created: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z$/),
      data: { webhook_id: tested.id },
    });
    await enrol(service, { partner: own });
    expect(await eventsOf(service, own)).toMatchObject([{ sequence: 1 }]);
  });

  test('is refused while the endpoint is disabled', async () => {
    const { id } = await addEndpoint(service, partner, { enabled: false });
    expect(await service('POST', `/api/edge/webhooks/${id}/test`)).toMatchObject({
      status: 422,
      body: { code: 'validation_failed', errors: [{ pointer: '/enabled' }] },
    });
  });
});

test('nobody writes a delivery by hand', async () => {
  const body = { partner, endpoint: 'x', event: 'x', event_type: 'x', status: 'pending' };
  for (const client of [service, root]) {
    expect(await client('POST', '/api/collections/webhook_deliveries/records', body)).toMatchObject({ status: 403 });
  }
});

test.each([
  'webhooks',
  'webhooks/x/test',
  'webhooks/x/rotate',
  'webhooks/x/deliveries/y/redeliver',
  'deliveries/claim',
])('POST /api/edge/%s is for the service account alone', async (path) => {
  const { guest } = await connect();
  for (const client of [guest, root]) {
    expect(await client('POST', `/api/edge/${path}`, {})).toMatchObject({ status: 401 });
  }
});

describe('the events of an endpoint', () => {
  const DEFAULTS = Object.entries(eventTypes).flatMap(([type, { default: isDefault }]) => (isDefault ? [type] : []));
  const eventsOfEndpoint = async (id: string) => (await endpointOf(service, id)).events;
  const refused = { status: 422, body: { code: 'validation_failed', errors: [{ pointer: '/events' }] } };
  const RECORDS = '/api/collections/webhook_endpoints/records';

  test('are those that most partners want, unless some are named; through every door', async () => {
    const own = newPartner();
    const fields = { partner: own, url: 'https://a.example/', secret: 's', enabled: true };
    for (const events of [undefined, [], null]) {
      const { id } = (await create({ partner: own, events })).body;
      expect(await eventsOfEndpoint(id)).toEqual(DEFAULTS);
      const byHand = (await root('POST', RECORDS, { ...fields, events })).body;
      expect(await eventsOfEndpoint(byHand.id)).toEqual(DEFAULTS);
      await service('PATCH', endpointPath(id), { events: ['profile.redacted'] });
      expect(await eventsOfEndpoint(id)).toEqual(['profile.redacted']);
      await service('PATCH', endpointPath(id), { events: [] });
      expect(await eventsOfEndpoint(id)).toEqual(DEFAULTS);
    }
    expect(DEFAULTS).toEqual([
      'profile.created',
      'profile.status_changed',
      'profile.updated',
      'profile.document_uploaded',
      'profile.checks_completed',
      'profile.document_expiring',
      'profile.redacted',
    ]);
  });

  test.each<[unknown]>([
    [['profile.exploded']],
    [['*', 'nothing']],
    [['**']],
    [['toString']],
    [[7]],
    ['profile.created'],
    [{ '*': 1 }],
  ])('are known ones, as a list: not %j', async (events) => {
    const { id } = await addEndpoint(service, partner);
    expect(await create({ events })).toMatchObject(refused);
    const fields = { partner, url: 'https://a.example/', secret: 's', enabled: true, events };
    expect(await root('POST', RECORDS, fields)).toMatchObject(refused);
    expect(await service('PATCH', endpointPath(id), { events })).toMatchObject(refused);
    expect(await eventsOfEndpoint(id)).toEqual(DEFAULTS);
    await service('DELETE', endpointPath(id));
  });

  test('["*"] is every type, and without it no more than was named', async () => {
    const own = newPartner();
    const all = await addEndpoint(service, own, { events: ['*'] });
    const most = await addEndpoint(service, own);
    const one = await addEndpoint(service, own, { events: ['profile.document_removed'] });
    const id = await enrol(service, { partner: own });
    await upload(service, id, photo());
    await remove(service, id, 'facial_photo');
    await patch(service, id, { email: 'a@example.com' });
    await decide(service, id, 'in_review');
    const typesFor = async (endpoint: { id: string }) =>
      (await deliveriesOf(service, endpoint.id)).map((delivery) => delivery.event_type);
    const told = [
      'profile.created',
      'profile.document_uploaded',
      'profile.document_removed',
      'profile.updated',
      'profile.status_changed',
    ];
    expect(await typesFor(all)).toEqual(told);
    expect(await typesFor(most)).toEqual(told.filter((type) => type !== 'profile.document_removed'));
    expect(await typesFor(one)).toEqual(['profile.document_removed']);
  });
});

test('each change of an endpoint is an audit row of who made it, a superuser too', async () => {
  const own = newPartner();
  const rowsOf = (id: string) => auditOf(service, `target = "${id}"`);
  const row = { partner: own, actor_type: 'partner', actor_id: 'key1' };
  const { id } = (await create({ partner: own }, asPartner)).body;
  await service('PATCH', endpointPath(id), { description: 'D' }, asPartner);
  await service('POST', `/api/edge/webhooks/${id}/rotate`, { secret: 's2' }, asPartner);
  await service('DELETE', endpointPath(id), undefined, asPartner);
  const actions = ['webhook.created', 'webhook.updated', 'webhook.rotated', 'webhook.deleted'];
  expect(await rowsOf(id)).toMatchObject(actions.map((action) => ({ ...row, action })));

  const fields = { partner: own, url: 'https://a.example/', secret: 's', enabled: true };
  const byHand = (await root('POST', '/api/collections/webhook_endpoints/records', fields)).body.id;
  await root('PATCH', endpointPath(byHand), { description: 'D' });
  await root('DELETE', endpointPath(byHand));
  const superuser = { partner: own, actor_type: 'superuser' };
  expect(await rowsOf(byHand)).toMatchObject(
    actions.filter((action) => action !== 'webhook.rotated').map((action) => ({ ...superuser, action })),
  );
});
