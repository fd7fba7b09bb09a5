import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { deleteDocument, getDocument } from '../documents/download.ts';
import { relayDocument } from '../documents/request.ts';
import { endpoint, RECORD_PROBLEMS } from '../http/endpoint.ts';
import { ID, KIND, kindOf } from '../http/paths.ts';
import { documentBody, UPLOAD_PROBLEMS } from '../http/upload.ts';
import { Document } from '../schemas/document.ts';
import { documentOf, findWritableProfile, profileUpload, readUploaded } from '../services/profiles.ts';

export const documents = new Hono<AppEnv>()
  .put(
    `/${ID}/documents/${KIND}`,
    endpoint({
      id: 'putDocument',
      tag: 'Documents',
      summary: 'Supply a document, as the raw body',
      description:
        'Streamed; replaces the one there was. `Content-Disposition` may carry the file name, `Content-Digest` the SHA-256 to hold it to.',
      access: 'documents:write',
      requestBody: documentBody,
      answers: { 200: { description: 'What was stored', schema: Document } },
      problems: [...RECORD_PROBLEMS, ...UPLOAD_PROBLEMS],
    }),
    async (c) => {
      const pb = c.get('pb');
      const id = c.req.param('id');
      await findWritableProfile(pb, c.get('caller'), id);
      const response = await relayDocument(c.req.raw, kindOf(c), profileUpload(pb, id));
      return c.json(documentOf(await readUploaded(response), kindOf(c)));
    },
  )
  .get(
    `/${ID}/documents/${KIND}`,
    endpoint({
      id: 'getDocument',
      tag: 'Documents',
      summary: 'Read a document',
      description:
        '`Range` and conditional requests (RFC 9110) work; `ETag` and `Repr-Digest` come from the stored SHA-256.',
      access: 'documents:read',
      answers: {
        200: { description: 'The document', media: 'application/octet-stream' },
        206: { description: 'The range asked for', media: 'application/octet-stream' },
        304: { description: 'Not modified' },
      },
      problems: [...RECORD_PROBLEMS, 'precondition_failed', 'range_not_satisfiable'],
    }),
    (c) => getDocument(c.get('pb'), c.req.param('id'), kindOf(c), c.req.raw),
  )
  .delete(
    `/${ID}/documents/${KIND}`,
    endpoint({
      id: 'deleteDocument',
      tag: 'Documents',
      summary: 'Remove a document',
      access: 'documents:write',
      answers: { 204: { description: 'There is none any more' } },
      problems: [...RECORD_PROBLEMS, 'profile_locked'],
    }),
    async (c) => {
      await deleteDocument(c.get('pb'), c.req.param('id'), kindOf(c));
      return c.body(null, 204);
    },
  );
