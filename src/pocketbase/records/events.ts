import * as z from 'zod';
import { id, time } from './common.ts';

/** Type and data are not narrowed: after an upgrade PocketBase is the newer one for a while, and one unknown event must not stop the rest. */
export const EventRow = z.object({
  id,
  type: z.string(),
  sequence: z.int(),
  created: time,
  data: z.record(z.string(), z.unknown()),
});
export type EventRow = z.infer<typeof EventRow>;
