import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { file } from '../../support/samples.ts';

/** A form with one document, as the Worker sends it. */
export function photo(kind = 'facial_photo', size = 200, meta?: object): FormData {
  const form = new FormData();
  form.set(kind, new File([file('image/png', size)], 'Ánh Nguyễn.png', { type: 'image/png' }));
  if (meta) form.set(`${kind}_meta`, JSON.stringify(meta));
  return form;
}

/** The names of a profile's files on PocketBase's disk, without the sidecars of its storage. */
export function filesOf(profile: { id: string; collectionId: string }): string[] {
  try {
    const names = readdirSync(join(inject('pocketbase').dir, 'storage', profile.collectionId, profile.id));
    return names.filter((name) => !name.endsWith('.attrs'));
  } catch {
    return [];
  }
}
