import type * as z from 'zod';
import { ApiProblem } from '../lib/problem.ts';
import { ID_PATTERN } from '../schemas/common.ts';
import type { PocketBaseClient } from './client.ts';
import { type Condition, isExact, where } from './filter.ts';
import { listOf } from './records.ts';

interface Page {
  limit: number;
  cursor?: string | undefined;
}

const POSITION = /^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}Z)([a-z0-9]{15})$/;

/**
 * One page by keyset over (`created`, `id`), neither of which ever changes: a record that is inserted or updated meanwhile moves no other.
 * @throws ApiProblem `validation_failed` when the cursor is none of ours
 */
export async function listNewestFirst<T extends z.ZodType<{ id: string; created: string }>>(
  pb: PocketBaseClient,
  collection: string,
  schema: T,
  { limit, cursor }: Page,
  { conditions, fields }: { conditions: Condition[]; fields?: readonly string[] },
): Promise<{ items: z.output<T>[]; next_cursor: string | null }> {
  const filter = [where(conditions), after(cursor)].filter(Boolean).join(' && ');
  const { items } = await pb.call(listOf(schema), `/api/collections/${collection}/records`, {
    query: {
      ...(filter && { filter }),
      ...(fields && { fields: fields.join(',') }),
      sort: '-created,-id',
      perPage: String(limit + 1),
      skipTotal: '1',
    },
  });
  const shown = items.slice(0, limit);
  const last = items.length > limit ? shown.at(-1) : undefined;
  return { items: shown.filter((row) => isExact(row, conditions)), next_cursor: last ? encodeCursor(last) : null };
}

/** With the range in front the index is entered at the cursor; the alternatives alone would be read from its start. */
function after(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const { created, id } = decodeCursor(cursor);
  return `created <= '${created}' && (created < '${created}' || id < '${id}')`;
}

const encoder = new TextEncoder();

function encodeCursor({ created, id }: { created: string; id: string }): string {
  return encoder.encode(created.replace('T', ' ') + id).toBase64({ alphabet: 'base64url', omitPadding: true });
}

function decodeCursor(cursor: string): { created: string; id: string } {
  const [, created, id] = POSITION.exec(decode(cursor)) ?? [];
  if (!created || !id || !ID_PATTERN.test(id)) {
    throw new ApiProblem('validation_failed', undefined, {
      errors: [{ pointer: '/cursor', detail: 'Not a cursor of this list' }],
    });
  }
  return { created, id };
}

function decode(cursor: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(cursor, { alphabet: 'base64url' }));
  } catch {
    return '';
  }
}

/** As PocketBase writes a time. */
export function pocketBaseTime(time: string | undefined): string | undefined {
  return time?.replace('T', ' ');
}
