/**
 * Many profiles in a moment, written into the file of a PocketBase that is not running. Triggers and indexes stay on, so what comes out is
 * what PocketBase could have made: each profile has its history, its events in sequence, the words of its name, and the digest by which it is recognised.
 */
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { nameOf, wordsOf } from './names.ts';

/** Half of the profiles are this partner's; the rest belong to a hundred others. */
export const PARTNER = 'bench';
const SPREAD_DAYS = 90;
const ROWS_PER_BATCH = 50_000;

export const documentNumber = (i: number) => `S${i}`;
const partnerOf = `CASE WHEN i % 2 = 0 THEN '${PARTNER}' ELSE 'partner-' || (i / 2 % 100) END`;
/** As hooks/lib/base/ids.js forms them, for the cell `a`. */
const randomId = "'a' || lower(hex(randomblob(7)))";

export function seed(dir: string, dedupeSecret: string, count: number): void {
  const db = new DatabaseSync(join(dir, 'data.db'));
  db.function('recognise', (partner, number) =>
    createHmac('sha256', dedupeSecret)
      .update(dedupeParts(String(partner), String(number)))
      .digest('hex'),
  );
  db.function('name_of', (i) => nameOf(Number(i)));
  db.function('words_of', (name) => JSON.stringify(wordsOf(String(name))));
  // Of a file that a crash spoils another one is made. PocketBase puts the journal back to WAL.
  db.exec(
    'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -1000000',
  );
  db.exec(`INSERT INTO partners (id, slug, name, active, created, updated)
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
    SELECT ${randomId}, slug, 'seeded', TRUE, ${ago('0')}, ${ago('0')} FROM (SELECT DISTINCT ${partnerOf} AS slug FROM n)`);
  for (let from = 0; from < count; from += ROWS_PER_BATCH) {
    insert(db, from, Math.min(from + ROWS_PER_BATCH, count), count);
  }
  db.close();
}

/** Every third was submitted by its applicant. */
const IS_SUBMITTED = 'i % 3 = 0';

function insert(db: DatabaseSync, from: number, to: number, count: number): void {
  const created = ago(`(${count} - i) * ${SPREAD_DAYS * 86_400} / ${count}`);
  db.exec(`BEGIN;
    CREATE TEMP TABLE seeds AS
      WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${to})
      SELECT i, ${randomId} AS id, ${randomId} AS enrolled, ${randomId} AS submitted, ${partnerOf} AS partner, ${created} AS created FROM n;
    INSERT INTO status_history (id, profile, seq, "from", "to", actor_type, actor_id, request_id, created)
      SELECT enrolled, id, 1, '', 'unverified', 'partner', partner, 'seed', created FROM seeds;
    INSERT INTO status_history (id, profile, seq, "from", "to", actor_type, actor_id, request_id, created)
      SELECT submitted, id, 2, 'unverified', 'pending', 'applicant', id, 'seed', created FROM seeds WHERE ${IS_SUBMITTED};
    INSERT INTO profiles (id, partner, status, latest_status, full_name, country, document_type, document_number, date_of_birth, email,
        phone, external_id, locale, metadata, dedupe_key, evidence_version, missing, asked, level_name, level_version, revision,
        status_since, created, updated)
      SELECT id, partner, iif(${IS_SUBMITTED}, 'pending', 'unverified'), iif(${IS_SUBMITTED}, submitted, enrolled), name_of(i),
        'VN', 'passport', 'S' || i, '1990-04-30', 'minh' || i || '@example.com', '+84901234567', 'customer-' || i, 'vi', '{"tier":"gold"}',
        recognise(partner, 'S' || i), 1, '["document_front","facial_photo"]', '[]', 'default', 1, 1, created, created, created
      FROM seeds;
    INSERT INTO name_words (id, partner, word, profile, created)
      SELECT ${randomId}, s.partner, w.value, s.id, s.created FROM seeds s, json_each(words_of(name_of(s.i))) w;
    INSERT INTO events (id, partner, sequence, type, profile, data, created)
      SELECT ${randomId}, partner, sequence, type, profile, data, created FROM (
        SELECT e.*, row_number() OVER (PARTITION BY e.partner ORDER BY i, e.type)
          + (SELECT IFNULL(MAX(sequence), 0) FROM events WHERE partner = e.partner) AS sequence
        FROM (
          SELECT i, partner, id AS profile, created, 'profile.created' AS type,
            json_object('profile_id', id, 'to', 'unverified') AS data FROM seeds
          UNION ALL
          SELECT i, partner, id, created, 'profile.status_changed',
            json_object('profile_id', id, 'from', 'unverified', 'to', 'pending') FROM seeds WHERE ${IS_SUBMITTED}
        ) e ORDER BY i, e.type);
    DROP TABLE seeds;
    COMMIT`);
}

/** PocketBase's spelling of a time, so many seconds ago. */
function ago(seconds: string): string {
  return `strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-' || (${seconds}) || ' seconds')`;
}

function dedupeParts(partner: string, number: string): string {
  return [partner, 'VN', 'passport', number].map((part) => `${part.length}:${part}`).join('');
}

/** Ids of the partner's profiles, evenly from old to new. */
export function sampleIds(dir: string, count: number): string[] {
  const db = new DatabaseSync(join(dir, 'data.db'), { readOnly: true });
  const total = Number(db.prepare('SELECT COUNT(*) AS n FROM profiles').get()?.n);
  const numbers = Array.from({ length: count }, (_, k) => documentNumber(Math.floor((k * total) / count / 2) * 2));
  const find = db.prepare('SELECT id FROM profiles WHERE external_id = ?');
  const ids = numbers.map((number) => String(find.get(number.replace('S', 'customer-'))?.id));
  db.close();
  return ids;
}
