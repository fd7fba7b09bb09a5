import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startPocketBase } from '../../support/pocketbase.ts';
import { connect, decide, documentsOf, enrol, type Request, remove, upload } from '../support/client.ts';
import { photo } from '../support/photo.ts';
import { openFile } from '../support/sqlite.ts';

// As in triggers.test.ts: SQLite's file without hooks, of a PocketBase that no other test writes to.
const pocketbase = await startPocketBase();
const { database, run, copy } = openFile(pocketbase.dir);
let service: Request;
let id: string;
let versions: string[];
let decision: string;
let note: string;

beforeAll(async () => {
  ({ service } = await connect(pocketbase));
});

/** A profile in review: two versions of a photo, of which the second is current, a page that was removed, an earlier decision, a note. */
beforeEach(async () => {
  id = await enrol(service);
  for (const size of [200, 300]) await upload(service, id, photo('facial_photo', size));
  await upload(service, id, photo('document_front'));
  await remove(service, id, 'document_front');
  versions = (await documentsOf(service, id)).map((document) => document.id);
  decision = (await decide(service, id, 'approved')).body.row.id;
  await decide(service, id, 'in_review');
  note = (await service('POST', `/api/edge/profiles/${id}/notes`, { text: 'A note.' })).body.id;
});

afterAll(() => {
  database.close();
  return pocketbase.stop();
});

const STAGED = 'astaged00000000';
const erase = () => `UPDATE profiles SET redacted_at = '2026-01-01 00:00:00.000Z' WHERE id = '${id}';`;
const old = () => `id = '${versions[0]}'`;
const current = () => `id = '${versions[1]}'`;
const staged = () =>
  `INSERT ${copy('documents', current(), { id: `'${STAGED}'`, state: "'staged'", version: '3', sha256: "'x'" })};`;

describe('documents in the file', () => {
  test.each<[string, () => string]>([
    ['other bytes', () => `UPDATE documents SET sha256 = 'x' WHERE ${current()}`],
    ['another file', () => `UPDATE documents SET file = 'x.png' WHERE ${current()}`],
    ['another name', () => `UPDATE documents SET filename = 'x.png' WHERE ${old()}`],
    ['another size', () => `UPDATE documents SET size = 1 WHERE ${old()}`],
    ['another version', () => `UPDATE documents SET version = 9 WHERE ${old()}`],
    ['another profile', () => `UPDATE documents SET profile = 'x' WHERE ${current()}`],
    ['another kind', () => `UPDATE documents SET kind = 'document_back' WHERE ${current()}`],
    ['another author', () => `UPDATE documents SET uploader_id = 'x' WHERE ${current()}`],
    ['another id', () => `UPDATE documents SET id = 'another00000000' WHERE ${current()}`],
    ['another rowid', () => `UPDATE OR REPLACE documents SET rowid = rowid + 1000000 WHERE ${current()}`],
    ['the return of a superseded one', () => `UPDATE documents SET state = 'current' WHERE ${old()}`],
    ['the return of a removed one', () => `UPDATE documents SET state = 'current' WHERE id = '${versions[2]}'`],
    ['a way back to staged', () => `UPDATE documents SET state = 'staged' WHERE ${current()}`],
    ['DELETE', () => `DELETE FROM documents WHERE ${old()}`],
    ['DELETE of all', () => 'DELETE FROM documents'],
    [
      'INSERT of a current one',
      () => `INSERT ${copy('documents', current(), { id: "'another00000000'", version: '3' })}`,
    ],
    ['REPLACE by id', () => `REPLACE ${copy('documents', current(), { state: "'staged'" })}`],
    [
      'REPLACE by rowid',
      () => `REPLACE ${copy('documents', current(), { rowid: 'rowid', id: "'another00000000'", state: "'staged'" })}`,
    ],
    ['REPLACE by kind', () => `REPLACE ${copy('documents', current(), { id: "'another00000000'", version: '3' })}`],
    ['REPLACE by version', () => `REPLACE ${copy('documents', old(), { id: "'another00000000'" })}`],
    [
      'UPDATE OR REPLACE by kind',
      () => `${staged()} UPDATE OR REPLACE documents SET state = 'current' WHERE id = '${STAGED}'`,
    ],
    [
      'UPDATE OR REPLACE by version',
      () =>
        `${staged()} UPDATE documents SET state = 'removed' WHERE ${current()};
         UPDATE OR REPLACE documents SET state = 'current', version = 1 WHERE id = '${STAGED}'`,
    ],
  ])('refuse %s', (_, sql) => {
    expect(() => run(sql())).toThrow(/immutable|do not come back|never deleted|never replaced|begin as staged/);
  });

  test('let a staged one become current in the place of another, and be deleted', () => {
    expect(() =>
      run(
        `${staged()} UPDATE documents SET state = 'superseded' WHERE ${current()}; UPDATE documents SET state = 'current' WHERE id = '${STAGED}'`,
      ),
    ).not.toThrow();
    expect(() => run(`${staged()} DELETE FROM documents WHERE id = '${STAGED}'`)).not.toThrow();
  });

  test('let what is personal of an erased profile be emptied, and nothing else', () => {
    const empty = "UPDATE documents SET file = '', filename = '', size = 0, sha256 = ''";
    expect(() => run(`${erase()} ${empty} WHERE profile = '${id}'`)).not.toThrow();
    expect(() => run(`${empty} WHERE profile = '${id}'`)).toThrow('immutable');
    expect(() => run(`${erase()} UPDATE documents SET uploader_id = '' WHERE profile = '${id}'`)).toThrow('immutable');
  });

  test.each(['approved', 'rejected'])('are frozen in %s', async (status) => {
    await decide(service, id, status);
    for (const state of ['superseded', 'removed']) {
      expect(() => run(`UPDATE documents SET state = '${state}' WHERE ${current()}`)).toThrow('reopened before');
    }
    expect(() => run(`${staged()} UPDATE documents SET state = 'current' WHERE id = '${STAGED}'`)).toThrow();
  });
});

