import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { connect, enrol, profilePath } from '../support/client.ts';
import { photo } from '../support/photo.ts';

/** The test looks at the moment when our hooks open the writing transaction. */
const PROBE = `module.exports = (e) => {
  const [file] = e.model.getUnsavedFiles?.('facial_photo') ?? [];
  if (!file) return;
  const files = e.app.newFilesystem();
  const isCopied = files.exists(e.model.baseFilesPath() + '/' + file.name);
  files.close();
  $os.writeFile(__hooks + '/seen.json', JSON.stringify({ isCopied, isInTransaction: e.app.isTransactional() }), 0o600);
};`;
const OPENING = 'transact(app, (tx)';

let directory: string;
let pocketbase: TestPocketBase;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ekyc-hooks-'));
  cpSync(join(import.meta.dirname, '../../../pocketbase/hooks'), directory, { recursive: true });
  writeFileSync(join(directory, 'probe.js'), PROBE);
  const opener = join(directory, 'lib/base/transaction.js');
  const parts = readFileSync(opener, 'utf8').split(OPENING);
  expect(parts).toHaveLength(2);
  writeFileSync(opener, parts.join(`require(__hooks + '/probe.js')(e);\n${OPENING}`));
  pocketbase = await startPocketBase({ hooksDir: directory });
});
afterAll(async () => {
  await pocketbase.stop();
  rmSync(directory, { recursive: true });
});

test('a file has been copied into the storage before the transaction that writes its name begins', async () => {
  const { service } = await connect(pocketbase);
  const id = await enrol(service);
  expect((await service('PATCH', profilePath(id), photo())).status).toBe(200);
  const seen = JSON.parse(readFileSync(join(directory, 'seen.json'), 'utf8'));
  expect(seen).toEqual({ isCopied: true, isInTransaction: false });
});
