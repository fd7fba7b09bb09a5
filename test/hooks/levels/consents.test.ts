import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  asApplicant,
  asPartner,
  asReviewer,
  auditOf,
  connect,
  decide,
  enrol,
  makeLevel,
  patch,
  type Request,
  redact,
  submit,
  upload,
} from '../support/client.ts';
import { photo } from '../support/photo.ts';
import { openFile } from '../support/sqlite.ts';

const { database, run, copy } = openFile(inject('pocketbase').dir);
let service: Request;
let root: Request;

beforeAll(async () => {
  ({ service, root } = await connect());
});
afterAll(() => database.close());

const text = { en: 'I agree.', vi: 'Tôi đồng ý.', 'pt-BR': 'Concordo.' };
const consent = { version: '7', url: 'https://acme.example/consent', text };
const sha256 = (words: string) => createHash('sha256').update(words).digest('hex');
const GIVEN_AT = '2026-01-02T03:04:05.000Z';
const attested = (fields: object = {}) => ({ consent: { version: '7', given_at: GIVEN_AT, locale: 'en', ...fields } });

/** A profile whose level asks consent, with its document. */
async function asked() {
  const { name } = await makeLevel(service, { consent });
  const id = await enrol(service, { level: name });
  await upload(service, id, photo('document_front'), asApplicant(id));
  return id;
}
const give = (id: string, fields: object = {}, headers: Record<string, string> = asApplicant(id)) =>
  service('POST', `/api/edge/profiles/${id}/consent`, { version: '7', locale: 'vi', ...fields }, headers);
const rowsOf = async (id: string) =>
  (await root('GET', `/api/collections/consents/records?sort=@rowid&filter=profile='${id}'`)).body.items;
const read = async (id: string) => (await service('GET', `/api/edge/profiles/${id}`)).body;
const eventsOf = async (id: string) =>
  (
    await service('GET', `/api/collections/events/records?filter=${encodeURIComponent(`profile='${id}'`)}`)
  ).body.items.filter(({ type }) => type === 'profile.consent_given');
const invalid = (...pointers: string[]) => ({
  status: 422,
  body: { code: 'validation_failed', errors: pointers.map((pointer) => ({ pointer })) },
});

describe('an applicant whose level asks consent', () => {
  test('submits once it is given, and gives it once', async () => {
    const id = await asked();
    expect(await submit(service, id, asApplicant(id))).toMatchObject(invalid('/consent'));
    const applicantOf = async () => (await service('GET', '/api/edge/applicant', undefined, asApplicant(id))).body;
    expect((await applicantOf()).consent).toEqual({ ...consent, given_at: null });
    const before = Date.now();
    for (let round = 0; round < 2; round++) expect(await give(id)).toMatchObject({ status: 200 });
    const { consent: given } = await read(id);
    expect(given).toMatchObject({ version: '7', locale: 'vi' });
    expect(Date.parse(given?.given_at ?? '')).toBeGreaterThanOrEqual(before);
    expect((await applicantOf()).consent).toMatchObject({ version: '7', given_at: given?.given_at });
    expect(await rowsOf(id)).toMatchObject([
      { version: '7', locale: 'vi', sha256: sha256(text.vi), actor_type: 'applicant', actor_id: id },
    ]);
    expect(await eventsOf(id)).toMatchObject([{ data: { profile_id: id, version: '7' } }]);
    expect(await auditOf(service, `profile='${id}' && action='consent.given'`)).toMatchObject([{ target: '7' }]);
    expect(await submit(service, id, asApplicant(id))).toMatchObject({ status: 200, body: { status: 'pending' } });
  });

  test('gives one of five at once', async () => {
    const id = await asked();
    expect((await Promise.all(Array.from({ length: 5 }, () => give(id)))).map(({ status }) => status)).toEqual(
      Array(5).fill(200),
    );
    expect(await rowsOf(id)).toHaveLength(1);
  });

  test.each([
    ['its own language', 'vi', text.vi],
    ['a region of it', 'vi-VN', text.vi],
    ['a language with a region alone', 'pt-BR', text['pt-BR']],
    ['a language that has no text', 'de', text.en],
    ['a locale that every object answers to', 'toString', text.en],
  ])('is shown the text of %s, whose digest is kept', async (_, locale, words) => {
    const id = await asked();
    await give(id, { locale });
    expect(await rowsOf(id)).toMatchObject([{ locale, sha256: sha256(words) }]);
  });

  test('names the version that the level asks for', async () => {
    const id = await asked();
    for (const version of ['6', '', undefined, 7])
      expect(await give(id, { version })).toMatchObject(invalid('/version'));
    expect(await give(id, { locale: 'x'.repeat(36) })).toMatchObject(invalid('/locale'));
    expect(await rowsOf(id)).toEqual([]);
  });

  test('is asked again when the profile moves to a level that asks another one', async () => {
    const id = await asked();
    await give(id);
    const { name } = await makeLevel(service, { consent: { ...consent, version: '8' } });
    await patch(service, id, { level: name });
    expect(await submit(service, id, asApplicant(id))).toMatchObject(invalid('/consent'));
    expect(await give(id, { version: '8' })).toMatchObject({ status: 200 });
    expect((await rowsOf(id)).map(({ version }) => version)).toEqual(['7', '8']);
    expect((await submit(service, id, asApplicant(id))).status).toBe(200);
  });

  test('is asked again for another text, although it has the same version', async () => {
    const id = await asked();
    await give(id);
    const { name } = await makeLevel(service, { consent: { ...consent, text: { ...text, vi: 'Tôi đồng ý hết.' } } });
    await patch(service, id, { level: name });
    expect(await submit(service, id, asApplicant(id))).toMatchObject(invalid('/consent'));
    expect(await give(id)).toMatchObject({ status: 200 });
    expect((await rowsOf(id)).map((row) => row.sha256)).toEqual([sha256(text.vi), sha256('Tôi đồng ý hết.')]);
  });

  test('gives none where none is asked, nor to a profile that is closed', async () => {
    const id = await enrol(service);
    expect(await give(id)).toMatchObject(invalid('/version'));
    const closed = await asked();
    await decide(service, closed, 'rejected', { reason_code: 'other' });
    expect(await give(closed)).toMatchObject({ status: 409, body: { code: 'profile_locked' } });
  });
});

