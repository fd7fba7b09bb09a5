import { beforeAll, describe, expect, test } from 'vitest';
import { claimChecks, report, slugOf, submitted } from '../support/checks.ts';
import { asApplicant, connect, enrol, patch, type Request, redact, submit, upload } from '../support/client.ts';
import { hook } from '../support/hook.ts';
import { photo } from '../support/photo.ts';

const { distance } = hook<{ distance: (a: string, b: string) => number }>('checks/reuse');
const { fold } = hook<{ fold: (number: string) => string }>('profiles/skeleton');

let service: Request;
let root: Request;
beforeAll(async () => {
  ({ service, root } = await connect());
});

/** What `document_reuse` of the profile comes to. */
async function reuseOf(partner: string, profile: string, fields: object = {}) {
  const items = await claimChecks(service, { partner, types: ['document_reuse'], runner: `${profile}-r` });
  const check = items.find((one) => one.profile === profile);
  if (!check) throw new Error('Nothing was due');
  const answer = await report(service, check, fields, `${profile}-r`);
  expect(answer.status).toBe(200);
  const { items: shown } = (await service('GET', `/api/edge/profiles/${profile}/checks`)).body;
  return shown.find(({ id }) => id === check.id);
}
const number = () =>
  `K${Math.random()
    .toString(36)
    .slice(2, 10)
    .toUpperCase()
    .replace(/[OIZSBLQD]/g, '7')}`;
const clear = { outcome: 'pass', findings: [] };

describe('document_reuse', () => {
  test('finds the same file at another profile of the partner, and says at which one', async () => {
    const [partner, elsewhere] = [slugOf(), slugOf()];
    const ids = [];
    for (const slug of [partner, partner, elsewhere]) {
      const id = await enrol(service, { partner: slug });
      await upload(service, id, photo('document_front', 9_001), asApplicant(id));
      await upload(service, id, photo('facial_photo', 9_100 + ids.length), asApplicant(id));
      await submit(service, id, asApplicant(id));
      ids.push(id);
    }
    const [first = '', second = '', third = ''] = ids;
    expect(await reuseOf(partner, second)).toMatchObject({
      outcome: 'attention',
      findings: [{ code: 'same_file', kind: 'document_front' }],
      facts: { others: [{ profile: first, code: 'same_file' }] },
    });
    expect(await reuseOf(elsewhere, third)).toMatchObject(clear);
    const headers = { 'x-actor-type': 'partner', 'x-actor-id': 'key1', 'x-partner': partner };
    const told = await service('GET', `/api/edge/profiles/${second}/checks`, undefined, headers);
    expect(JSON.stringify(told.body)).toContain('same_file');
    expect(JSON.stringify(told.body)).not.toContain(first);
  });

  test('finds a file that another partner has stored a great many times', async () => {
    const [partner, elsewhere] = [slugOf(), slugOf()];
    const front = photo('document_front', 9_301);
    const hiding = await enrol(service, { partner: elsewhere });
    for (let copies = 0; copies < 201; copies++) await upload(service, hiding, front);
    const ids = [];
    for (let i = 0; i < 2; i++) {
      const id = await enrol(service, { partner });
      await upload(service, id, front, asApplicant(id));
      await upload(service, id, photo('facial_photo', 9_310 + i), asApplicant(id));
      await submit(service, id, asApplicant(id));
      ids.push(id);
    }
    expect(await reuseOf(partner, ids[1] ?? '')).toMatchObject({
      outcome: 'attention',
      findings: [{ code: 'same_file' }],
    });
  });

  test('finds an earlier version of the file too, and no file of an erased profile', async () => {
    const partner = slugOf();
    const other = await submitted(service, { partner });
    await upload(service, other, photo('document_front', 9_201), asApplicant(other));
    await upload(service, other, photo('document_front', 9_202), asApplicant(other));
    const make = async () => {
      const id = await enrol(service, { partner });
      await upload(service, id, photo('document_front', 9_201), asApplicant(id));
      await upload(service, id, photo('facial_photo', 9_300 + Math.floor(Math.random() * 500)), asApplicant(id));
      await submit(service, id, asApplicant(id));
      return id;
    };
    const id = await make();
    expect(await reuseOf(partner, id)).toMatchObject({ outcome: 'attention', facts: { others: [{ profile: other }] } });
    await redact(service, other);
    await redact(service, id);
    expect(await reuseOf(partner, await make())).toMatchObject(clear);
  });

  test('finds the same number under another country, and one that looks alike', async () => {
    const partner = slugOf();
    const own = number();
    const first = await submitted(service, { partner, document_number: `${own}01` });
    const second = await submitted(service, { partner, document_number: `${own}01`, country: 'LA' });
    expect(await reuseOf(partner, second)).toMatchObject({
      findings: [{ code: 'same_number', field: 'document_number' }],
      facts: { others: [{ profile: first }] },
    });
    const third = await submitted(service, { partner, document_number: `${own}-OI` });
    expect(await reuseOf(partner, third)).toMatchObject({
      outcome: 'attention',
      findings: [{ code: 'similar_number', field: 'document_number' }],
    });
    const elsewhere = slugOf();
    const fourth = await submitted(service, { partner: elsewhere, document_number: `${own}01` });
    expect(await reuseOf(elsewhere, fourth)).toMatchObject(clear);
  });

  test('follows a number that changes', async () => {
    const partner = slugOf();
    const [own, other] = [number(), number()];
    const first = await submitted(service, { partner, document_number: own });
    await patch(service, first, { document_number: other });
    const second = await submitted(service, { partner, document_number: own });
    expect(await reuseOf(partner, second)).toMatchObject(clear);
    const third = await submitted(service, { partner, document_number: other, country: 'LA' });
    expect(await reuseOf(partner, third)).toMatchObject({ findings: [{ code: 'same_number' }] });
  });

  test('keeps what the runner says itself, but for the names of others', async () => {
    const partner = slugOf();
    const id = await submitted(service, { partner });
    const facts = { others: [{ profile: 'x' }], seen: true };
    expect(await reuseOf(partner, id, { facts })).toMatchObject({ outcome: 'pass', facts: { others: [], seen: true } });
  });
});

