import type { Context } from 'hono';
import { sha256Hex } from '../lib/digest.ts';

export const ETAG_HEADER = {
  ETag: { description: 'Names this very answer', schema: { type: 'string' as const } },
};

/**
 * Answers JSON under a strong validator made of the text itself (RFC 9110 §8.8.3): callers who are shown different members get different ones,
 * and a restored backup brings none of them back. With one that the caller names in `If-None-Match` the answer is 304.
 */
export async function answerTagged(c: Context, json: string): Promise<Response> {
  const etag = `"${await sha256Hex(json)}"`;
  if (isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, { etag });
  return c.body(json, 200, { 'content-type': 'application/json', etag });
}

/** By weak comparison, as RFC 9110 §13.1.2 says: a proxy that compresses makes the validator weak. */
function isKnown(condition: string | undefined, etag: string): boolean {
  const tags = condition?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}
