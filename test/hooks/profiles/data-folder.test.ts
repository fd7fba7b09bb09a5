import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import {
  applicant,
  connect,
  decide,
  documentsOf,
  patch,
  profilePath,
  type Request,
  redact,
  send,
  upload,
} from '../support/client.ts';
import { marked, markedForm, storageOf, word } from '../support/marked.ts';
import { addPhoto, photo } from '../support/photo.ts';

let pb: TestPocketBase;
let service: Request;
let root: Request;

// A PocketBase of its own: the whole data folder is searched, and its database rewritten.
beforeAll(async () => {
  pb = await startPocketBase();
  ({ service, root } = await connect(pb));
});

afterAll(() => pb.stop());

const gone = { status: 410, body: { code: 'gone' } };
const create = async (fields: object) => (await service('POST', '/api/edge/profiles', fields)).body.id;

/** Every file below the data folder, as `strings` would see it. */
function* wholeFolder(dir = pb.dir): Generator<[string, string]> {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* wholeFolder(path);
    else yield [path, `${entry.name}\n${readFileSync(path, 'latin1')}`];
  }
}

const findings = (words: string[]) =>
  [...wholeFolder()].flatMap(([path, content]) =>
    words
      .filter((text) => content.includes(text) || content.includes(Buffer.from(text, 'utf16le').toString('latin1')))
      .map((text) => `${text} in ${path}`),
  );

/** The step that docs/operations.md names, and a wait for its end. */
async function scrub() {
  const database = new DatabaseSync(join(pb.dir, 'data.db'), { timeout: 10_000 });
  const done = () =>
    Number(
      database.prepare("SELECT COUNT(*) AS n FROM ekyc_state WHERE name = 'scrubbed' AND value >= ?").get(start)?.n,
    );
  const start = new Date().toISOString().replace('T', ' ');
  expect(await root('POST', '/api/crons/scrubErased')).toMatchObject({ status: 204 });
  await expect.poll(done, { timeout: 20_000 }).toBe(1);
  database.close();
}

/** What lies in the storage and belongs to no document that has a file, and what stayed staged. */
function stray(): unknown[] {
  const database = new DatabaseSync(join(pb.dir, 'data.db'), { timeout: 10_000, readOnly: true });
  const rows = database.prepare("SELECT id, state FROM documents WHERE file != ''").all();
  database.close();
  const ids = rows.map((row) => String(row.id));
  const files = [...wholeFolder(join(pb.dir, 'storage'))].map(([path]) => path);
  return [
    ...rows.filter(({ state }) => state === 'staged'),
    ...files.filter((path) => !ids.some((id) => path.includes(`/${id}/`))),
  ];
}

function refusedFile(filename: string): FormData {
  const refused = markedForm(filename);
  refused.set('facial_photo', new File(['plain text'], `${filename}.png`, { type: 'image/png' }));
  return refused;
}

/** The salt of each decision's evidence, and what recognises the applicant. */
function sealsOf(id: string): string[] {
  const database = new DatabaseSync(join(pb.dir, 'data.db'), { timeout: 10_000, readOnly: true });
  const salts = database.prepare('SELECT salt AS text FROM evidence WHERE profile = ?').all(id);
  const keys = database.prepare('SELECT dedupe_key AS text FROM profiles WHERE id = ?').all(id);
  database.close();
  return [...salts, ...keys].map(({ text }) => String(text));
}

