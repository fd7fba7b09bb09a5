import type { Context } from 'hono';
import { PROVIDER_PATTERN } from '../schemas/check.ts';
import { ID_PATTERN, SLUG_PATTERN } from '../schemas/common.ts';
import { DOCUMENT_KINDS, DocumentKind } from '../schemas/document.ts';

/** Path parameters match only what can exist. Every other value is no route: 404, without a call to PocketBase. */
export const ID = parameter(':id', ID_PATTERN);
export const DELIVERY = parameter(':delivery', ID_PATTERN);
export const PROVIDER = parameter(':provider', PROVIDER_PATTERN);
export const SLUG = parameter(':slug', SLUG_PATTERN);
/** In a group, as the router adds `^` and `$`: without the group they would bind the first and the last kind alone. */
export const KIND = `:kind{(?:${DOCUMENT_KINDS.join('|')})}`;

/** The first parameter of the path names the record. */
export function recordIdOf(c: Context): string {
  return c.req.param('id') ?? c.req.param('slug') ?? '';
}

export function kindOf(c: Context): DocumentKind {
  return DocumentKind.parse(c.req.param('kind'));
}

/** Typed without its pattern, for hono to infer the parameter's name. The router adds `^` and `$` itself. */
function parameter<Name extends `:${string}`>(name: Name, pattern: RegExp): Name {
  return `${name}{${pattern.source.slice(1, -1)}}` as Name;
}
