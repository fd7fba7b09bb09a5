import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { file } from '../../support/samples.ts';

export const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

/** A form with one document, as the Worker sends it. Another size is another file. */
export const photo = (kind = 'facial_photo', size = 200, meta: object = {}) =>
  addPhoto(new FormData(), kind, size, meta);

export function addPhoto(form: FormData, kind: string, size = 200, meta: object = {}): FormData {
  const bytes = file('image/png', size);
  const facts = { filename: 'Ánh Nguyễn.png', content_type: 'image/png', size, sha256: sha256(bytes), ...meta };
  form.set(kind, new File([bytes], 'photo.png', { type: 'image/png' }));
  form.set(`${kind}_meta`, JSON.stringify(facts));
  return form;
}

/** A form with a face video. */
export function video(size = 300): FormData {
  const bytes = file('video/mp4', size);
  const form = new FormData();
  form.set('facial_video', new File([bytes], 'video.mp4', { type: 'video/mp4' }));
  const facts = { filename: 'video.mp4', content_type: 'video/mp4', size, sha256: sha256(bytes) };
  form.set('facial_video_meta', JSON.stringify(facts));
  return form;
}

/** The same with fields. */
export function withFields(form: FormData, fields: object): FormData {
  form.set('@jsonPayload', JSON.stringify(fields));
  return form;
}

/** The names of a document's files on PocketBase's disk, without the sidecars of its storage. */
export function filesOf({ id, collectionId }: { id: string; collectionId: string }, dir = inject('pocketbase').dir) {
  try {
    return readdirSync(join(dir, 'storage', collectionId, id)).filter((name) => !name.endsWith('.attrs'));
  } catch {
    return [];
  }
}
