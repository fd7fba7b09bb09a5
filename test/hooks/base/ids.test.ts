import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import fields from '../../../pocketbase/hooks/lib/shared/fields.json' with { type: 'json' };
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { runChecks } from '../support/checks.ts';
import { asApplicant, connect, decide, enrol, makeLevel, type Request, submit, upload } from '../support/client.ts';
import { photo } from '../support/photo.ts';
import { openFile } from '../support/sqlite.ts';
import { addEndpoint } from '../support/webhook-client.ts';

const dir = mkdtempSync(join(tmpdir(), 'ekyc-cell-'));
let pb: TestPocketBase;
let service: Request;
let root: Request;

// Cell b, so that no letter stands here by chance.
beforeAll(async () => {
  pb = await startPocketBase({ dir, env: { CELL: 'b' } });
  ({ service, root } = await connect(pb));
});

afterAll(async () => {
  await pb.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** What a copy of the newest row needs so that only its id can be wrong. */
const CHANGES: Record<string, Record<string, string>> = {
  audit_log: { seq: 'seq + 1' },
  documents: { state: "'staged'" },
  events: { sequence: 'sequence + 1' },
  idempotency_keys: { key: "'x'" },
  levels: { version: 'version + 1' },
  notes: { seq: 'seq + 1' },
  partners: { slug: "'other'" },
  profiles: { latest_status: "'bhistory0000000'", dedupe_key: "''", external_id: "''" },
  reviewers: { email: "'x'", tokenKey: "'x'" },
  services: { email: "'x'", tokenKey: "'x'" },
  status_history: { seq: 'seq + 1', from: '"to"', evidence_sha256: "''" },
};

describe('an id', () => {
  test('begins with the letter of its cell, in every collection and through every door', async () => {
    const partner = 'letters';
    await addEndpoint(service, partner);
    const consent = { version: '1', url: 'https://acme.example/privacy', text: { en: 'I agree.' } };
    const spec = { consent, checks: ['document_reuse'], photo_reuse: true, optional: ['facial_photo'] };
    await makeLevel(service, { partner, name: 'default', ...spec });
    const id = await enrol(service, { partner });
    for (const kind of ['document_front', 'facial_photo']) await upload(service, id, photo(kind));
    await service('POST', `/api/edge/profiles/${id}/consent`, { version: '1', locale: 'en' }, asApplicant(id));
    await submit(service, id, asApplicant(id));
    await runChecks(service, partner, { document_reuse: { photo_hash: '0123456789abcdef' } });
    await service('POST', `/api/edge/profiles/${id}/notes`, { text: 'x' });
    const headers = { 'x-idempotency-key': 'a'.repeat(64), 'x-idempotency-body': 'a'.repeat(64) };
    await decide(service, id, 'approved', {}, headers);
    const password = 'a long password';
    const account = { email: 'b@ekyc.example', password, passwordConfirm: password, name: 'B', active: true };
    await root('POST', '/api/collections/reviewers/records', account);
    await root('POST', '/api/collections/_superusers/records', account);
    const key = { id: (await service('GET', '/api/edge/ids')).body.id, digest: 'f'.repeat(64), prefix: 'ek_live_x' };
    const made = { ...key, partner, name: 'K', scopes: ['profiles:read'] };
    expect(await service('POST', '/api/edge/keys', made)).toMatchObject({ status: 200 });

    const { database } = openFile(dir);
    for (const table of [...Object.keys(fields), '_superusers']) {
      const ids = database.prepare(`SELECT id FROM ${table}`).all();
      expect([table, ids.length]).not.toEqual([table, 0]);
      for (const row of ids) expect([table, row.id]).toEqual([table, expect.stringMatching(/^b[a-z0-9]{14}$/)]);
    }
    database.close();
  });

  test.each(Object.keys(fields))('of another letter is refused in the file: %s', (table) => {
    const { database, run, copy } = openFile(dir);
    const insert = (id: string) => {
      const row = copy(table, 'TRUE ORDER BY rowid DESC LIMIT 1', { ...CHANGES[table], id: `'${id}'` });
      if (table !== 'profiles') return `INSERT ${row}`;
      const begin = { id: "'bhistory0000000'", profile: `'${id}'`, seq: '1', from: "''", evidence_sha256: "''" };
      return `INSERT ${copy('status_history', 'TRUE ORDER BY rowid DESC LIMIT 1', begin)}; INSERT ${row}`;
    };
    expect(() => run(insert('bnother00000000'))).not.toThrow();
    expect(() => run(insert('another00000000'))).toThrow('ids begin with the letter of the cell');
    database.close();
  });

  test('of another letter makes no key', async () => {
    const key = { id: 'another00000000', digest: 'e'.repeat(64), prefix: 'ek_live_x', name: 'K' };
    const answer = await service('POST', '/api/edge/keys', { ...key, partner: 'letters', scopes: ['profiles:read'] });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await service('GET', `/api/edge/keys/${key.id}`)).toMatchObject({ status: 404 });
  });
});

describe('a start', () => {
  const wordsOf = async (CELL: string, data = dir) => {
    const error = await startPocketBase({ dir: data, env: { CELL } }).catch((reason: Error) => reason);
    if (!(error instanceof Error)) await error.stop();
    return String(error).split('\n').slice(1);
  };

  test('as another cell is refused with one line', async () => {
    await pb.stop();
    const [line, ...others] = await wordsOf('c');
    expect(line).toContain('CELL is c, but this data is that of cell b.');
    expect(others.filter(Boolean)).toEqual([]);
    pb = await startPocketBase({ dir, env: { CELL: 'b' } });
  });

  test.each(['B', 'ab', '1'])('as cell %j is refused: a cell is one letter', async (CELL) => {
    const fresh = mkdtempSync(join(tmpdir(), 'ekyc-cell-'));
    expect((await wordsOf(CELL, fresh)).join('\n')).toContain('CELL takes one letter from a to z.');
    rmSync(fresh, { recursive: true, force: true });
  });
});
