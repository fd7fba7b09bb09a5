import * as z from 'zod';
import { type Caller, seesPrivate } from '../auth/caller.ts';
import { ApiProblem } from '../lib/problem.ts';
import type { Idempotency, PocketBaseClient } from '../pocketbase/client.ts';
import { listOf, NoteAnswer, NoteRow, StatusAnswer, StatusRow } from '../pocketbase/records.ts';
import type { PageQuery } from '../schemas/common.ts';
import type { ChangeStatusBody, Note, StatusChange } from '../schemas/status.ts';

/**
 * Moves the profile; `changed: false` when it is in that status already.
 * @throws ApiProblem `status_conflict` when the status is not the expected one, or (with `claimed_by`) when another reviewer's claim
 * holds and was to be respected
 */
export function changeStatus(
  pb: PocketBaseClient,
  id: string,
  { status, ...body }: ChangeStatusBody & { respect_claim?: boolean },
  idempotency?: Idempotency,
) {
  const path = `/api/edge/profiles/${id}/status`;
  return pb.call(StatusAnswer, path, { method: 'POST', body: { to: status, ...body }, idempotency });
}

export async function createNote(pb: PocketBaseClient, id: string, text: string, idempotency?: Idempotency) {
  const path = `/api/edge/profiles/${id}/notes`;
  const { replayed, ...row } = await pb.call(NoteAnswer, path, { method: 'POST', body: { text }, idempotency });
  return { row, replayed };
}

const historyOf = (id: string) => `profile = "${id}"`;
/** Unlike the history, notes end with the profile. */
const notesOf = (id: string) => `profile = "${id}" && profile.redacted_at = ''`;

export function listHistory(pb: PocketBaseClient, id: string, query: PageQuery) {
  return listBySequence(pb, 'status_history', StatusRow, historyOf(id), query);
}

export function listNotes(pb: PocketBaseClient, id: string, query: PageQuery) {
  return listBySequence(pb, 'notes', NoteRow, notesOf(id), query);
}

export function newestHistory(pb: PocketBaseClient, id: string, limit: number) {
  return newestBySequence(pb, 'status_history', StatusRow, historyOf(id), limit);
}

export function newestNotes(pb: PocketBaseClient, id: string, limit: number) {
  return newestBySequence(pb, 'notes', NoteRow, notesOf(id), limit);
}

/** Oldest first, by the profile's own sequence: rows can share a millisecond. The cursor is the last sequence number seen. */
async function listBySequence<T extends typeof StatusRow | typeof NoteRow>(
  pb: PocketBaseClient,
  collection: string,
  schema: T,
  filter: string,
  { limit, cursor }: PageQuery,
) {
  const after = Cursor.safeParse(cursor);
  if (!after.success)
    throw new ApiProblem('validation_failed', undefined, {
      errors: [{ pointer: '/cursor', detail: 'Not a cursor of this list' }],
    });
  const items = await readRows(pb, collection, schema, `${filter} && seq > ${after.data}`, 'seq', limit + 1);
  const shown = items.slice(0, limit);
  return { items: shown, next_cursor: items.length > limit ? String(shown.at(-1)?.seq) : null };
}

/** The newest first, and whether there are earlier ones. `limit`: up to 999, as PocketBase lists 1000. */
async function newestBySequence<T extends typeof StatusRow | typeof NoteRow>(
  pb: PocketBaseClient,
  collection: string,
  schema: T,
  filter: string,
  limit: number,
) {
  const items = await readRows(pb, collection, schema, filter, '-seq', limit + 1);
  return { items: items.slice(0, limit), hasEarlier: items.length > limit };
}

async function readRows<T extends typeof StatusRow | typeof NoteRow>(
  pb: PocketBaseClient,
  collection: string,
  schema: T,
  filter: string,
  sort: string,
  limit: number,
) {
  const query = { filter, sort, perPage: String(limit), skipTotal: '1' };
  const { items } = await pb.call(listOf(schema), `/api/collections/${collection}/records`, { query });
  return items as z.output<T>[];
}

const Cursor = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0);

/** A partner never sees private notes and who acted. */
export function presentChange({ seq: _, note, actor_id, ...row }: StatusRow, caller: Caller): StatusChange {
  return seesPrivate(caller) ? { ...row, note, actor_id } : row;
}

export function presentNote({ seq: _, ...row }: NoteRow): Note {
  return row;
}
