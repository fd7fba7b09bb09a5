import * as z from 'zod';
import { id, optionalTime, time } from './common.ts';

/** Of all partners: the operator's own. */
export const ALL_PARTNERS = '*';
const partner = z
  .string()
  .min(1)
  .transform((slug) => (slug === ALL_PARTNERS ? null : slug));

const list = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? null);

export const KeyRow = z.object({
  id,
  partner,
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  types: list,
  partners: list,
  expires_at: optionalTime,
  revoked_at: optionalTime,
  last_used_at: optionalTime,
  created: time,
});
export type KeyRow = z.infer<typeof KeyRow>;

/** What decides whether a key is good: the one answer that carries its digest. */
export const KeyAnswer = z.object({
  id,
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  partner,
  partner_active: z.boolean(),
  scopes: z.array(z.string()),
  expires_at: optionalTime,
  revoked_at: optionalTime,
});
export type KeyAnswer = z.infer<typeof KeyAnswer>;

export const IdAnswer = z.object({ id });
