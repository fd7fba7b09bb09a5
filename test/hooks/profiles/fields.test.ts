import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import columns from '../../../pocketbase/hooks/lib/shared/fields.json' with { type: 'json' };
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { file } from '../../support/samples.ts';
import { runChecks } from '../support/checks.ts';
import {
  applicant,
  asApplicant,
  asReviewer,
  connect,
  decide,
  makeLevel,
  patch,
  type Request,
  redact,
  upload,
} from '../support/client.ts';
import { photo, sha256 } from '../support/photo.ts';
import { openFile } from '../support/sqlite.ts';
import { addEndpoint, claim, conclude } from '../support/webhook-client.ts';

type Kind = 'kept' | 'personal' | 'deleted';
const table: Record<string, Record<string, string>> = columns;
const partner = 'fields';
let pb: TestPocketBase;
let service: Request;
let opened: ReturnType<typeof openFile>;

// A PocketBase of its own: the test looks at every row.
beforeAll(async () => {
  pb = await startPocketBase();
  ({ service } = await connect(pb));
  opened = openFile(pb.dir);
});

afterAll(async () => {
  opened.database.close();
  await pb.stop();
});

const columnsOf = (kind: Kind) =>
  Object.entries(table).flatMap(([name, of]) =>
    Object.keys(of)
      .filter((column) => of[column] === kind)
      .map((column) => [name, column] as const),
  );

/** A profile that has something in each personal column, and its number. */
async function fill(document_number: string) {
  const consent = { version: '1', url: 'https://acme.example/consent', text: { vi: 'Tôi đồng ý.' } };
  const { name: level } = await makeLevel(service, { partner, consent });
  const fields = {
    ...applicant({
      partner,
      level,
      document_number,
      date_of_birth: '1990-04-30',
      email: 'anh@example.com',
      locale: 'vi',
    }),
    phone: '+84901234567',
    external_id: `theirs-${document_number}`,
    metadata: { tier: 'gold' },
  };
  const { id } = (await service('POST', '/api/edge/profiles', fields)).body;
  for (const size of [200, 300]) await upload(service, id, photo('document_front', size));
  await service('POST', `/api/edge/profiles/${id}/consent`, { version: '1', locale: 'vi' }, asApplicant(id));
  await service('POST', `/api/edge/profiles/${id}/notes`, { text: 'A note.' });
  await decide(service, id, 'pending');
  await runChecks(service, partner, {
    document_text: { facts: { expires_on: '2099-01-01' }, scores: { weakest: 1 } },
  });
  const headers = { 'x-idempotency-key': sha256(id), 'x-idempotency-body': sha256(id) };
  await decide(service, id, 'rejected', { reason: 'A reason.', note: 'A remark.' }, headers);
  await decide(service, id, 'in_review');
  await decide(service, id, 'resubmission_requested', { kinds: ['facial_photo'] }, asReviewer());
  await patch(service, id, { full_name: 'Another Name' });
  for (const delivery of await claim(service)) {
    await conclude(service, delivery, { outcome: 'succeeded', excerpt: 'An answer.' });
  }
  return id;
}

const rowsOf = (name: string, id: string) => {
  const where: Record<string, string> = {
    profiles: 'id = ?',
    webhook_deliveries: 'event IN (SELECT id FROM events WHERE profile = ?)',
  };
  return opened.database.prepare(`SELECT * FROM ${name} WHERE ${where[name] ?? 'profile = ?'}`).all(id);
};
/** The collections that hold something of a profile. */
const CONCERNED = Object.keys(table).filter(
  (name) => ['profiles', 'webhook_deliveries'].includes(name) || Object.hasOwn(table[name] ?? {}, 'profile'),
);
const isEmpty = (value: unknown) => ['', 0, null].includes(value as string);