describe('face photos', () => {
  const consent = { version: '1', url: 'https://acme.example/privacy', text: { en: 'I agree.' } };
  /** Of a partner whose level searches them, if it says so. */
  async function partnerWith(spec: object) {
    const partner = slugOf();
    const level = { partner, name: 'default', required: { passport: ['document_front', 'facial_photo'] }, ...spec };
    const answer = await service('POST', '/api/edge/levels', level);
    expect(answer.status).toBe(200);
    return partner;
  }
  async function withPhoto(partner: string, photo_hash: string, given = true) {
    const id = await enrol(service, { partner });
    for (const kind of ['document_front', 'facial_photo'])
      await upload(service, id, photo(kind, 20_000 + Math.floor(Math.random() * 9_000)), asApplicant(id));
    const body = given ? { consent: { version: '1', given_at: new Date().toISOString(), locale: 'en' } } : {};
    if (given) await service('POST', `/api/edge/profiles/${id}/submit`, body, asApplicant(id));
    else await service('POST', `/api/edge/profiles/${id}/status`, { to: 'pending' });
    return { id, check: await reuseOf(partner, id, { photo_hash }) };
  }
  const found = { outcome: 'attention', findings: [{ code: 'same_photo', kind: 'facial_photo' }] };

  test('are the same at a distance of three bits, and not at four', async () => {
    const partner = await partnerWith({ photo_reuse: true, consent });
    const first = await withPhoto(partner, 'ffff00001234abcd');
    expect(first.check).toMatchObject(clear);
    expect((await withPhoto(partner, 'fffe00011235abcd')).check).toMatchObject({
      ...found,
      facts: { others: [{ profile: first.id }] },
    });
    expect((await withPhoto(partner, '0f0f00011235abcc')).check).toMatchObject(clear);
    expect([distance('ffff00001234abcd', 'fffe00011235abcd'), distance('0', 'f'.padStart(16, '0'))]).toEqual([3, 4]);
  });

  test('are neither searched nor kept without the level’s word and the applicant’s', async () => {
    const hash = 'aaaa00001234abcd';
    for (const partner of [await partnerWith({ consent }), await partnerWith({ photo_reuse: true, consent })]) {
      expect((await withPhoto(partner, hash, false)).check).toMatchObject(clear);
      expect((await withPhoto(partner, hash, false)).check).toMatchObject(clear);
      const filter = encodeURIComponent(`partner = "${partner}"`);
      expect((await root('GET', `/api/collections/photo_hashes/records?filter=${filter}`)).body.items).toEqual([]);
    }
  });

  test('go with an erasure', async () => {
    const partner = await partnerWith({ photo_reuse: true, consent });
    const hash = 'bbbb00001234abcd';
    const { id } = await withPhoto(partner, hash);
    await redact(service, id);
    expect((await withPhoto(partner, hash)).check).toMatchObject(clear);
  });
});

test('numbers look alike by letters that stand for digits, in any script', () => {
  expect(fold('O0QI1L')).toBe('000111');
  expect(fold('АВСЕ5S')).toBe(fold('A8CE55'));
  expect(fold('A123')).not.toBe(fold('A124'));
});
