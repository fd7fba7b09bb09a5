import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { getDocument, pathOfDocument } from '../documents/download.ts';
import { relayDocument } from '../documents/request.ts';
import { endpoint, RECORD_PROBLEMS } from '../http/endpoint.ts';
import { ID, KIND, kindOf } from '../http/paths.ts';
import { documentBody, documentHeaders, UPLOAD_PROBLEMS } from '../http/upload.ts';
import { query } from '../http/validate.ts';
import { PageQuery } from '../schemas/common.ts';
import { Document, DocumentVersions, DownloadQuery } from '../schemas/document.ts';
import { deleteDocument, formOf, listDocuments } from '../services/documents.ts';
import { findOpenProfile, findProfile } from '../services/profiles.ts';

export const documents = new Hono<AppEnv>()
  .put(
    `/${ID}/documents/${KIND}`,
    endpoint({
      id: 'putDocument',
      tag: 'Documents',
      summary: 'Supply a document, as the raw body',
      description:
        'Streamed. A document is immutable: the new one is another version, and replaces the one there was. A kind that neither the level nor a resubmission asks for is 422. `Content-Disposition` may carry the file name, `Content-Digest` the SHA-256 to hold it to.',
      access: 'documents:write',
      parameters: documentHeaders,
      requestBody: documentBody,
      answers: { 200: { description: 'What was stored', schema: Document } },
      problems: [...RECORD_PROBLEMS, ...UPLOAD_PROBLEMS],
    }),
    async (c) => {
      const pb = c.get('pb');
      const id = c.req.param('id');
      await findOpenProfile(pb, id, kindOf(c));
      return relayDocument(c.req.raw, kindOf(c), formOf(pb, id, 'documents'));
    },
  )
  .get(
    `/${ID}/documents`,
    endpoint({
      id: 'listDocuments',
      tag: 'Documents',
      summary: 'List the versions of the documents, newest first',
      description: 'Partners see the current ones; internal keys and reviewers also what was replaced or removed.',
      access: 'documents:read',
      record: findProfile,
      answers: { 200: { description: 'A page of versions', schema: DocumentVersions } },
      problems: [...RECORD_PROBLEMS, 'validation_failed'],
    }),
    query(PageQuery),
    async (c) => {
      const id = c.req.param('id');
      const found = await listDocuments(c.get('pb'), c.get('caller'), id, c.req.valid('query'));
      if (found.items.length === 0) await findProfile(c.get('pb'), id);
      return c.json(found);
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
      record: findProfile,
      problems: [...RECORD_PROBLEMS, 'validation_failed', 'precondition_failed', 'range_not_satisfiable'],
    }),
    query(DownloadQuery),
    (c) => {
      const kind = kindOf(c);
      const path = pathOfDocument(c.req.param('id'), kind, c.req.valid('query').version);
      return getDocument(c.get('pb'), { path, kind }, c.req.raw);
    },
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