describe('the data folder', () => {
  test('holds no word of an erased applicant once scrubbed, whatever was changed before', {
    timeout: 120_000,
  }, async () => {
    // SQLite moves a row that grows to another page. secure_delete does not reach the copy that stays behind.
    const filler = (length: number) => 'm'.repeat(Math.floor(Math.random() * length));
    const people: { id: string; words: string[]; full_name: string }[] = [];
    for (let count = 0; count < 150; count++) {
      const { fields, words } = marked();
      const id = await create({ ...fields, metadata: { tier: words.metadata, filler: filler(300) } });
      people.push({ id, words: Object.values(words), full_name: words.full_name });
    }
    for (let change = 0; change < 3; change++) {
      for (const person of people.toSorted(() => Math.random() - 0.5)) {
        const { words } = marked();
        const { full_name, document_number, email, external_id } = words;
        const metadata = { tier: words.metadata, filler: filler(500), more: filler(500), evenMore: filler(500) };
        await patch(service, person.id, { full_name, document_number, email, external_id, metadata });
        Object.assign(person, { full_name, words: [...person.words, ...Object.values(words)] });
      }
    }
    for (const [index, { id, words }] of people.slice(0, 20).entries()) {
      const [filename = '', text = '', other = ''] = [words.at(-1), words[4], words[5]];
      for (const size of [200 + index, 300 + index]) {
        words.push((await upload(service, id, markedForm(filename, 'facial_photo', size))).body.sha256);
      }
      await service('POST', `/api/edge/profiles/${id}/notes`, { text });
      await decide(service, id, 'approved', { reason: other, note: text });
      words.push(...sealsOf(id));
    }
    const [erased, kept] = [people.slice(0, 100), people.slice(100)];
    for (const { id } of erased) await redact(service, id);
    await scrub();
    expect(findings(erased.flatMap(({ words }) => words))).toEqual([]);
    // The search itself works: it finds the profiles that were kept.
    expect(new Set(findings(kept.map(({ full_name }) => full_name)).map((finding) => finding.split(' ')[0])).size).toBe(
      kept.length,
    );
  });

  test('is scrubbed of one applicant without a rewrite: each writing transaction overwrites what it deletes', async () => {
    const { fields, words } = marked();
    const id = await create(fields);
    const second = marked().words;
    const { full_name, document_number } = second;
    await patch(service, id, { full_name, document_number, metadata: {} });
    const document = (await upload(service, id, markedForm(words.filename, 'facial_photo', 999))).body;
    await decide(service, id, 'approved', { reason: words.reason });
    const kept = [document.sha256, ...sealsOf(id)];
    expect(kept).toHaveLength(3);
    await redact(service, id);
    const database = new DatabaseSync(join(pb.dir, 'data.db'), { timeout: 10_000 });
    await expect.poll(() => database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy).toBe(0);
    database.close();
    expect(statSync(join(pb.dir, 'data.db-wal')).size).toBe(0);
    const erased = [words.document_number, words.full_name, words.reason, words.filename, full_name, document_number];
    expect(findings([...erased, ...kept])).toEqual([]);
  });

  test('never has a personal value in PocketBase’s logs: not from a filter, a refused value, nor a refused file', async () => {
    const { fields, words } = marked();
    const id = await create(fields);
    const filter = (name: string, value: string) =>
      service('GET', `/api/collections/profiles/records?filter=${encodeURIComponent(`${name} = "${value}"`)}`);
    expect((await filter('external_id', words.external_id)).body.items).toHaveLength(1);
    await filter(`no_such_field = "${words.full_name}" && full_name`, words.full_name);
    await upload(service, id, markedForm(words.filename));
    const described = [...wholeFolder(join(pb.dir, 'storage'))].filter(([, content]) =>
      content.includes(words.filename),
    );
    expect(described).toEqual([]); // nor in what the storage notes about each file
    const refused: object[] = Object.keys(fields).map((name) => ({ [name]: `${words.full_name} `.repeat(20) }));
    refused.push({ document_type: words.full_name, country: words.full_name });
    for (const body of refused) {
      if (!('partner' in body)) expect((await patch(service, id, body)).status).toBe(422);
      const answer = await root('PATCH', profilePath(id), body);
      if (!('partner' in body)) expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    expect((await upload(service, id, refusedFile(words.filename))).status).toBe(415);
    await service('POST', '/api/edge/profiles', { ...fields, country: words.full_name, document_type: words.reason });
    await service('POST', '/api/edge/profiles', { ...applicant(), external_id: words.external_id });
    await service('POST', `/api/edge/profiles/${id}/notes`, { text: words.note.repeat(1000) });
    await decide(service, id, 'approved', { reason: words.reason.repeat(1000) });
    await decide(service, id, words.private);
    const marker = `/api/edge/${word('marker')}`;
    await service('GET', marker);
    // PocketBase writes its log every few seconds.
    const log = () =>
      ['auxiliary.db', 'auxiliary.db-wal'].map((name) => readFileSync(join(pb.dir, name), 'latin1')).join();
    await expect.poll(log, { timeout: 20_000 }).toContain(marker);
    for (const [name, text] of Object.entries(words)) expect(log().includes(text), name).toBe(false);
  });
});

describe('files', () => {
  test('of a racing upload are not left, and it is 410 or came first, in each of 50 rounds', {
    timeout: 120_000,
  }, async () => {
    let lost = 0;
    for (let round = 0; round < 50; round++) {
      const id = await create(applicant());
      const uploads = [0, 1].map((n) => upload(service, id, photo('facial_photo', 200_000 + round * 7000 + n)));
      await new Promise((resolve) => setTimeout(resolve, round % 10));
      const [erased, ...uploaded] = await Promise.all([redact(service, id), ...uploads]);
      expect(erased).toMatchObject({ status: 200, body: { redacted: true } });
      for (const answer of uploaded) {
        if (answer.status === 200) continue;
        expect(answer).toMatchObject(gone);
        lost++;
      }
      const documents = await documentsOf(service, id);
      expect(documents).toHaveLength(uploaded.filter(({ status }) => status === 200).length);
      for (const document of documents) expect(document).toMatchObject({ file: '', filename: '', size: 0, sha256: '' });
      expect(storageOf(pb.dir, documents)).toEqual([]);
    }
    expect(lost).toBeGreaterThan(5);
    await service('POST', '/api/edge/sweep', {});
    expect(stray()).toEqual([]);
  });

  test('of a form whose third one fails are not left', async () => {
    const id = await create(applicant());
    const form = addPhoto(addPhoto(photo('document_front'), 'document_back'), 'facial_photo', 200, { size: 201 });
    expect(await send(service, id, form)).toMatchObject({ status: 400 });
    expect(await send(service, id, addPhoto(photo('document_front'), 'selfie'))).toMatchObject({ status: 422 });
    expect(await documentsOf(service, id)).toEqual([]);
    expect(stray()).toEqual([]);
  });

  test('that previews and crashes left in the folder go as well', async () => {
    const id = await create(applicant());
    await upload(service, id, photo());
    const documents = await documentsOf(service, id);
    const [document = { id: '', collectionId: '', file: '' }] = documents;
    const { token } = (await root('POST', '/api/files/token')).body;
    await fetch(`${pb.url}/api/files/documents/${document.id}/${document.file}?thumb=100x100&token=${token}`);
    const folder = join(pb.dir, 'storage', document.collectionId, document.id);
    for (const name of ['facial_photo_orphan.png', 'facial_photo_half.png.17a.tmp', 'facial_photo_lost.png.attrs']) {
      writeFileSync(join(folder, name), 'x');
    }
    await redact(service, id);
    expect(storageOf(pb.dir, documents)).toEqual([]);
  });
});
