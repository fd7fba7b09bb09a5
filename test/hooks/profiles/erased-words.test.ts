import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { connect, enrol, type Request, redact } from '../support/client.ts';
import { word } from '../support/marked.ts';

let pb: TestPocketBase;
let service: Request;
let root: Request;
let database: DatabaseSync;

// A PocketBase of its own: the whole data folder is searched, and its database rewritten.
beforeAll(async () => {
  pb = await startPocketBase();
  ({ service, root } = await connect(pb));
  database = new DatabaseSync(join(pb.dir, 'data.db'), { timeout: 10_000 });
});

afterAll(async () => {
  database.close();
  await pb.stop();
});

/** As names.js folds it. */
const newWord = () => word('word').toLowerCase();
const holds = (text: string) =>
  readdirSync(pb.dir, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name), 'latin1').includes(text),
  );

test('words of erased profiles, earlier ones too, are nowhere in the data folder once it is scrubbed', async () => {
  const erased: string[] = [];
  const kept: string[] = [];
  for (let count = 0; count < 40; count++) {
    const [first, second] = [newWord(), newWord()];
    const id = await enrol(service, { full_name: first });
    await service('PATCH', `/api/edge/profiles/${id}`, { full_name: second });
    if (count % 4 === 0) kept.push(second);
    else {
      erased.push(first, second);
      await redact(service, id);
    }
  }
  const start = new Date().toISOString().replace('T', ' ');
  expect(await root('POST', '/api/crons/scrubErased')).toMatchObject({ status: 204 });
  const scrubbed = database.prepare("SELECT value FROM ekyc_state WHERE name = 'scrubbed' AND value >= ?");
  await expect.poll(() => scrubbed.all(start), { timeout: 20_000 }).toHaveLength(1);
  expect(erased.filter(holds)).toEqual([]);
  // The search itself works: it finds those that were kept.
  expect(kept.filter(holds)).toEqual(kept);
});