describe('a partner that has asked the applicant itself', () => {
  test('submits with the consent, in one change', async () => {
    const id = await asked();
    expect(await submit(service, id, asPartner)).toMatchObject(invalid('/consent'));
    expect(await submit(service, id, asPartner, attested())).toMatchObject({ body: { status: 'pending' } });
    const kept = { version: '7', locale: 'en', given_at: GIVEN_AT, sha256: sha256(text.en) };
    expect((await read(id)).consent).toEqual(kept);
    expect(await rowsOf(id)).toMatchObject([
      { sha256: sha256(text.en), given_at: GIVEN_AT.replace('T', ' '), actor_type: 'partner', actor_id: 'key1' },
    ]);
    expect(await eventsOf(id)).toHaveLength(1);
  });

  test('names its version, a time that has been, and a locale', async () => {
    const id = await asked();
    for (const [name, value] of [
      ['version', '6'],
      ['given_at', '2100-01-01T00:00:00Z'],
      ['given_at', 'yesterday'],
      ['given_at', undefined],
      ['locale', undefined],
    ] as const)
      expect(await submit(service, id, asPartner, attested({ [name]: value }))).toMatchObject(
        invalid(`/consent/${name}`),
      );
    const plain = await enrol(service);
    for (const kind of ['document_front', 'facial_photo']) await upload(service, plain, photo(kind));
    expect(await submit(service, plain, asPartner, attested())).toMatchObject(invalid('/consent'));
    expect([await rowsOf(id), await rowsOf(plain)]).toEqual([[], []]);
  });

  test('hands it in later for a profile that is pending already', async () => {
    const id = await enrol(service);
    await decide(service, id, 'pending');
    const { name } = await makeLevel(service, { consent });
    await patch(service, id, { level: name });
    for (let round = 0; round < 2; round++)
      expect(await submit(service, id, asPartner, attested())).toMatchObject({ status: 200 });
    expect([await rowsOf(id), (await read(id)).consent]).toMatchObject([[{ version: '7' }], { version: '7' }]);
  });

  test('is told what is missing together with the consent', async () => {
    const { name } = await makeLevel(service, { consent });
    const id = await enrol(service, { level: name });
    expect(await submit(service, id, asPartner)).toMatchObject(invalid('/document_front', '/consent'));
  });
});

describe('a consent', () => {
  test('is no condition for who decides', async () => {
    const id = await asked();
    expect(await decide(service, id, 'in_review', {}, asReviewer())).toMatchObject({ status: 200 });
    expect((await rowsOf(id)).length).toBe(0);
  });

  test('is seen by superusers alone, written by the act, and emptied with the profile', async () => {
    const id = await asked();
    await give(id);
    const [row] = await rowsOf(id);
    expect((await service('GET', `/api/collections/consents/records?filter=profile='${id}'`)).status).toBe(403);
    expect((await root('POST', '/api/collections/consents/records', { profile: id, version: '1' })).status).toBe(403);
    const where = `profile = '${id}'`;
    for (const sql of [
      `UPDATE consents SET locale = '' WHERE ${where}`,
      `DELETE FROM consents WHERE ${where}`,
      `REPLACE ${copy('consents', where, { version: "'x'" })}`,
    ])
      expect(() => run(sql)).toThrow('consents is append-only');
    await redact(service, id);
    expect(await rowsOf(id)).toMatchObject([{ ...row, locale: '', sha256: '' }]);
    expect(() => run(`UPDATE consents SET version = '' WHERE ${where}`)).toThrow('consents is append-only');
  });
});