describe('a decided profile in the file', () => {
  const frozen = ['full_name', 'country', 'document_number', 'date_of_birth', 'email', 'phone', 'locale', 'metadata'];

  test.each([...frozen, 'document_type', 'evidence_version', 'level', 'level_name', 'level_version'])(
    'keeps its %s',
    async (column) => {
      await decide(service, id, 'approved');
      expect(() => run(`UPDATE profiles SET ${column} = '7' WHERE id = '${id}'`)).toThrow('reopened before');
    },
  );

  test('takes an external_id that it lacked, and no other', async () => {
    await decide(service, id, 'approved');
    const set = (value: string) => `UPDATE profiles SET external_id = '${value}' WHERE id = '${id}';`;
    expect(() => run(set('mine'))).not.toThrow();
    expect(() => run(set('mine') + set('other'))).toThrow('reopened before');
  });
});

describe('evidence in the file', () => {
  test.each<[string, () => string]>([
    ['UPDATE', () => `UPDATE evidence SET text = 'x' WHERE id = '${decision}'`],
    ['UPDATE that empties', () => `UPDATE evidence SET text = '', salt = '' WHERE id = '${decision}'`],
    ['UPDATE of rowid', () => `UPDATE OR REPLACE evidence SET rowid = rowid + 1000000 WHERE id = '${decision}'`],
    ['DELETE', () => `DELETE FROM evidence WHERE id = '${decision}'`],
    ['DELETE of all', () => 'DELETE FROM evidence'],
    ['REPLACE by id', () => `REPLACE ${copy('evidence', `id = '${decision}'`, { text: "'x'" })}`],
    [
      'REPLACE by rowid',
      () => `REPLACE ${copy('evidence', `id = '${decision}'`, { rowid: 'rowid', id: "'another00000000'" })}`,
    ],
  ])('refuses %s', (_, sql) => {
    expect(() => run(sql())).toThrow('append-only');
  });

  test('of an erased profile is emptied, and nothing else of it', () => {
    expect(() => run(`${erase()} UPDATE evidence SET salt = '', text = '' WHERE id = '${decision}'`)).not.toThrow();
    expect(() => run(`${erase()} UPDATE evidence SET salt = '', text = 'x' WHERE id = '${decision}'`)).toThrow();
    expect(() => run(`${erase()} UPDATE evidence SET salt = '', text = '', version = 9`)).toThrow('append-only');
  });

  test('stands behind each digest of the history', () => {
    const row = (changes: Record<string, string>) =>
      `INSERT ${copy('status_history', `id = '${decision}'`, {
        id: "'another00000000'",
        seq: '4',
        from: "'in_review'",
        ...changes,
      })};`;
    const evidence = (version: string) =>
      `INSERT ${copy('evidence', `id = '${decision}'`, { id: "'another00000000'", version })};`;
    const refused = 'names the evidence that it was made on';
    expect(() => run(row({}))).toThrow(refused);
    const version = String(database.prepare('SELECT evidence_version AS v FROM profiles WHERE id = ?').get(id)?.v);
    expect(() => run(evidence('1') + row({ evidence_version: '1' }))).toThrow(refused);
    expect(() => run(evidence(version) + row({}))).not.toThrow();
  });
});

describe('notes in the file', () => {
  test.each<[string, () => string]>([
    ['UPDATE', () => `UPDATE notes SET text = 'x' WHERE id = '${note}'`],
    ['UPDATE that empties', () => `UPDATE notes SET text = '' WHERE id = '${note}'`],
    ['UPDATE of rowid', () => `UPDATE OR REPLACE notes SET rowid = rowid + 1000000 WHERE id = '${note}'`],
    ['DELETE', () => `DELETE FROM notes WHERE id = '${note}'`],
    ['DELETE of all', () => 'DELETE FROM notes'],
    ['REPLACE by id', () => `REPLACE ${copy('notes', `id = '${note}'`, { seq: '2' })}`],
    ['REPLACE by seq', () => `REPLACE ${copy('notes', `id = '${note}'`, { id: "'another00000000'" })}`],
    [
      'REPLACE by rowid',
      () => `REPLACE ${copy('notes', `id = '${note}'`, { rowid: 'rowid', id: "'another00000000'", seq: '2' })}`,
    ],
    ['INSERT with a gap', () => `INSERT ${copy('notes', `id = '${note}'`, { id: "'another00000000'", seq: '3' })}`],
  ])('refuse %s', (_, sql) => {
    expect(() => run(sql())).toThrow(/append-only|continue their sequence/);
  });

  test('of an erased profile are emptied, and nothing else of them', () => {
    expect(() => run(`${erase()} UPDATE notes SET text = '' WHERE id = '${note}'`)).not.toThrow();
    expect(() => run(`${erase()} UPDATE notes SET text = '', actor_id = 'x' WHERE id = '${note}'`)).toThrow();
  });
});

test.each(['reviewers', 'partners', 'api_keys'])('nothing is deleted from %s', async (table) => {
  if (table !== 'partners') {
    const fields = database.prepare(`PRAGMA table_info(${table})`).all();
    const values = fields.map(({ name }) => (name === 'id' ? "'another00000000'" : `'${name}'`));
    database.exec(`INSERT INTO ${table} (${fields.map(({ name }) => `"${name}"`)}) VALUES (${values})`);
  }
  expect(() => run(`DELETE FROM ${table}`)).toThrow('never deleted');
});