describe('fields.json', () => {
  test('says of every column of every collection what an erasure does to it', () => {
    const stored = opened.database.prepare('SELECT name, fields FROM _collections WHERE NOT system').all();
    const known = stored.map(({ name, fields }) => [
      String(name),
      (JSON.parse(String(fields)) as { name: string }[]).map((field) => field.name).sort(),
    ]);
    const said = Object.entries(table).map(([name, of]) => [name, Object.keys(of).sort()]);
    expect(Object.fromEntries(said)).toEqual(Object.fromEntries(known));
    for (const [name, of] of Object.entries(table)) {
      const live = opened.database.prepare(`PRAGMA table_info(${name})`).all();
      expect(live.map((column) => String(column.name)).sort()).toEqual(Object.keys(of).sort());
    }
    const kinds = new Set(Object.values(table).flatMap((of) => Object.values(of)));
    expect(kinds).toEqual(new Set(['kept', 'personal', 'deleted']));
  });

  test('names what a redaction empties, each of which was filled, and what it keeps', async () => {
    await addEndpoint(service, partner, { events: ['*'] });
    const id = await fill('FILLED');
    const before = Object.fromEntries(CONCERNED.map((name) => [name, rowsOf(name, id)]));
    for (const [name, column] of columnsOf('personal')) {
      const values = before[name]?.map((row) => row[column]) ?? [];
      expect([name, column, values.every(isEmpty)]).toEqual([name, column, false]);
    }
    expect(before.idempotency_keys).toHaveLength(1);
    await redact(service, id);

    for (const [name, column] of columnsOf('personal')) {
      for (const row of rowsOf(name, id)) expect([name, column, isEmpty(row[column])]).toEqual([name, column, true]);
    }
    expect(rowsOf('idempotency_keys', id)).toEqual([]);
    const moved = ['updated', 'revision', 'redacted_at', 'files_due', 'claimed_by', 'claimed_until'];
    for (const [name, column] of columnsOf('kept').filter(([, column]) => !moved.includes(column))) {
      const rows = before[name] ?? [];
      const after = new Map(rows.length > 0 ? rowsOf(name, id).map((row) => [row.id, row]) : []);
      for (const row of rows) expect([name, column, after.get(row.id)?.[column]]).toEqual([name, column, row[column]]);
    }
  });
});

test('after a redaction no digest that is left leads back to a number or a file', async () => {
  const numbers = Array.from({ length: 10_000 }, (_, index) => String(index));
  const number = '7342';
  const id = await fill(number);
  const digestsIn = () => {
    const found = new Set<string>();
    for (const name of Object.keys(table)) {
      for (const row of opened.database.prepare(`SELECT * FROM ${name}`).all()) {
        for (const [digest] of JSON.stringify(row).matchAll(/[0-9a-f]{64}/g)) found.add(digest);
      }
    }
    return found;
  };
  const salts = () => [
    '',
    ...opened.database
      .prepare('SELECT salt FROM evidence')
      .all()
      .map(({ salt }) => String(salt)),
  ];
  const texts = opened.database.prepare('SELECT text FROM evidence WHERE profile = ?').all(id);
  const [text] = texts.map((row) => String(row.text));
  expect(text).toContain(`document_number "${number}"`);
  /** All that somebody who has the file could think of: the number alone, each text with each salt that is there, each file. */
  const guesses = () => {
    const lines = numbers.map(
      (each) => text?.replace(`document_number "${number}"`, `document_number "${each}"`) ?? '',
    );
    const candidates = [...numbers, ...lines, ...numbers.map((each) => `${partner}VNpassport${each}`)];
    const tried = salts().flatMap((salt) => candidates.map((each) => hash(salt + each)));
    return new Set([...tried, ...[200, 300].map((size) => sha256(file('image/png', size)))]);
  };
  const hits = (digests: Set<string>, tried: Set<string>) => [...digests].filter((digest) => tried.has(digest));

  // The search itself works: before, it finds both files and the evidence.
  expect(hits(digestsIn(), guesses())).toHaveLength(3);
  const erased = opened.database.prepare('SELECT dedupe_key FROM profiles WHERE id = ?').get(id);
  await redact(service, id);
  const left = digestsIn();
  expect(left.size).toBeGreaterThan(0);
  expect(hits(left, guesses())).toEqual([]);
  expect(left).not.toContain(erased?.dedupe_key); // DEDUPE_SECRET would lead back from it
});

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
