import { createHmac, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { zerosOfScripts } from '../../../scripts/letters-and-digits.ts';
import { applicant, connect, decide, enrol, historyOf, patch, profilePath, type Request } from '../support/client.ts';

const { dedupeSecret } = inject('pocketbase');
let service: Request;
let root: Request;

beforeAll(async () => {
  ({ service, root } = await connect());
});

const ZEROS = zerosOfScripts();
const asciiDigit = (digit: string) => {
  const code = Number(digit.codePointAt(0));
  return String(code - Number(ZEROS.findLast((zero) => zero <= code)));
};
const sevens = () => ZEROS.map((zero) => String.fromCodePoint(zero + 7));
/** Neither letter, digit nor mark, although NFKC makes letters or digits of them. */
const symbols = () =>
  Array.from({ length: 0x1_f300 }, (_, code) => String.fromCodePoint(code)).filter(
    (text) => /[^\p{L}\p{M}\p{N}\p{Cs}]/u.test(text) && /[\p{L}\p{N}]/u.test(text.normalize('NFKC')),
  );

const create = (fields: object, headers = {}) => service('POST', '/api/edge/profiles', fields, headers);

describe('a new applicant', () => {
  test('starts unverified, with one row of history by its creator', async () => {
    const headers = { 'x-actor-type': 'partner', 'x-actor-id': 'key1', 'x-request-id': 'req-1' };
    const answer = await create(applicant({ partner: 'first-seen', metadata: { tier: 'gold' } }), headers);
    expect(answer).toMatchObject({
      status: 200,
      body: { created: true, status: 'unverified', partner: { slug: 'first-seen', active: true, frontend_url: '' } },
    });
    expect(await historyOf(service, answer.body.id)).toMatchObject([
      { seq: 1, from: '', to: 'unverified', actor_type: 'partner', actor_id: 'key1', request_id: 'req-1' },
    ]);
  });

  test('starts unverified through the admin API too, whatever it says, with an author it cannot choose', async () => {
    const headers = { 'x-actor-type': 'reviewer', 'x-actor-id': 'somebody' };
    const fields = {
      ...applicant(),
      status: 'approved',
      dedupe_key: 'mine',
      latest_status: '',
      redacted_at: '2020-01-01',
    };
    const answer = await root('POST', '/api/collections/profiles/records', fields, headers);
    expect(answer).toMatchObject({ status: 200, body: { status: 'unverified', redacted_at: '' } });
    expect((await root('GET', profilePath(answer.body.id))).body.dedupe_key).toMatch(/^[0-9a-f]{64}$/);
    const history = await historyOf(service, answer.body.id);
    expect(history).toMatchObject([{ from: '', to: 'unverified', actor_type: 'superuser' }]);
    expect(history[0]?.actor_id).not.toBe('somebody');
  });

  test.each([
    ['country', 'Vietnam'],
    ['country', ''],
    ['document_type', 'toString'],
    ['full_name', undefined],
    ['full_name', 'x'.repeat(256)],
    ['date_of_birth', '1990-1-1'],
    ['phone', '0123'],
    ['email', 7],
    ['locale', 'x'.repeat(36)],
    ['metadata', []],
    ['metadata', { tier: 'x'.repeat(70_000) }],
  ])('is refused in our words when a field is invalid: %s', async (name, value) => {
    expect(await create(applicant({ [name]: value }))).toMatchObject({
      status: 422,
      body: { code: 'validation_failed', errors: [{ pointer: `/${name}` }] },
    });
  });

  test('is refused under another partner than x-partner names', async () => {
    expect(await create(applicant(), { 'x-partner': 'globex' })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
  });
});

describe('the same applicant', () => {
  test('is one record, and one `created: true`, under 50 concurrent creates', async () => {
    const fields = applicant();
    const answers = await Promise.all(Array.from({ length: 50 }, () => create(fields)));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.filter((answer) => answer.body.created)).toHaveLength(1);
    expect(await historyOf(service, answers[0]?.body.id ?? '')).toHaveLength(1);
  });

  test('changes nothing that is stored', async () => {
    const fields = applicant();
    const id = (await create(fields)).body.id;
    const before = (await root('GET', profilePath(id))).body;
    const again = {
      ...fields,
      full_name: 'ÁNH thi nguyen',
      email: 'new@example.com',
      locale: 'de',
      metadata: { a: 'b' },
    };
    expect((await create(again)).body).toMatchObject({ id, created: false });
    expect((await root('GET', profilePath(id))).body).toEqual(before);
  });

  test('is told apart by partner, country, and document type', async () => {
    const fields = applicant();
    const others = [{ partner: 'globex' }, { country: 'ES' }, { document_type: 'id_card' }];
    const answers = await Promise.all([{}, ...others].map((other) => create({ ...fields, ...other })));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(4);
  });

  test.each([
    ['full-width characters', 'ＡＢ１２３'],
    ['decomposed Vietnamese letters', 'ĐÁNH-Ệ-77'.normalize('NFD')],
    ['dashes and spaces of every kind', ' a—b–c\u00a0d\u200be_f '],
    ['letters that grow in upper case', 'straße ﬁx ŉ'],
    ['digits of other scripts', '٣٤٥ ४५६ ② Ⅷ ½'],
    ['letters beyond the basic plane', '𝒜𝓑 𐐨 𠮷 🪪'],
    ['Han, Kana, Hangul', '漢字 ｶﾞ 한글'],
  ])('is recognised by its number as V8 reads it: %s', async (_, number) => {
    const unique = number + randomUUID();
    const id = await enrol(service, { document_number: unique });
    const letters = unique
      .replace(/[^\p{L}\p{M}\p{N}]/gu, '')
      .normalize('NFKC')
      .toUpperCase()
      .replace(/[^\p{L}\p{N}]/gu, '')
      .replace(/\p{Nd}/gu, asciiDigit);
    const parts = ['acme', 'VN', 'passport', letters].map((part) => `${part.length}:${part}`).join('');
    const key = createHmac('sha256', dedupeSecret).update(parts).digest('hex');
    expect((await root('GET', profilePath(id))).body.dedupe_key).toBe(key);
  });

  test.each([
    ['the sign for a number', '45 10 № 123456', '4510123456'],
    ['Arabic-Indic digits', '٤٥١٠١٢٣٤٥٦', '4510123456'],
    ['Persian and Devanagari digits', 'A۴۵१०', 'a4510'],
    ['the seven of every script', sevens().join(''), '7'.repeat(sevens().length)],
    ['letters with their accents apart', 'é1 Ｅ\u0301'.normalize('NFD'), 'É1É'],
  ])('is recognised whichever way its number is written: %s', async (_, written, plain) => {
    const unique = randomUUID();
    const id = await enrol(service, { document_number: plain + unique });
    const again = await create(applicant({ document_number: written + unique }));
    expect(again.body).toMatchObject({ id, created: false });
  });

  test('is recognised without the symbols of which NFKC makes letters or digits', async () => {
    const document_number = randomUUID();
    const id = await enrol(service, { document_number });
    const all = symbols();
    expect(all.length).toBeGreaterThan(900);
    while (all.length > 0) {
      const again = await create(applicant({ document_number: document_number + all.splice(0, 50).join('') }));
      expect(again.body).toMatchObject({ id, created: false });
    }
  });

  test.each(['🪪🪪', '---', ' '])('needs a letter or a digit: %s', async (document_number) => {
    expect(await create(applicant({ document_number }))).toMatchObject({
      status: 422,
      body: { code: 'validation_failed' },
    });
  });

  test('becomes unverified again after expiry, when anybody creates it again', async () => {
    const fields = applicant();
    const id = (await create(fields)).body.id;
    await decide(service, id, 'expired');
    const headers = { 'x-actor-type': 'partner', 'x-actor-id': 'key1' };
    expect((await create(fields, headers)).body).toMatchObject({ id, created: false, status: 'unverified' });
    expect((await historyOf(service, id)).at(-1)).toMatchObject({
      from: 'expired',
      to: 'unverified',
      actor_id: 'key1',
    });
  });

  test('counts as a new applicant once canceled', async () => {
    const fields = applicant({ external_id: randomUUID() });
    const id = (await create(fields)).body.id;
    await decide(service, id, 'canceled');
    const again = (await create(fields)).body;
    expect(again.created).toBe(true);
    expect(again.id).not.toBe(id);
  });

  test('is a new one where the known profile is erased or canceled at that moment, in each of 20 rounds', async () => {
    const endings = [
      (id: string) => service('POST', `/api/edge/profiles/${id}/redact`, {}),
      (id: string) => decide(service, id, 'canceled'),
    ];
    for (let round = 0; round < 20; round++) {
      const fields = applicant({ partner: 'racing' });
      const { id } = (await create(fields)).body;
      const creates = Array.from({ length: 8 }, (_, i) => create({ ...fields, external_id: `${id}-${i}` }));
      const [, ...answers] = await Promise.all([endings[round % 2]?.(id), ...creates]);
      for (const { status, body } of answers) {
        expect([status, status === 200 ? body.status : body.code]).toEqual(
          status === 200 ? [200, 'unverified'] : [409, 'external_id_taken'],
        );
      }
    }
  });

  test('is refused on a PATCH onto its document', async () => {
    const fields = applicant();
    await create(fields);
    const other = await enrol(service);
    const known = { document_number: fields.document_number.toUpperCase() };
    const refused = { status: 409, body: { code: 'duplicate_applicant' } };
    expect(await patch(service, other, known)).toMatchObject(refused);
    expect(await root('PATCH', profilePath(other), known)).toMatchObject(refused);
    expect(await root('POST', '/api/collections/profiles/records', fields)).toMatchObject(refused);
  });

  test('is found under its corrected number', async () => {
    const [before, after] = [applicant(), randomUUID()];
    const id = (await create(before)).body.id;
    await patch(service, id, { document_number: after });
    expect((await create({ ...before, document_number: after })).body.id).toBe(id);
    expect((await create(before)).body.created).toBe(true);
  });
});

describe('external_id', () => {
  test('is filled when it was empty, in a locked status too', async () => {
    const fields = applicant();
    const id = (await create(fields)).body.id;
    await decide(service, id, 'approved');
    const external_id = randomUUID();
    await create({ ...fields, external_id }, { 'x-actor-type': 'partner' });
    expect((await service('GET', profilePath(id))).body.external_id).toBe(external_id);
  });

  test('is 409 when another is stored, or another live record of the partner holds it', async () => {
    const external_id = randomUUID();
    const fields = applicant({ external_id });
    await create(fields);
    const taken = { status: 409, body: { code: 'external_id_taken' } };
    expect(await create({ ...fields, external_id: randomUUID() })).toMatchObject(taken);
    expect(await create(applicant({ external_id }))).toMatchObject(taken);
    const unnamed = applicant();
    const id = (await create(unnamed)).body.id;
    expect(await create({ ...unnamed, external_id })).toMatchObject(taken);
    expect(await patch(service, id, { external_id })).toMatchObject(taken);
    expect((await create(applicant({ external_id, partner: 'globex' }))).body.created).toBe(true);
  });

  test('is one applicant’s when two ask for it at once', async () => {
    const external_id = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(applicant({ external_id }))));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  });
});
