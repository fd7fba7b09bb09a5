import type { Context } from 'hono';
import { DOCUMENT_KINDS, DocumentKind } from '../schemas/document.ts';

/** Path parameters that match what can exist: anything else is no route, and answers 404 before anything is looked up. */
export const ID = ':id{[a-z0-9]{15}}';
export const SLUG = ':slug{[a-z0-9-]{1,40}}';
/** Grouped: the router anchors the pattern, and a bare alternation would be anchored at its ends only. */
export const KIND = `:kind{(?:${DOCUMENT_KINDS.join('|')})}`;

/** The first parameter of the path names the record. */
export function recordIdOf(c: Context): string {
  return c.req.param('id') ?? c.req.param('slug') ?? '';
}

export function kindOf(c: Context): DocumentKind {
  return DocumentKind.parse(c.req.param('kind'));
}
