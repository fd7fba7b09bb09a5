import type * as z from 'zod';
import { ApiProblem } from '../lib/problem.ts';
import { ID_PATTERN } from '../schemas/common.ts';
import type { PocketBaseClient } from './client.ts';
import { listOf } from './records.ts';

/** `null` and `undefined` ask for nothing. */
export type Condition = [field: string, operator: '=' | '<' | '<=' | '>' | '>=', value: string | null | undefined];

interface Page {
  limit: number;
  cursor?: string | undefined;
}

const POSITION = /^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}Z)([a-z0-9]{15})$/;

/**
 * One page by keyset over (`created`, `id`), neither of which ever changes: a record that is inserted or updated meanwhile moves no
 * other. Values travel as query parameters of their own, which PocketBase binds: nothing that a caller wrote is parsed as a filter, in
 * which a closing backslash cannot be expressed (https://github.com/ganigeorgiev/fexpr).
 * @param constant a filter without values
 * @throws ApiProblem `validation_failed` when the cursor is none of ours
 */
export async function listNewestFirst<T extends z.ZodType<{ id: string; created: string }>>(
  pb: PocketBaseClient,
  collection: string,
  schema: T,
  { limit, cursor }: Page,
  { where, constant, fields }: { where: Condition[]; constant?: string; fields?: readonly string[] },
): Promise<{ items: z.output<T>[]; next_cursor: string | null }> {
  const conditions = [...where, ...after(cursor)].filter(
    (condition): condition is [string, '=', string] => condition[2] !== null && condition[2] !== undefined,
  );
  const filter = conditions.map(([field, operator], i) => `${field} ${operator} @request.query.v${i}`);
  if (cursor) {
    const last = conditions.length - 1;
    // With the range above it, the index is entered at the cursor; PocketBase's OR alone would be read from the start.
    filter[last] = `(created < @request.query.v${last - 1} || ${filter[last]})`;
  }
  if (constant) filter.push(constant);
  const { items } = await pb.call(listOf(schema), `/api/collections/${collection}/records`, {
    query: {
      ...(filter.length > 0 && { filter: filter.join(' && ') }),
      ...Object.fromEntries(conditions.map(([, , value], i) => [`v${i}`, value])),
      ...(fields && { fields: fields.join(',') }),
      sort: '-created,-id',
      perPage: String(limit + 1),
      skipTotal: '1',
    },
  });
  const shown = items.slice(0, limit);
  const last = items.length > limit ? shown.at(-1) : undefined;
  return { items: shown, next_cursor: last ? encodeCursor(last) : null };
}

function after(cursor: string | undefined): Condition[] {
  if (cursor === undefined) return [];
  const { created, id } = decodeCursor(cursor);
  return [
    ['created', '<=', created],
    ['id', '<', id],
  ];
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
