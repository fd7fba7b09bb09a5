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
  [
    'the checks of a type that are due',
    "SELECT id FROM checks WHERE status = 'pending' AND type = 't' AND provider = 'builtin' AND next_attempt_at <= 'now' AND locked_until <= 'now' AND lost <= 5 ORDER BY next_attempt_at LIMIT 5",
    'idx_checks_due (type=? AND provider=? AND next_attempt_at<?)',
  ],
  [
    'what a runner holds',
    "SELECT COUNT(*) FROM checks WHERE held_by = 'x' AND status = 'pending' AND locked_until != '' AND locked_until > 'now'",
    'idx_checks_held (held_by=? AND locked_until>?)',
  ],
  [
    'checks that were given out too often',
    "SELECT id FROM checks WHERE status = 'pending' AND lost > 5 AND locked_until <= 'now' LIMIT 100",
    'idx_checks_lost',
  ],
  [
    'a page of checks',
    "SELECT id FROM checks WHERE profile = 'x' AND created <= 'y' AND (created < 'y' OR id < 'z') ORDER BY created DESC, id DESC LIMIT 20",
    'idx_checks_profile (profile=? AND created<?)',
  ],
  [
    'checks to supersede',
    "UPDATE checks SET status = 'superseded' WHERE profile = 'x' AND status = 'pending'",
    'idx_checks_profile (profile=?)',
  ],
  [
    'the same file',
    "SELECT profile FROM documents WHERE sha256 != '' AND sha256 = 'x' AND state != 'staged'",
    'idx_documents_sha256',
  ],
  [
    'numbers that look alike',
    "SELECT id FROM profiles WHERE number_skeleton != '' AND number_skeleton = 'x' AND id != 'y'",
    'idx_profiles_skeleton',
  ],
  [
    'photos with an equal band',
    "SELECT hash FROM photo_hashes WHERE partner = 'acme' AND band2 = 4660",
    'idx_photo_hashes_band2 (partner=? AND band2=?)',
  ],
  [
    'documents that expire',
    "SELECT id FROM profiles WHERE expires_on != '' AND status = 'approved' AND expires_on <= '2027-01-01'",
    'idx_profiles_expiring (status=? AND expires_on<?)',
  ],
  [
    'the profiles of an outcome',
    "SELECT id FROM profiles WHERE partner = 'acme' AND checks_outcome = 'fail' AND redacted_at = '' ORDER BY created DESC, id DESC LIMIT 20",
    'idx_profiles_partner_outcome (partner=? AND checks_outcome=?)',
  ],
  [
    'the vendors’ events of last week',
    "SELECT id FROM ekyc_callbacks WHERE created < 'x' LIMIT 10",
    'idx_ekyc_callbacks_created',
  ],
])('a request finds %s by an index', (_, sql, index) => {
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
  const details = steps.map(({ detail }) => String(detail));
  expect(details.join('\n')).toContain(index);
  for (const detail of details) expect(detail).toMatch(/^SEARCH /);
});
