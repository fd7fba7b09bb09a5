import { statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { file } from '../../support/samples.ts';
import { connect, documentsOf, enrol, type Request } from '../support/client.ts';
import { sha256 } from '../support/photo.ts';

const SIZE = 3_000_000;
const BOUNDARY = 'file-copy-test';
let pocketbase: TestPocketBase;
let service: Request;
let token: string;
let database: DatabaseSync;

// A PocketBase of its own: the test holds the writer.
beforeAll(async () => {
  pocketbase = await startPocketBase();
  ({ service, serviceToken: token } = await connect(pocketbase));
  database = new DatabaseSync(join(pocketbase.dir, 'data.db'), { timeout: 0 });
});
afterAll(async () => {
  database.close();
  await pocketbase.stop();
});

/** A form that the test sends piece by piece. */
function openForm(id: string) {
  const headers = {
    authorization: token,
    'x-partner': '*',
    'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
  };
  const sent = request({ port: pocketbase.port, method: 'POST', path: `/api/edge/profiles/${id}/form`, headers });
  const status = new Promise<number>((resolve, reject) => {
    sent.on('response', (response) => resolve(response.resume().statusCode ?? 0)).on('error', reject);
  });
  const part = (name: string, filename = '') =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${filename && `; filename="${filename}"`}\r\n\r\n`;
  return {
    status,
    send: (text: string | Buffer) => new Promise<void>((resolve) => sent.write(text, () => resolve())),
    end: () => sent.end(`--${BOUNDARY}--\r\n`),
    abort: () => sent.destroy(),
    part,
  };
}

const bytesOnDisk = async (id: string) =>
  (await documentsOf(service, id)).map(({ id, collectionId, file }) => {
    try {
      return statSync(join(pocketbase.dir, 'storage', collectionId, id, file)).size;
    } catch {
      return 0;
    }
  });

test.each([
  ['one file', ['facial_photo']],
  ['several files', ['document_front', 'document_back', 'facial_photo']],
])('no file is copied while the writer is held: %s', async (_, kinds) => {
  const id = await enrol(service, { document_type: 'id_card' });
  const form = openForm(id);
  const bytes = file('image/png', SIZE);
  const facts = { filename: 'a.png', content_type: 'image/png', size: SIZE, sha256: sha256(bytes) };
  const staged = async () => (await documentsOf(service, id)).filter(({ state }) => state === 'staged').length;
  for (const [index, kind] of kinds.entries()) {
    await form.send(form.part(kind, 'photo.png'));
    await form.send(bytes.subarray(0, SIZE / 2));
    await expect.poll(staged).toBe(index + 1);
    // In the middle of a file the writer is free: for another process, and for PocketBase.
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    expect(await enrol(service)).toBeTruthy();
    await form.send(bytes.subarray(SIZE / 2));
    await form.send(`\r\n${form.part(`${kind}_meta`)}${JSON.stringify(facts)}\r\n`);
  }
  await expect.poll(() => bytesOnDisk(id)).toEqual(kinds.map(() => SIZE));

  // The form ends while somebody has the writer: all files lie there already, and only their rows wait.
  database.exec('BEGIN IMMEDIATE');
  form.end();
  const later = await Promise.race([form.status, documentsOf(service, id)]);
  expect(later).toMatchObject(kinds.map((kind) => ({ kind, state: 'staged' })));
  database.exec('ROLLBACK');
  expect(await form.status).toBe(200);
  expect(await documentsOf(service, id)).toMatchObject(kinds.map((kind) => ({ kind, state: 'current', size: SIZE })));
});

test('a form that breaks off leaves no row and no file', async () => {
  const id = await enrol(service);
  const form = openForm(id);
  await form.send(form.part('document_front', 'photo.png'));
  await form.send(file('image/png', SIZE));
  await form.send(`\r\n${form.part('facial_photo', 'photo.png')}`);
  await form.send(file('image/png', SIZE));
  await expect.poll(() => documentsOf(service, id)).toHaveLength(2);
  const documents = await documentsOf(service, id);
  form.abort();
  await expect(form.status).rejects.toThrow();
  await expect.poll(() => documentsOf(service, id)).toEqual([]);
  for (const { id, collectionId } of documents) {
    expect(() => statSync(join(pocketbase.dir, 'storage', collectionId, id))).toThrow('ENOENT');
  }
});
