import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { startPocketBase } from '../../support/pocketbase.ts';
import {
  applicant,
  asApplicant,
  asPartner,
  asReviewer,
  auditOf,
  connect,
  decide,
  documentsOf,
  enrol,
  makeLevel,
  patch,
  type Request,
  redact,
  review,
  send,
  submit,
  upload,
} from '../support/client.ts';
import { addPhoto, photo, withFields } from '../support/photo.ts';

let service: Request;

beforeAll(async () => {
  ({ service } = await connect());
});

const create = (fields: Record<string, unknown>) => service('POST', '/api/edge/profiles', applicant(fields));
const read = async (id: string) => (await service('GET', `/api/edge/profiles/${id}`)).body;
const applicantOf = async (id: string) =>
  (await service('GET', '/api/edge/applicant', undefined, asApplicant(id))).body;
const invalid = (...pointers: string[]) => ({
  status: 422,
  body: { code: 'validation_failed', errors: pointers.map((pointer) => ({ pointer })) },
});
const newName = () => `level-${randomUUID().slice(0, 8)}`;
const newPartner = () => `p-${randomUUID().slice(0, 8)}`;
const lessYears = (years: number, days = 0) => {
  const date = new Date(Date.now() + days * 86_400_000);
  return `${date.getUTCFullYear() - years}${date.toISOString().slice(4, 10)}`;
};

describe('a create', () => {
  test('keeps the version that it was made under, and the level says what is needed', async () => {
    const { name } = await makeLevel(service, { optional: ['facial_video'] });
    const id = await enrol(service, { level: name });
    await makeLevel(service, { name, required: { passport: ['facial_photo'] } });
    expect(await read(id)).toMatchObject({ level: { name, version: 1 }, missing: ['document_front'] });
    expect(await applicantOf(id)).toMatchObject({ required: ['document_front'], optional: ['facial_video'] });
    const later = await enrol(service, { level: name });
    expect(await read(later)).toMatchObject({ level: { name, version: 2 }, missing: ['facial_photo'] });
    await upload(service, id, photo('document_front'), asApplicant(id));
    expect(await submit(service, id, asApplicant(id))).toMatchObject({ status: 200 });
  });

  test('without a level is of the partner’s own default before the operator’s, and of that before the built-in one', async () => {
    const pb = await startPocketBase(); // the operator's default is for all partners
    const own = (await connect(pb)).service;
    const levelOf = async (partner: string) => {
      const id = await enrol(own, { partner });
      const { level, missing } = (await own('GET', `/api/edge/profiles/${id}`)).body;
      return [level.name, level.version, missing.length];
    };
    expect(await levelOf('acme')).toEqual(['default', 1, 2]);
    await makeLevel(own, { partner: null, name: 'default' });
    expect([await levelOf('acme'), await levelOf('new')]).toEqual(Array(2).fill(['default', 1, 1]));
    for (let version = 1; version <= 2; version++) await makeLevel(own, { name: 'default' });
    expect([await levelOf('acme'), await levelOf('new')]).toEqual([
      ['default', 2, 1],
      ['default', 1, 1],
    ]);
    await pb.stop();
  });

  test('finds the partner’s own level before the operator’s, and another partner’s never', async () => {
    const [name, foreign] = [newName(), newName()];
    await makeLevel(service, { partner: null, name });
    await makeLevel(service, { partner: null, name });
    const levelOf = async () => (await read(await enrol(service, { level: name }))).level.version;
    expect(await levelOf()).toBe(2);
    await makeLevel(service, { name });
    expect(await levelOf()).toBe(1);
    await makeLevel(service, { partner: 'globex', name: foreign });
    for (const level of [foreign, newName(), '', 7, { name }])
      expect(await create({ level })).toMatchObject(invalid('/level'));
  });

  test('refuses a country and a type that the level does not take', async () => {
    const { name: level } = await makeLevel(service, {
      required: { passport: ['document_front'], id_card: ['document_front'] },
      document_types: ['passport'],
      countries: ['VN', 'SE'],
    });
    expect(await create({ level, country: 'NO' })).toMatchObject(invalid('/country'));
    expect(await create({ level, document_type: 'id_card' })).toMatchObject(invalid('/document_type'));
    const open = await makeLevel(service);
    expect(await create({ level: open.name, document_type: 'residence_permit' })).toMatchObject(
      invalid('/document_type'),
    );
    expect(await create({ level, country: 'SE' })).toMatchObject({ status: 200 });
  });

  test('refuses who is surely too young, and nobody who may not be', async () => {
    const { name: level } = await makeLevel(service, { min_age: 18 });
    const year = new Date().getUTCFullYear();
    const month = new Date().toISOString().slice(5, 7);
    for (const date_of_birth of [lessYears(18, 2), `${year - 17}`, lessYears(1), `${year - 17}-01`])
      expect([date_of_birth, await create({ level, date_of_birth })]).toMatchObject([
        date_of_birth,
        invalid('/date_of_birth'),
      ]);
    for (const date_of_birth of [lessYears(18), lessYears(40), `${year - 18}`, `${year - 18}-${month}`, ''])
      expect([date_of_birth, await create({ level, date_of_birth })]).toMatchObject([date_of_birth, { status: 200 }]);
  });

  test('of a known applicant under another level is refused, under none it changes nothing', async () => {
    const [{ name: level }, { name: other }] = [await makeLevel(service), await makeLevel(service)];
    const data = { level, document_number: randomUUID() };
    const id = await enrol(service, data);
    expect(await create({ ...data, level: other })).toMatchObject({
      status: 409,
      body: { code: 'level_differs', profile_id: id, level },
    });
    // A create that names another applicant is told of that, and of nothing more.
    expect(await create({ ...data, level: other, full_name: 'Somebody Else' })).toMatchObject({
      status: 409,
      body: { code: 'applicant_mismatch' },
    });
    await makeLevel(service, { name: level, countries: ['NO'] });
    for (const same of [data, { document_number: data.document_number }])
      expect(await create(same)).toMatchObject({ status: 200, body: { id, created: false } });
    expect(await read(id)).toMatchObject({ level: { name: level, version: 1 } });
  });
});

