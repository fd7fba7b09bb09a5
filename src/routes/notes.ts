import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { BODY_PROBLEMS, endpoint, RECORD_PROBLEMS } from '../http/endpoint.ts';
import {
  IDEMPOTENCY_PROBLEMS,
  idempotencyKey,
  idempotencyOf,
  idempotencyParameters,
  markReplayed,
  REPLAYED_HEADER,
} from '../http/idempotency.ts';
import { ID } from '../http/paths.ts';
import { jsonBody, query } from '../http/validate.ts';
import { PageQuery } from '../schemas/common.ts';
import { CreateNoteBody, Note, Notes } from '../schemas/note.ts';
import { createNote, listNotes, presentNote } from '../services/notes.ts';
import { findProfile } from '../services/profiles.ts';

export const notes = new Hono<AppEnv>()
  .get(
    `/${ID}/notes`,
    endpoint({
      id: 'readNotes',
      tag: 'Review',
      summary: 'Read the private notes, oldest first',
      access: 'notes:read',
      record: findProfile,
      answers: { 200: { description: 'A page of notes', schema: Notes } },
      problems: [...RECORD_PROBLEMS, 'validation_failed'],
    }),
    query(PageQuery),
    async (c) => {
      const id = c.req.param('id');
      const { items, next_cursor } = await listNotes(c.get('pb'), id, c.req.valid('query'));
      if (items.length === 0) await findProfile(c.get('pb'), id);
      return c.json({ items: items.map(presentNote), next_cursor });
    },
  )
  .post(
    `/${ID}/notes`,
    endpoint({
      id: 'createNote',
      tag: 'Review',
      summary: 'Add a private note',
      access: 'notes:write',
      record: findProfile,
      parameters: idempotencyParameters,
      answers: { 201: { description: 'The note', schema: Note, headers: REPLAYED_HEADER } },
      problems: [...RECORD_PROBLEMS, ...BODY_PROBLEMS, ...IDEMPOTENCY_PROBLEMS],
    }),
    idempotencyKey(),
    jsonBody(CreateNoteBody),
    async (c) => {
      const body = c.req.valid('json');
      const idempotency = await idempotencyOf(c, body);
      const { row, replayed } = await createNote(c.get('pb'), c.req.param('id'), body.text, idempotency);
      markReplayed(c, replayed);
      return c.json(presentNote(row), 201);
    },
  );
