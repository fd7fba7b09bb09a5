import type { Idempotency, PocketBaseClient } from '../pocketbase/client.ts';
import { listBySequence, newestBySequence } from '../pocketbase/lists.ts';
import { NoteAnswer, NoteRow } from '../pocketbase/records/notes.ts';
import type { PageQuery } from '../schemas/common.ts';
import type { Note } from '../schemas/note.ts';

/** Unlike the history, notes end with the profile. */
const notesOf = (id: string) => `profile = "${id}" && profile.redacted_at = ''`;

export async function createNote(pb: PocketBaseClient, id: string, text: string, idempotency?: Idempotency) {
  const path = `/api/edge/profiles/${id}/notes`;
  const { replayed, ...row } = await pb.call(NoteAnswer, path, { method: 'POST', body: { text }, idempotency });
  return { row, replayed };
}

export function listNotes(pb: PocketBaseClient, id: string, query: PageQuery) {
  return listBySequence(pb, 'notes', NoteRow, notesOf(id), query);
}

export function newestNotes(pb: PocketBaseClient, id: string, limit: number) {
  return newestBySequence(pb, 'notes', NoteRow, notesOf(id), limit);
}

export function presentNote({ seq: _, ...row }: NoteRow): Note {
  return row;
}
