import type * as z from 'zod';
import { ApiProblem } from '../lib/problem.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { listOf } from '../pocketbase/records.ts';
import type { PageQuery } from '../schemas/common.ts';

const CURSOR_PATTERN = /^(\d{1,15})-([a-z0-9]{15})$/;

/** A page of a collection by (`created`, `id`), newest first. The cursor names the last row shown, so rows that come meanwhile shift nothing. */
export async function listNewestFirst<T extends z.ZodType<{ id: string; created: string }>>(
  pb: PocketBaseClient,
  collection: string,
  schema: T,
  { limit, cursor }: PageQuery,
  filters: string[] = [],
): Promise<{ items: z.output<T>[]; next_cursor: string | null }> {
  const filter = [...filters, ...after(cursor)].map((part) => `(${part})`).join(' && ');
  const { items } = await pb.call(listOf(schema), `/api/collections/${collection}/records`, {
    query: { sort: '-created,-id', perPage: String(limit + 1), skipTotal: '1', ...(filter && { filter }) },
  });
  const shown = items.slice(0, limit) as z.output<T>[];
  const last = shown.at(-1);
  const hasMore = items.length > limit && last;
  return { items: shown, next_cursor: hasMore ? `${Date.parse(last.created)}-${last.id}` : null };
}

function after(cursor: string | undefined): string[] {
  if (cursor === undefined) return [];
  const [, ms, id] = CURSOR_PATTERN.exec(cursor) ?? [];
  if (!id) {
    throw new ApiProblem('validation_failed', undefined, {
      errors: [{ pointer: '/cursor', detail: 'Not a cursor of this list' }],
    });
  }
  const created = new Date(Number(ms)).toISOString().replace('T', ' ');
  return [`created < "${created}" || (created = "${created}" && id < "${id}")`];
}
