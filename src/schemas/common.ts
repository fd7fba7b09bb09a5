import * as z from 'zod';
import patterns from '../../pocketbase/hooks/lib/shared/patterns.json' with { type: 'json' };

/** PocketBase's record id. */
export const ID_PATTERN = new RegExp(patterns.id);
export const Id = z
  .string()
  .regex(ID_PATTERN)
  .meta({ id: 'Id', description: '15 lower-case letters and digits', example: 'k3v9x2m1q8w7z5a' });

export const Timestamp = z.iso
  .datetime()
  .meta({ id: 'Timestamp', description: 'RFC 3339, UTC', example: '2026-11-24T09:30:00.000Z' });

/** A time that a caller sends: any offset, milliseconds at the finest, as PocketBase keeps them. */
export const Instant = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  // In UTC it may be of the year 10000, which ISO 8601 writes with a sign and which sorts before all others.
  .refine((text) => /^\d{4}-/.test(text), 'Must be of a year up to 9999')
  .meta({ id: 'Instant', description: 'RFC 3339', example: '2026-11-24T09:30:00Z' });

const GRACE_SECONDS = 86_400;

/** How long a rotated key or secret stays good: a day, unless the caller says otherwise. */
export const graceSeconds = (max: number, description: string) =>
  z
    .int()
    .min(0)
    .max(max)
    .nullable()
    .default(GRACE_SECONDS)
    .transform((seconds) => seconds ?? GRACE_SECONDS)
    .meta({ description });

export const SLUG_PATTERN = new RegExp(patterns.slug);
export const PartnerSlug = z
  .string()
  .regex(SLUG_PATTERN)
  .meta({ id: 'PartnerSlug', description: 'Lower-case letters, digits and hyphens, at most 40', example: 'acme' });

type Nullish<T extends z.ZodRawShape> = { [K in keyof T]: z.ZodOptional<z.ZodNullable<T[K]>> };
type Given<T> = { [K in keyof T]: Exclude<T[K], null> };

/** Optional fields of what is to be created: many a back end writes `null` for each that it has no value for. */
export function nullish<T extends z.ZodRawShape>(shape: T): Nullish<T> {
  const optional = (schema: z.ZodType) => (schema instanceof z.ZodNullable ? schema.optional() : schema.nullish());
  const entries = Object.entries(shape).map(([name, schema]) => [name, optional(schema as z.ZodType)]);
  return Object.fromEntries(entries) as Nullish<T>;
}

/** For the end of such a body: a field that is `null` was not given. */
export function given<T extends object>(body: T): Given<T> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) as Given<T>;
}

/** Bidirectional controls would make a name read backwards. Joiners are none of these: names in Persian and Sinhala need them. */
function hasControl(text: string): boolean {
  return /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(text);
}

/** U+3164 is a letter, and like U+200B shows nothing. */
function hasVisibleLetterOrDigit(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text.replace(/\p{Default_Ignorable_Code_Point}/gu, ''));
}

/** One line of text that shows something: trimmed, no controls, no lone surrogates (PocketBase would store U+FFFD for them). */
export function line(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1, { abort: true })
    .max(maxLength)
    .refine((text) => !hasControl(text), { error: 'Control characters are not allowed', abort: true })
    .refine((text) => text.isWellFormed(), { error: 'Not well-formed Unicode', abort: true })
    .refine(hasVisibleLetterOrDigit, { error: 'Needs at least one visible letter or digit', abort: true });
}

/** Text that may span lines. */
export function prose(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'Not well-formed Unicode');
}

/** Of a query. `Number` reads a blank, `0x1` and `1e2` as numbers too. */
export function wholeNumber(max: number) {
  const read = (text: unknown) => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text);
  return z.preprocess(read, z.int().min(1).max(max));
}

export const PageLimit = wholeNumber(100).default(20).meta({ description: 'Of items on a page', default: 20 });

export const PageQuery = z.strictObject({
  limit: PageLimit,
  cursor: z.string().min(1).max(200).optional().meta({ description: '`next_cursor` of the page before' }),
});
export type PageQuery = z.infer<typeof PageQuery>;

export function page<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().meta({ description: '`null` on the last page' }),
  });
}
