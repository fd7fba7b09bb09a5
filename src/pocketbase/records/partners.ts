import * as z from 'zod';
import { id, text, time } from './common.ts';

const days = z
  .int()
  .nullish()
  .transform((value) => value || null);

export const PartnerRow = z.object({
  id,
  slug: z.string(),
  name: z.string(),
  active: z.boolean(),
  frontend_url: text,
  retention_days: days,
  expire_after_days: days,
  created: time,
  updated: time,
});
export type PartnerRow = z.infer<typeof PartnerRow>;
