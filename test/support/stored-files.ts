import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ownPocketBase, superuser } from './api.ts';

/** The paths of what PocketBase's disk holds of a profile: its documents of every version, staged ones too. Without the storage's own sidecars. */
export async function storedFiles(profile: string, pocketbase = ownPocketBase()): Promise<string[]> {
  const rows = await (await superuser(pocketbase))
    .collection('documents')
    .getFullList({ filter: `profile = "${profile}"`, sort: 'created' });
  return rows.flatMap(({ id, collectionId }) => {
    const folder = join(pocketbase.dir, 'storage', collectionId, id);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names.filter((name) => !name.endsWith('.attrs')).map((name) => join(folder, name));
  });
}

/** How many documents of a profile are still being written, or were left half written. */
export async function stagedDocuments(profile: string, pocketbase = ownPocketBase()): Promise<number> {
  const filter = `profile = "${profile}" && state = "staged"`;
  return (await (await superuser(pocketbase)).collection('documents').getList(1, 1, { filter })).totalItems;
}
