/** What the records of PocketBase share. They are parsed and never trusted: `''` stands for "not set", a time has a blank instead of the T. */
import * as z from 'zod';
import { ID_PATTERN } from '../../schemas/common.ts';

export const id = z.string().regex(ID_PATTERN);
export const text = z.string().transform((value) => value || null);
export const time = z.string().transform((value) => value.replace(' ', 'T'));
export const optionalTime = z
  .string()
  .nullish()
  .transform((value) => value?.replace(' ', 'T') || null);
export const optional = <T extends z.ZodType>(schema: T) => z.union([z.literal('').transform(() => null), schema]);
export const count = z.int().min(0);
/** Whether an idempotency key was known: then nothing was written, and this is the first answer. */
export const replayed = z.boolean().default(false);

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item) });
}