describe('an update', () => {
  test('of the level moves an open profile, and what is missing follows', async () => {
    const { name } = await makeLevel(service, { required: { passport: ['facial_video'] } });
    const id = await enrol(service);
    expect(await patch(service, id, { level: name })).toMatchObject({
      status: 200,
      body: { level: { name, version: 1 }, missing: ['facial_video'], evidence_version: 1 },
    });
    expect(await auditOf(service, `profile='${id}'`)).toMatchObject([
      { action: 'profile.created' },
      { action: 'profile.updated', target: 'level' },
    ]);
    expect(await patch(service, id, { level: newName() })).toMatchObject(invalid('/level'));
    await makeLevel(service, { name });
    expect((await patch(service, id, { level: name })).body.level.version).toBe(2);
    expect((await patch(service, id, { level: 'default' })).body.missing).toEqual(['document_front', 'facial_photo']);
  });

  test('says whether the level or the field is to blame', async () => {
    const { name } = await makeLevel(service, { countries: ['SE'], min_age: 18 });
    const id = await enrol(service, { date_of_birth: '1990' });
    expect(await patch(service, id, { level: name })).toMatchObject(invalid('/level'));
    expect(await patch(service, id, { level: name, country: 'SE' })).toMatchObject({ status: 200 });
    expect(await patch(service, id, { country: 'VN' })).toMatchObject(invalid('/country'));
    expect(await patch(service, id, { document_type: 'id_card' })).toMatchObject(invalid('/document_type'));
    expect(await patch(service, id, { date_of_birth: lessYears(3) })).toMatchObject(invalid('/date_of_birth'));
    expect(await patch(service, id, { locale: 'vi' })).toMatchObject({ status: 200 });
  });

  test('of the level waits for a profile that is open', async () => {
    const { name } = await makeLevel(service);
    const id = await enrol(service);
    const locked = { status: 409, body: { code: 'profile_locked' } };
    await decide(service, id, 'in_review');
    expect(await patch(service, id, { level: name }, asReviewer())).toMatchObject(locked);
    await review(service, id, 'approved');
    for (const headers of [{}, asPartner])
      expect(await patch(service, id, { level: name }, headers)).toMatchObject(locked);
    expect(await patch(service, id, { level: 'default' })).toMatchObject({ status: 200 });
  });
});

describe('a document', () => {
  test('of a kind that neither the level nor a resubmission asks for is refused for every caller', async () => {
    const id = await enrol(service);
    for (const headers of [asApplicant(id), asPartner, asReviewer(), {}])
      expect(await upload(service, id, photo('document_back'), headers)).toMatchObject(invalid('/document_back'));
    const both = addPhoto(photo('document_front'), 'document_back');
    expect(await send(service, id, both)).toMatchObject(invalid('/document_back'));
    expect(await documentsOf(service, id)).toEqual([]);
    const open = (kind: string) => service('GET', `/api/edge/profiles/${id}/open?kind=${kind}`);
    expect(await open('document_back')).toMatchObject(invalid('/document_back'));
    expect((await open('facial_video')).status).toBe(200);
    await decide(service, id, 'pending');
    await decide(service, id, 'resubmission_requested', { reason_code: 'other', kinds: ['document_back'] });
    expect((await upload(service, id, photo('document_back'), asApplicant(id))).status).toBe(200);
    await decide(service, id, 'in_review');
    expect(await upload(service, id, photo('document_back'), asApplicant(id))).toMatchObject({ status: 409 });
  });

  test('may come in the form that moves the profile to a level which asks for it', async () => {
    const { name } = await makeLevel(service, { required: { id_card: ['document_back'] } });
    const id = await enrol(service);
    const fields = { level: name, document_type: 'id_card' };
    const answer = await send(service, id, withFields(photo('document_back'), fields));
    expect(answer).toMatchObject({ status: 200, body: { missing: [], level: { name } } });
  });
});

describe('a search', () => {
  test('finds by the name of the level, whichever version', async () => {
    const partner = newPartner();
    const { name } = await makeLevel(service, { partner });
    const first = await enrol(service, { partner, level: name });
    await makeLevel(service, { partner, name });
    const second = await enrol(service, { partner, level: name });
    await enrol(service, { partner });
    const found = await service('POST', '/api/edge/search', { partner, q: 'nguyen', level: name, limit: 10 });
    expect(found.body.items.map(({ id }) => id)).toEqual([second, first]);
  });
});

test('an erased profile keeps its level, and nothing personal', async () => {
  const { name } = await makeLevel(service);
  const id = await enrol(service, { level: name });
  expect((await redact(service, id)).status).toBe(200);
  const [row] = (await service('GET', `/api/collections/profiles/records?filter=id='${id}'`)).body.items;
  expect(row).toMatchObject({ level_name: name, level_version: 1, missing: null, consent: null });
});
