import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { applicant } from './client.ts';
import { photo } from './photo.ts';

export const word = (kind: string) => `Zz${kind}${randomUUID().replaceAll('-', '')}`;

/** An applicant whose every text can be found again wherever it was left. */
export function marked() {
  const words = {
    full_name: word('Name'),
    document_number: word('Number').toUpperCase(),
    email: `${word('mail')}@example.com`,
    external_id: word('external'),
    note: word('note'),
    reason: word('reason'),
    private: word('private'),
    metadata: word('metadata'),
    filename: word('file'),
  };
  const { full_name, document_number, email, external_id } = words;
  const fields = { ...applicant(), full_name, document_number, email, external_id, metadata: { tier: words.metadata } };
  return { words, fields };
}

/** A document whose file name can be found again. */
export const markedForm = (filename: string, kind = 'facial_photo', size = 200) =>
  photo(kind, size, { filename: `${filename}.png` });

/** The files of documents below PocketBase's `--dir`, sidecars and previews among them. */
export function storageOf(dir: string, documents: { id: string; collectionId: string }[]) {
  return documents.flatMap(({ id, collectionId }) => {
    try {
      return readdirSync(join(dir, 'storage', collectionId, id), { recursive: true }).map(String);
    } catch {
      return [];
    }
  });
}
