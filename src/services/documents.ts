import * as z from 'zod';
import { type Caller, seesPrivate } from '../auth/caller.ts';
import type { Send } from '../documents/upstream-form.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { listNewestFirst } from '../pocketbase/lists.ts';
import { DocumentRecord } from '../pocketbase/records/profiles.ts';
import type { PageQuery } from '../schemas/common.ts';
import type { DocumentKind, DocumentVersion } from '../schemas/document.ts';

/** Where a streamed form goes: `documents` answers with the one document in it, `form` with the profile. */
export function formOf(pb: PocketBaseClient, id: string, route: 'documents' | 'form'): Send {
  return async (body, contentType, signal) => {
    const init = { headers: { 'content-type': contentType }, body, signal };
    const text = await pb.upload(`/api/edge/profiles/${id}/${route}`, init);
    return new Response(text, { headers: { 'content-type': 'application/json' } });
  };
}

/** @throws ApiProblem `not_found`, `gone`, `profile_locked` */
export async function deleteDocument(pb: PocketBaseClient, id: string, kind: DocumentKind): Promise<void> {
  await pb.call(z.null(), `/api/edge/profiles/${id}/documents/${kind}`, { method: 'DELETE' });
}

/** Versions of documents, newest first. Partners see the current ones. */
export async function listDocuments(pb: PocketBaseClient, caller: Caller, id: string, query: PageQuery) {
  const isPrivate = seesPrivate(caller);
  const { items, next_cursor } = await listNewestFirst(pb, 'documents', DocumentRecord, query, {
    fields: Object.keys(DocumentRecord.shape),
    conditions: [
      ['profile', '=', id],
      ['profile.redacted_at', '=', ''],
      ['state', '!=', 'staged'],
      ['state', '=', isPrivate ? undefined : 'current'],
    ],
  });
  const present = ({ uploader_id, ...row }: (typeof items)[number]): DocumentVersion =>
    isPrivate ? { ...row, uploader_id } : row;
  return { items: items.map(present), next_cursor };
}
