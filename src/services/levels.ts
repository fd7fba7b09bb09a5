import type { Caller } from '../auth/caller.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { listNewestFirst } from '../pocketbase/lists.ts';
import { LevelRow } from '../pocketbase/records/levels.ts';
import type { CreateLevelBody, Level, LevelsQuery } from '../schemas/level.ts';

/** @throws ApiProblem `validation_failed` for what no level may say, `forbidden` (another partner's) */
export async function createLevel(pb: PocketBaseClient, body: CreateLevelBody): Promise<Level> {
  return presentLevel(await pb.call(LevelRow, '/api/edge/levels', { method: 'POST', body }));
}

/** @throws ApiProblem `not_found` */
export async function readLevel(pb: PocketBaseClient, id: string): Promise<Level> {
  return presentLevel(await pb.call(LevelRow, `/api/collections/levels/records/${id}`));
}

export async function listLevels(pb: PocketBaseClient, caller: Caller, { partner, name, ...page }: LevelsQuery) {
  const { items, next_cursor } = await listNewestFirst(pb, 'levels', LevelRow, page, {
    conditions: [
      ['partner', '=', caller.partner],
      ['partner', '=', partner],
      ['name', '=', name],
    ],
  });
  return { items: items.map(presentLevel), next_cursor };
}

function presentLevel({ spec, created, ...row }: LevelRow): Level {
  return { ...row, ...spec, created };
}
