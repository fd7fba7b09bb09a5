import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, applicantData, json, PNG, UNKNOWN_ID } from '../support/api.ts';
import {
  bytes,
  chunked,
  expectNoFault,
  INVALID,
  type Insider,
  MALFORMED,
  type Refusal,
  startInsider,
  TOO_LARGE,
  text,
  WRONG_TYPE,
} from '../support/insider.ts';
import { type Ids, INPUTS, pathOf, READ_NOTHING, requestOf, routesOfApp } from '../support/routes.ts';
import type { TestWorker } from '../support/worker.ts';

let insider: Insider;
let worker: TestWorker;
let ids: Ids;
let send: Insider['send'];
let expectRefusal: Insider['expectRefusal'];
beforeAll(async () => {
  insider = await startInsider();
  ({ worker, ids, send, expectRefusal } = insider);
});
afterAll(() => insider.stop());

const ROUTES = Object.keys(INPUTS);
const WITH_ID = ROUTES.filter((route) => /\/:(?!kind|form)/.test(route));
const WITH_JSON = ROUTES.filter((route) => INPUTS[route]?.json);
const WITH_QUERY = ROUTES.filter((route) => INPUTS[route]?.query);

describe('the table of routes', () => {
  it('names each of them', () => {
    expect([...ROUTES, ...READ_NOTHING].sort()).toEqual(routesOfApp());
  });

  it('names each JSON body and each query parameter that the OpenAPI document has', () => {
    for (const route of ROUTES.filter((route) => !route.includes(' /dashboard'))) {
      const [method = '', path = ''] = route.split(' ');
      const operation = worker.document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      const { json, isMultipart, query = [] } = INPUTS[route] ?? {};
      const media = Object.keys(operation?.requestBody?.content ?? {});
      expect([route, media.includes('application/json')]).toEqual([route, json !== undefined]);
      expect([route, media.includes('multipart/form-data')]).toEqual([route, isMultipart === true]);
      const named = (operation?.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
      expect([route, named.sort()]).toEqual([route, query.toSorted()]);
    }
  });
});

describe('an id', () => {
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
  ])('%s is not_found on every route', async (id) => {
    const hostile = { profile: id, key: id, check: id, level: id, webhook: id, slug: id, delivery: id };
    await expectRefusal([404, 'not_found'], WITH_ID, (route) => send(route, requestOf(route), pathOf(route, hostile)));
    // A good webhook with a bad delivery.
    const [nested = ''] = WITH_ID.filter((route) => route.includes(':delivery'));
    await expectRefusal([404, 'not_found'], [nested], () => send(nested, {}, pathOf(nested, { ...ids, delivery: id })));
  });

  it.each(['document_frontEVIL', 'zzz/document_front', 'document_front/x', 'xfacial_video', 'document_front.jpg', ''])(
    'goes with no kind %j: it is no route, whatever the method',
    async (kind) => {
      for (const route of ROUTES.filter((route) => route.endsWith('/:kind'))) {
        for (const method of ['GET', 'PUT', 'DELETE', 'POST']) {
          const init = { method, ...(method === 'PUT' && { body: PNG }) };
          const { status } = await send(route, init, pathOf(route, ids, kind));
          expect([route, method, status]).toEqual([route, method, 404]);
        }
      }
    },
  );
});

type Sample = Record<string, unknown>;
const nameIn = (sample: Sample) => Object.keys(sample)[0] ?? '';
const sent = (body: Sample) => text(JSON.stringify(body));
const large = (sample: Sample, length = 1_000_000) =>
  JSON.stringify({ ...sample, [nameIn(sample)]: 'x'.repeat(length) });
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('a JSON body', () => {
  const spoil = (route: string, how: (sample: Sample) => RequestInit) => send(route, how(INPUTS[route]?.json ?? {}));

  it.each<[string, (sample: Sample) => RequestInit, Refusal]>([
    ['malformed JSON', () => text('{"full_name":'), MALFORMED],
    ['another type', () => ({ body: '{}', headers: { 'content-type': 'text/plain' } }), WRONG_TYPE],
    ['no type', () => ({ body: bytes('{}') }), WRONG_TYPE],
    ['a form', () => ({ body: new URLSearchParams({ full_name: 'x' }) }), WRONG_TYPE],
    ['an array', () => text('[]'), INVALID],
    ['null', () => text('null'), INVALID],
    ['a string', () => text('"x"'), INVALID],
    ['wrong types', (sample) => sent({ ...sample, [nameIn(sample)]: { $ne: 1 } }), INVALID],
    ['an unknown field', (sample) => sent({ ...sample, partner_id: 'x' }), INVALID],
    ['a prototype', (sample) => text(`{"__proto__":${JSON.stringify(sample)}}`), INVALID],
    ['1 MB', (sample) => text(large(sample)), TOO_LARGE],
    // Not more: the Worker reads no further than its bound, and a client that is still sending may see the connection end.
    ['100 kB without a declared length', (sample) => chunked(large(sample, 100_000), 'application/json'), TOO_LARGE],
    ['deep nesting', (sample) => text(`{"${nameIn(sample)}":${nested(30_000)}}`), INVALID],
  ])('of %s is refused by every route that takes one', async (_, how, refusal) => {
    await expectRefusal(refusal, WITH_JSON, (route) => spoil(route, how));
  });

  it('that is empty is refused, unless nothing is needed', async () => {
    const needed = WITH_JSON.filter((route) => !INPUTS[route]?.isOptional);
    await expectRefusal(MALFORMED, needed, (route) => send(route, text('')));
  });

  it.each([
    ['NUL', '\u0000'],
    ['a lone surrogate', '\ud800'],
  ])('with %s in a text is refused by every route that takes one', async (_, hostile) => {
    for (const route of WITH_JSON) {
      const texts = Object.entries(INPUTS[route]?.json ?? {}).filter(([, value]) => typeof value === 'string');
      for (const [name, value] of texts)
        await expectRefusal(INVALID, [route], () =>
          spoil(route, (sample) => sent({ ...sample, [name]: `${value}${hostile}` })),
        );
    }
  });

  it('with a lone surrogate in its metadata alone is refused', async () => {
    const routes = WITH_JSON.filter((route) => INPUTS[route]?.json?.metadata);
    await expectRefusal(INVALID, routes, (route) =>
      spoil(route, (sample) => sent({ ...sample, metadata: { a: '\ud800' } })),
    );
  });
});

