import * as z from 'zod';
import { invalidField } from '../lib/validation-problem.ts';
import { ID_PATTERN } from '../schemas/common.ts';
import type { PocketBaseClient } from './client.ts';
import { type Condition, isExact, where } from './filter.ts';
import { listOf } from './records/common.ts';

interface Page {
  limit: number;
  cursor?: string | undefined;
}

/**
 * One page by keyset over (`created`, `id`), neither of which ever changes: a record that is inserted or updated meanwhile moves no other.
 * @throws ApiProblem `validation_failed` when the cursor is none of ours
 */
export async function listNewestFirst<T extends z.ZodType<{ id: string; created: string }>>(
  pb: PocketBaseClient,
  collection: string,
  schema: T,
  { limit, cursor }: Page,
  { conditions, fields }: { conditions: Condition[]; fields?: readonly string[] },
): Promise<{ items: z.output<T>[]; next_cursor: string | null }> {
  const filter = [where(conditions), after(cursor)].filter(Boolean).join(' && ');
  const items = await readRows(pb, collection, schema, {
    ...(filter && { filter }),
    ...(fields && { fields: fields.join(',') }),
    sort: '-created,-id',
    perPage: String(limit + 1),
  });
  const shown = items.slice(0, limit);
  const last = items.length > limit ? shown.at(-1) : undefined;
  return { items: shown.filter((row) => isExact(row, conditions)), next_cursor: last ? encodeCursor(last) : null };
}

/**
 * One page, oldest first, by the profile's own sequence: rows can share a millisecond. The cursor is the last sequence number seen.
 * @throws ApiProblem `validation_failed` when the cursor is none of ours
 */
export async function listBySequence<T extends z.ZodType<{ seq: number }>>(
  pb: PocketBaseClient,
  collection: string,
  schema: T,
  filter: string,
  { limit, cursor }: Page,
): Promise<{ items: z.output<T>[]; next_cursor: string | null }> {
  const seen = Sequence.safeParse(cursor);
  if (!seen.success) throw foreignCursor();
  const query = { filter: `${filter} && seq > ${seen.data}`, sort: 'seq', perPage: String(limit + 1) };
  const items = await readRows(pb, collection, schema, query);
  const shown = items.slice(0, limit);
  return { items: shown, next_cursor: items.length > limit ? String(shown.at(-1)?.seq) : null };
}

/** The newest first, and whether there are earlier ones. `limit`: up to 999, as PocketBase lists 1000. */
export async function newestBySequence<T extends z.ZodType<{ seq: number }>>(
  pb: PocketBaseClient,
  collection: string,
  schema: T,
  filter: string,
  limit: number,
): Promise<{ items: z.output<T>[]; hasEarlier: boolean }> {
  const items = await readRows(pb, collection, schema, { filter, sort: '-seq', perPage: String(limit + 1) });
  return { items: items.slice(0, limit), hasEarlier: items.length > limit };
}

/** An RFC 3339 time as PocketBase writes it. */
export function pocketBaseTime(time: string | undefined): string | undefined {
  return time?.replace('T', ' ');
}

async function readRows<T extends z.ZodType>(
  pb: PocketBaseClient,
  collection: string,
  schema: T,
  query: Record<string, string>,
): Promise<z.output<T>[]> {
  const path = `/api/collections/${collection}/records`;
  return (await pb.call(listOf(schema), path, { query: { ...query, skipTotal: '1' } })).items;
}

/** The range comes first, so that SQLite enters the index at the cursor: with the alternatives alone it reads from the start. */
function after(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const { created, id } = decodeCursor(cursor);
  return `created <= '${created}' && (created < '${created}' || id < '${id}')`;
}

const Sequence = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0);
const POSITION = /^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}Z)([a-z0-9]{15})$/;
const encoder = new TextEncoder();

/** A place in a list by (`created`, `id`), for a caller to come back to. */
export function encodeCursor({ created, id }: { created: string; id: string }): string {
  return encoder.encode(created.replace('T', ' ') + id).toBase64({ alphabet: 'base64url', omitPadding: true });
}

/** @throws ApiProblem `validation_failed` when the cursor is none of ours */
export function decodeCursor(cursor: string): { created: string; id: string } {
  const [, created, id] = POSITION.exec(decode(cursor)) ?? [];
  if (!created || !id || !ID_PATTERN.test(id)) throw foreignCursor();
  return { created, id };
}

function decode(cursor: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(cursor, { alphabet: 'base64url' }));
  } catch {
    return '';
  }
}

function foreignCursor() {
  return invalidField('/cursor', 'Not a cursor of this list');
}
