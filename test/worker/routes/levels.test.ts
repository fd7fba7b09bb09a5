import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, applicantData, json, PNG, problemOf, UNKNOWN_ID } from '../../support/api.ts';
import { issueKey } from '../../support/keys.ts';
import { CONSENT, levelData, makeLevel } from '../../support/levels.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

let worker: TestWorker;
let operator: ReturnType<typeof api>;
beforeAll(async () => {
  worker = await startWorker();
  operator = api(worker, worker.keys.internal);
});
afterAll(() => worker.stop());

const asPng = { 'content-type': 'image/png' };
const asApplicant = (token: string, path = '', init: RequestInit = {}) =>
  worker.fetch(`/api/applicant${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
const pointersOf = async (response: Response) => {
  const { status, errors } = await problemOf(response);
  return [status, errors?.map(({ pointer }) => pointer)];
};

describe('POST /api/levels', () => {
  it('makes a version, with what holds where nothing was said', async () => {
    const data = levelData();
    const response = await operator.post('/api/levels', data);
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({
      id: expect.any(String),
      ...data,
      version: 1,
      optional: [],
      document_types: null,
      countries: null,
      min_age: null,
      consent: null,
      photo_reuse: false,
      checks: ['document_text', 'document_match', 'document_quality', 'document_reuse', 'applicant_data'],
      policy: null,
      created: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await (await operator.post('/api/levels', data)).json()).toMatchObject({ version: 2 });
  });

  it('takes null for what is left open, and keeps all that was said', async () => {
    const spec = {
      optional: ['facial_photo'],
      countries: ['VN'],
      consent: CONSENT,
      photo_reuse: true,
      checks: ['document_text', { type: 'face_match', provider: 'acme-eyes' }],
      policy: { resubmit_on: ['blurred'], resubmit_at_most: 2 },
    };
    const { id } = await makeLevel(worker, { partner: null, min_age: null, document_types: null, ...spec });
    const read = await operator.get(`/api/levels/${id}`);
    expect([read.status, await read.json()]).toMatchObject([200, { id, partner: null, min_age: null, ...spec }]);
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['an unknown field', '/colour', { colour: 'red' }],
    ['an unknown type', '/required/library_card', { required: { library_card: ['document_front'] } }],
    ['an unknown country', '/countries/0', { countries: ['XX'] }],
    ['an unknown check', '/checks/0', { checks: ['mind_reading'] }],
    ['a locale that is none', '/consent/text/no locale', { consent: { ...CONSENT, text: { 'no locale': 'x' } } }],
    ['faces without consent', '/consent', { checks: ['face_match'] }],
    ['too many resubmissions', '/policy/resubmit_at_most', { policy: { resubmit_at_most: 4 } }],
    ['approval without a vendor', '/policy/approve_when', { policy: { approve_when: 'all_pass' } }],
  ])('refuses %s', async (_, pointer, fields) => {
    expect(await pointersOf(await operator.post('/api/levels', levelData(fields)))).toEqual([422, [pointer]]);
  });

  it('is the operator’s: no key of a partner makes, lists or reads levels', async () => {
    const { id } = await makeLevel(worker);
    await api(worker).created(); // a partner of the settings has no record before
    const { key } = await issueKey(worker);
    for (const partner of [api(worker), api(worker, key)])
      for (const answer of [
        await partner.post('/api/levels', levelData()),
        await partner.get('/api/levels'),
        await partner.get(`/api/levels/${id}`),
      ])
        expect(await problemOf(answer)).toMatchObject({ status: 403, required_scope: 'levels:manage' });
    const headers = { 'x-api-key': worker.keys.internal, 'x-partner': 'globex' };
    expect((await worker.fetch('/api/levels', json(levelData(), headers))).status).toBe(403);
    const manager = await issueKey(worker, { partner: null, scopes: ['levels:manage'] });
    expect((await api(worker, manager.key).get(`/api/levels/${id}`)).status).toBe(200);
  });
});

describe('GET /api/levels', () => {
  it('pages through versions, newest first, of a partner and of a name', async () => {
    const { name } = await makeLevel(worker);
    await makeLevel(worker, { name });
    await makeLevel(worker, { name, partner: null });
    const read = async (query: string) =>
      (await (await operator.get(`/api/levels?name=${name}${query}`)).json()) as {
        items: { partner: string | null; version: number }[];
        next_cursor: string | null;
      };
    const all = (await read('')).items;
    expect(all.map(({ partner, version }) => [partner, version])).toEqual([
      [null, 1],
      ['acme', 2],
      ['acme', 1],
    ]);
    const first = await read('&partner=acme&limit=1');
    const second = await read(`&partner=acme&limit=1&cursor=${first.next_cursor}`);
    expect([...first.items, ...second.items, second.next_cursor]).toEqual([...all.slice(1), null]);
  });

  it('of an id that is none is not_found', async () => {
    expect(await problemOf(await operator.get(`/api/levels/${UNKNOWN_ID}`))).toMatchObject({ code: 'not_found' });
  });
});

describe('a profile', () => {
  it('is created under a level, shows it, and is listed by it', async () => {
    const { name } = await makeLevel(worker);
    const { id } = await api(worker).created({ level: name });
    expect(await api(worker).read(id)).toMatchObject({ level: { name, version: 1 }, missing: ['document_front'] });
    const plain = await api(worker).created({ level: null });
    expect((await api(worker).read(plain.id)).level).toEqual({ name: 'default', version: 1 });
    for (const list of [
      await api(worker).get(`/api/profiles?level=${name}`),
      await api(worker).post('/api/profiles/search', { q: 'nguyen', level: name }),
    ])
      expect(await list.json()).toMatchObject({ items: [{ id, level: { name, version: 1 }, consent: null }] });
  });

  it('is not created under an unknown level, from a country or by an applicant that the level does not take', async () => {
    const { name: level } = await makeLevel(worker, { countries: ['VN'], min_age: 18 });
    for (const [pointer, fields] of [
      ['/level', { level: 'no-such-level' }],
      ['/level', { level: 'no such level' }],
      ['/country', { level, country: 'SE' }],
      ['/document_type', { level, document_type: 'id_card' }],
      ['/date_of_birth', { level, date_of_birth: String(new Date().getFullYear() - 10) }],
    ] as const)
      expect(await pointersOf(await api(worker).create(fields))).toEqual([422, [pointer]]);
  });

  it('that is known under another level says which, and an update moves it', async () => {
    const [{ name }, { name: other }] = [await makeLevel(worker), await makeLevel(worker)];
    const data = applicantData({ level: name });
    const { id } = await api(worker).created(data);
    const refused = await problemOf(await api(worker).create({ ...data, level: other }));
    expect(refused).toMatchObject({ status: 409, code: 'level_differs', profile_id: id, level: name });
    const moved = await api(worker).patch(`/api/profiles/${id}`, { level: other });
    expect([moved.status, await moved.json()]).toMatchObject([200, { level: { name: other, version: 1 } }]);
    const again = await api(worker).create({ ...data, level: other });
    expect([again.status, await again.json()]).toMatchObject([200, { id, created: false }]);
    const form = new FormData();
    form.set('level', name);
    const headers = { 'x-api-key': worker.keys.internal };
    const byForm = await worker.fetch(`/api/profiles/${id}`, { method: 'PATCH', body: form, headers });
    expect(await byForm.json()).toMatchObject({ level: { name } });
  });

  it('takes no document of a kind that nobody asks for, from the partner or the applicant', async () => {
    const { name } = await makeLevel(worker);
    const { id, token } = await api(worker).created({ level: name });
    const refused = [422, ['/facial_photo']];
    expect(await pointersOf(await api(worker).upload(id, 'facial_photo', PNG, asPng))).toEqual(refused);
    const own = { method: 'PUT', body: PNG, headers: asPng };
    expect(await pointersOf(await asApplicant(token, '/documents/facial_photo', own))).toEqual(refused);
    const form = new FormData();
    form.set('facial_photo', new File([PNG], 'me.png', { type: 'image/png' }));
    const headers = { 'x-api-key': worker.keys.internal };
    const byForm = await worker.fetch(`/api/profiles/${id}`, { method: 'PATCH', body: form, headers });
    expect(await pointersOf(byForm)).toEqual(refused);
  });
});

describe('a level that asks consent', () => {
  async function asked() {
    const { name } = await makeLevel(worker, { consent: CONSENT });
    const created = await api(worker).created({ level: name });
    await api(worker).upload(created.id, 'document_front', PNG, asPng);
    return created;
  }
  const give = (token: string, body: object) => asApplicant(token, '/consent', json(body));
  const { version } = CONSENT;

  it('is answered by the applicant before the submit', async () => {
    const { id, token } = await asked();
    expect(await (await asApplicant(token)).json()).toMatchObject({ consent: { ...CONSENT, given_at: null } });
    const submit = () => asApplicant(token, '/submit', { method: 'POST' });
    expect(await pointersOf(await submit())).toEqual([422, ['/consent']]);
    expect(await pointersOf(await give(token, { version: '1999', locale: 'vi' }))).toEqual([422, ['/version']]);
    const given = await give(token, { version, locale: 'vi' });
    expect([given.status, await given.json()]).toMatchObject([200, { consent: { given_at: expect.any(String) } }]);
    expect((await submit()).status).toBe(200);
    expect((await api(worker).read(id)).consent).toMatchObject({ version, locale: 'vi' });
    const events = await operatorEvents(id);
    expect(events).toContainEqual({ type: 'profile.consent_given', data: { profile_id: id, version } });
  });

  it('is answered by a partner that has asked the applicant itself', async () => {
    const { id } = await asked();
    const submit = (body: unknown) => api(worker).post(`/api/profiles/${id}/submit`, body);
    expect(await pointersOf(await submit({}))).toEqual([422, ['/consent']]);
    expect(await pointersOf(await submit({ consent: null }))).toEqual([422, ['/consent']]);
    const consent = { version, given_at: '2026-01-02T04:04:05+01:00', locale: 'fr' };
    for (const [name, value] of [
      ['version', 'other'],
      ['given_at', '2100-01-01T00:00:00Z'],
      ['given_at', 'yesterday'],
      ['locale', 'no locale'],
      ['signature', 'x'],
    ])
      expect(await pointersOf(await submit({ consent: { ...consent, [name as string]: value } }))).toEqual([
        422,
        [`/consent/${name}`],
      ]);
    expect((await submit({ consent })).status).toBe(200);
    expect((await api(worker).read(id)).consent).toEqual({
      version,
      given_at: '2026-01-02T03:04:05.000Z',
      locale: 'fr',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('leaves no trace of the consent in an erased profile', async () => {
    const { id, token } = await asked();
    await give(token, { version, locale: 'vi' });
    const headers = { 'x-api-key': worker.keys.internal };
    expect((await worker.fetch(`/api/profiles/${id}`, { method: 'DELETE', headers })).status).toBe(204);
    expect((await give(token, { version, locale: 'vi' })).status).toBe(410);
  });

  async function operatorEvents(id: string) {
    const found: { type: string; data: { profile_id: string } }[] = [];
    const headers = { 'x-api-key': worker.keys.acme };
    for (let after = ''; ; ) {
      const answer = await worker.fetch(`/api/events?limit=100${after && `&after=${after}`}`, { headers });
      const { items } = (await answer.json()) as { items: ((typeof found)[number] & { id: string })[] };
      found.push(...items.filter(({ data }) => data.profile_id === id).map(({ type, data }) => ({ type, data })));
      if (items.length < 100) return found;
      after = items.at(-1)?.id ?? '';
    }
  }
});
