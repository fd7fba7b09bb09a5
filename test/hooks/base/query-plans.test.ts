import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPocketBase } from '../../support/pocketbase.ts';
import { applicant, connect } from '../support/client.ts';

// What a read, a create, an upload and an erasure ask of SQLite; the lists' plans stand in triggers.test.ts. A step that walks a table grows with it.
const pocketbase = await startPocketBase();
const database = new DatabaseSync(join(pocketbase.dir, 'data.db'), { timeout: 10_000, readOnly: true });

beforeAll(async () => {
  const { service } = await connect(pocketbase);
  await service('POST', '/api/edge/profiles', applicant());
});

afterAll(() => {
  database.close();
  return pocketbase.stop();
});

const newest = (columns: string) =>
  `SELECT ${columns} FROM status_history WHERE profile = 'x' ORDER BY seq DESC LIMIT 1`;

test.each([
  ['a profile', "SELECT * FROM profiles WHERE id = 'x' AND ('acme' = '*' OR partner = 'acme')", 'autoindex_profiles'],
  ['its latest status', "SELECT * FROM status_history WHERE id IN ('x')", 'autoindex_status_history'],
  ['the partner', "SELECT * FROM partners WHERE slug = 'acme'", 'idx_partners_slug'],
  [
    'a profile with its latest status',
    "SELECT h.seq FROM profiles p JOIN status_history h ON h.id = p.latest_status WHERE p.id = 'x'",
    'autoindex_status_history',
  ],
  [
    'the same applicant',
    "SELECT a.slug FROM profiles p JOIN partners a ON a.slug = p.partner WHERE p.dedupe_key != '' AND p.dedupe_key = 'x'",
    'idx_profiles_dedupe_key',
  ],
  [
    'the external_id',
    "SELECT 1 FROM profiles WHERE external_id != '' AND status != 'canceled' AND partner = 'acme' AND external_id = 'x'",
    'idx_profiles_external',
  ],
  ['the end of a history', newest('seq, "to"'), 'idx_status_history_seq (profile=?)'],
  ['the newest row of a status', newest('id, "to"'), 'idx_status_history_seq (profile=?)'],
  ['the next number of the outbox', "SELECT MAX(sequence) FROM events WHERE partner = 'acme'", 'idx_events_sequence'],
  [
    'the endpoints to tell',
    "SELECT id FROM webhook_endpoints WHERE partner = 'acme' AND enabled = TRUE",
    'idx_webhook_endpoints_partner',
  ],
  [
    'the current documents',
    "SELECT id FROM documents WHERE profile = 'x' AND state = 'current'",
    'idx_documents_current',
  ],
  [
    'the current one of a kind',
    "SELECT id FROM documents WHERE profile = 'x' AND kind = 'facial_photo' AND state = 'current'",
    'idx_documents_current (profile=? AND kind=?)',
  ],
  [
    'the bytes of a kind before',
    "SELECT sha256 FROM documents WHERE profile = 'x' AND kind = 'facial_photo' AND state != 'staged'",
    'idx_documents_version (profile=? AND kind=?)',
  ],
  [
    'a version',
    "SELECT id FROM documents WHERE profile = 'x' AND kind = 'facial_photo' AND version = 1 AND state != 'staged'",
    'idx_documents_version (profile=? AND kind=? AND version=?)',
  ],
  ['all documents', "SELECT * FROM documents WHERE profile = 'x' AND state IS NOT 'staged'", 'idx_documents_profile'],
  ['documents to empty', "UPDATE documents SET file = '' WHERE profile = 'x'", 'idx_documents_profile'],
  ['evidence to empty', "UPDATE evidence SET salt = '' WHERE profile = 'x'", 'idx_evidence_profile'],
  ['notes to empty', "UPDATE notes SET text = '' WHERE profile = 'x'", 'idx_notes_seq'],
  ['reasons to empty', "UPDATE status_history SET note = '' WHERE profile = 'x'", 'idx_status_history_seq'],
  ['the end of the audit log', 'SELECT MAX(seq) FROM audit_log', 'idx_audit_log_seq'],
  ['the changes since a place', 'SELECT seq FROM audit_log WHERE seq > 1 AND seq <= 2', 'idx_audit_log_seq'],
  [
    'a reading of this hour',
    "SELECT id FROM audit_log WHERE profile = 'x' AND created > 'y' AND action = 'profile.read' AND +actor_id = 'z' LIMIT 1",
    'idx_audit_log_profile (profile=? AND created>?)',
  ],
  ['an earlier request', `SELECT id FROM idempotency_keys WHERE "key" = 'x'`, 'idx_idempotency_keys_key'],
])('a request finds %s by an index', (_, sql, index) => {
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
  const details = steps.map(({ detail }) => String(detail));
  expect(details.join('\n')).toContain(index);
  for (const detail of details) expect(detail).toMatch(/^SEARCH /);
});