describe('a query', () => {
  const ask = (route: string, query: string) => send(route, {}, `${pathOf(route, ids)}?${query}`);

  it.each(['limit=0', 'limit=101', 'limit=-1', 'limit=1.5', 'limit=x', 'limit=', 'limit=1e9', 'no_such=x'])(
    '%s is refused by every list',
    async (query) => {
      const lists = WITH_QUERY.filter((route) => INPUTS[route]?.query?.includes('limit'));
      await expectRefusal(INVALID, lists, (route) => ask(route, query));
    },
  );

  it.each([
    ['nothing', ''],
    ['NUL', '%00'],
    ['bytes that are no UTF-8', '%ff%fe'],
    ['a filter', "x'%20||%201=1%20||%20'"],
    ['words of PocketBase’s filters', '@request.auth.id'],
    ['a line break', 'x%0d%0aset-cookie:y'],
    ['2 kB', 'x'.repeat(2_000)],
  ])('with %s in any of its values is no fault', async (_, value) => {
    const queries = WITH_QUERY.flatMap((route) =>
      (INPUTS[route]?.query ?? []).flatMap((name) =>
        [`${name}=${value}`, `${name}=${value}&${name}=${value}`].map((query) => [route, query] as const),
      ),
    );
    await Promise.all(
      queries.map(async ([route, query]) => expectNoFault(`${route}?${query}`, await ask(route, query))),
    );
  });
});

describe('a header', () => {
  const id = UNKNOWN_ID;
  const nobody = { profile: id, key: id, check: id, level: id, webhook: id, delivery: id, slug: 'nobody' };

  it.each([
    'x-request-id',
    'x-partner',
    'x-api-key',
    'authorization',
    'x-anything',
    'cookie',
    'x-csrf-token',
    'origin',
    'accept',
    'accept-language',
    'content-type',
    'content-encoding',
    'content-disposition',
    'content-digest',
    'idempotency-key',
    'if-none-match',
    'range',
  ])('%s that is long or garbled is refused or ignored by every route, never a fault', async (name) => {
    const knock = async (route: string, value: string) => {
      const { headers, ...init } = requestOf(route);
      const hostile = { ...init, headers: { ...headers, [name]: value } };
      await expectNoFault(`${route} ${name}`, await send(route, hostile, pathOf(route, nobody)));
    };
    for (const value of ['x'.repeat(10_000), 'a=;,"\\:%ff\xff'])
      await Promise.all([...ROUTES, ...READ_NOTHING].map((route) => knock(route, value)));
  });
});

it('what is wrong with the record, then with its size and type, outranks the rest', async () => {
  const statusOf = async (...request: Parameters<Insider['send']>) => (await send(...request)).status;
  expect(await statusOf('GET /api/status_history/:id', {}, `/api/status_history/${UNKNOWN_ID}?limit=0`)).toBe(404);
  expect(await statusOf('GET /api/profiles/:id/notes', {}, `/api/profiles/${UNKNOWN_ID}/notes?limit=0`)).toBe(404);
  const large = { body: 'x'.repeat(100_000), headers: { 'content-type': 'text/plain' } };
  expect(await statusOf('POST /api/profiles/create', large)).toBe(413);
  const headers = { 'content-type': 'image/png', 'content-digest': 'sha-256=:A:' };
  const upload = (body: BodyInit) => statusOf('PUT /api/profiles/:id/documents/:kind', { body, headers });
  expect(await upload(Buffer.alloc(11_000_000))).toBe(413);
  expect(await upload('MZ')).toBe(415);
  expect(await upload(PNG)).toBe(400);
  const unnamed = { ...json({}), headers: { 'content-type': 'application/json', 'x-api-key': worker.keys.internal } };
  expect((await worker.fetch('/api/profiles/create', unnamed)).status).toBe(400);
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
