import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { LANGUAGES, type Language, languageOf } from './languages.ts';

/** The most wanted of ours by `Accept-Language` (RFC 9110 12.5.4): a regional tag counts as its language. */
export function acceptedLanguage(c: Context): Language {
  return accepts(c, {
    header: 'Accept-Language',
    supports: Object.keys(LANGUAGES),
    default: 'en',
    match: (wanted) => wanted.flatMap(({ type, q }) => (q > 0 && languageOf(type)) || [])[0] ?? 'en',
  }) as Language;
}
