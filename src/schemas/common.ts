import * as z from 'zod';
import patterns from '../../pocketbase/hooks/lib/shared/patterns.json' with { type: 'json' };

/** PocketBase's record id. */
export const ID_PATTERN = new RegExp(patterns.id);
export const Id = z
  .string()
  .regex(ID_PATTERN)
  .meta({ description: '15 lower-case letters and digits', example: 'k3v9x2m1q8w7z5a' });

export const Timestamp = z.iso.datetime().meta({ description: 'RFC 3339, UTC', example: '2026-11-24T09:30:00.000Z' });

/** A time that a caller sends: any offset, milliseconds at the finest, as PocketBase keeps them. */
export const Instant = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .meta({ description: 'RFC 3339', example: '2026-11-24T09:30:00Z' });

/** How long a rotated key or secret stays good: a day, unless the caller says otherwise. */
export const graceSeconds = (max: number, description: string) =>
  z.int().min(0).max(max).default(86_400).meta({ description });

export const SLUG_PATTERN = new RegExp(patterns.slug);
export const PartnerSlug = z
  .string()
  .regex(SLUG_PATTERN)
  .meta({ description: 'Lower-case letters, digits and hyphens, at most 40', example: 'acme' });

/** One line of text: trimmed, no control characters, no lone surrogates (PocketBase would store U+FFFD for them). */
export function line(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .regex(/^\P{Cc}*$/u, 'Control characters are not allowed')
    .refine((text) => text.isWellFormed(), 'Not well-formed Unicode');
}

/** Text to filter by. PocketBase refuses a filter that holds these words, be it within quotes. */
export const Sought = line(255).refine((text) => !/@(request|collection)\./.test(text), 'Cannot be searched for');

/** Text that may span lines. */
export function prose(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'Not well-formed Unicode');
}

export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().min(1).max(200).optional().meta({ description: '`next_cursor` of the page before' }),
});
export type PageQuery = z.infer<typeof PageQuery>;

export function page<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().meta({ description: '`null` on the last page' }),
  });
}
