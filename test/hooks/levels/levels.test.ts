import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { auditOf, connect, makeLevel, type Request } from '../support/client.ts';
import { openFile } from '../support/sqlite.ts';

const { database, run, copy } = openFile(inject('pocketbase').dir);
let service: Request;
let root: Request;

beforeAll(async () => {
  ({ service, root } = await connect());
});

afterAll(() => database.close());

const newName = () => `level-${randomUUID().slice(0, 8)}`;
const required = { passport: ['document_front', 'facial_photo'] };
const consent = { version: '1', url: 'https://acme.example/consent', text: { en: 'I agree.' } };
const byVendor = [
  { type: 'face_liveness', provider: 'acme-eyes' },
  { type: 'document_authenticity', provider: 'acme-eyes' },
];
const make = (fields: object, headers = {}) =>
  service('POST', '/api/edge/levels', { partner: null, name: newName(), required, ...fields }, headers);

describe('a level', () => {
  test('counts its versions by partner and name, and stands in the audit log', async () => {
    const name = newName();
    const versions = async (partner: string | null) => (await make({ name, partner })).body.version;
    expect([await versions('acme'), await versions('acme'), await versions(null)]).toEqual([1, 2, 1]);
    const { id } = await makeLevel(service, { name });
    expect(await auditOf(service, `target='${id}'`)).toMatchObject([{ action: 'level.created', partner: 'acme' }]);
  });

  test('is numbered without gaps however many versions are made at once', async () => {
    const name = newName();
    const made = await Promise.all(Array.from({ length: 10 }, () => make({ name })));
    expect(made.map(({ body }) => body.version).sort((a, b) => a - b)).toEqual(made.map((_, index) => index + 1));
  });

  test('says all that it may', async () => {
    const spec = {
      required: { passport: ['document_front'], id_card: ['document_front', 'document_back'] },
      optional: ['facial_video'],
      document_types: ['passport'],
      countries: ['VN', 'XK'],
      min_age: 18,
      consent,
      photo_reuse: true,
      checks: ['document_text', { type: 'face_match' }, ...byVendor],
      policy: { order: 'clear_first', resubmit_on: ['blurred'], resubmit_at_most: 3, approve_when: 'all_pass' },
    };
    expect(await make(spec)).toMatchObject({ status: 200, body: { version: 1, partner: '', spec } });
  });

  test.each<[string, string, object]>([
    ['no requirement', '/required', { required: {} }],
    ['a requirement that is no object', '/required', { required: ['document_front'] }],
    ['an unknown type of document', '/required/library_card', { required: { library_card: ['document_front'] } }],
    ['a type that needs nothing', '/required/passport', { required: { passport: [] } }],
    ['an unknown kind', '/required/passport/1', { required: { passport: ['document_front', 'selfie'] } }],
    ['an unknown optional kind', '/optional/0', { optional: ['selfie'] }],
    ['a type whose needs are open', '/document_types/0', { document_types: ['id_card'] }],
    ['an unknown country', '/countries/1', { countries: ['VN', 'XX'] }],
    ['half a country', '/countries/0', { countries: ['NV'] }],
    ['an age of a half', '/min_age', { min_age: 17.5 }],
    ['an age of nobody', '/min_age', { min_age: 121 }],
    ['a consent without a version', '/consent/version', { consent: { ...consent, version: ' ' } }],
    ['a consent by http', '/consent/url', { consent: { ...consent, url: 'http://acme.example' } }],
    ['a consent without words', '/consent/text', { consent: { ...consent, text: {} } }],
    ['an empty text', '/consent/text/en', { consent: { ...consent, text: { en: '' } } }],
    ['an unknown check', '/checks/0', { checks: ['mind_reading'] }],
    ['a name of every object', '/checks/0', { checks: ['constructor'] }],
    ['a check twice', '/checks/1', { checks: ['document_text', { type: 'document_text' }] }],
    ['an odd provider', '/checks/0/provider', { checks: [{ type: 'document_text', provider: 'A b' }] }],
    ['faces without consent', '/consent', { checks: ['face_match'] }],
    ['face photos without consent', '/consent', { photo_reuse: true }],
    ['an unknown order', '/policy/order', { policy: { order: 'random' } }],
    ['an unknown code', '/policy/resubmit_on/0', { policy: { resubmit_on: ['ugly'] } }],
    ['a fourth resubmission', '/policy/resubmit_at_most', { policy: { resubmit_at_most: 4 } }],
    ['a rejection', '/policy/reject_when', { policy: { reject_when: 'fail' } }],
    ['approval without a vendor', '/policy/approve_when', { policy: { approve_when: 'all_pass' } }],
    [
      'approval with half a vendor',
      '/policy/approve_when',
      { checks: byVendor.slice(1), policy: { approve_when: 'all_pass' } },
    ],
    [
      'approval by the built-in runner',
      '/policy/approve_when',
      { checks: byVendor.map(({ type }) => ({ type, provider: 'builtin' })), policy: { approve_when: 'all_pass' } },
    ],
  ])('with %s is 422 %s', async (_, pointer, fields) => {
    const { status, body } = await make(fields);
    expect([status, body.code]).toEqual([422, 'validation_failed']);
    expect(body.errors?.map((error) => error.pointer)).toEqual([pointer]);
  });

  test('of a name that is none, or of a partner that is none, is 422', async () => {
    for (const name of ['', 'a b', 'x'.repeat(65), undefined])
      expect(await make({ name })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/name' }] } });
    expect(await make({ partner: 'A B' })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/partner' }] } });
  });

  test('is made by who reaches its partner: the operator’s by who reaches all', async () => {
    const asAcme = { 'x-partner': 'acme' };
    expect(await make({ partner: 'acme' }, asAcme)).toMatchObject({ status: 200 });
    for (const partner of ['globex', null, ''])
      expect(await make({ partner }, asAcme)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    const { id } = await makeLevel(service, { partner: 'globex' });
    const read = (headers: object) =>
      service('GET', `/api/collections/levels/records/${id}`, undefined, { ...headers });
    expect((await read({})).status).toBe(200);
    expect((await read(asAcme)).status).toBe(404);
    expect((await read({ 'x-actor-type': 'applicant' })).status).toBe(404);
  });
});

describe('a version of a level', () => {
  test('is changed, removed or replaced by nobody, through no door', async () => {
    const { id, name } = await makeLevel(service);
    const record = `/api/collections/levels/records/${id}` as const;
    for (const ask of [service, root]) {
      expect((await ask('PATCH', record, { version: 7 })).status).toBe(403);
      expect((await ask('DELETE', record)).status).toBe(403);
    }
    expect((await root('POST', '/api/collections/levels/records', { partner: '', name, version: 1 })).status).toBe(403);
    const where = `id = '${id}'`;
    const other = { id: "'azzzzzzzzzzzzzz'" };
    for (const sql of [
      `UPDATE levels SET spec = '{}' WHERE ${where}`,
      `DELETE FROM levels WHERE ${where}`,
      `REPLACE ${copy('levels', where, other)}`,
      `REPLACE ${copy('levels', where, { version: 'version + 1' })}`,
      `INSERT ${copy('levels', where, { ...other, version: 'version + 2' })}`,
    ])
      expect(() => run(sql)).toThrow(/append-only|continue their versions/);
    run(`INSERT ${copy('levels', where, { ...other, version: 'version + 1' })}`);
  });
});
