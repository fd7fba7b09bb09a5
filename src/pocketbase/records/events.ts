import * as z from 'zod';
import { id, time } from './common.ts';

/** Type and data are not narrowed: during an upgrade PocketBase may be newer, and an event of an unknown type must not stop the others. */
export const EventRow = z.object({
  id,
  type: z.string(),
  sequence: z.int(),
  created: time,
  data: z.record(z.string(), z.unknown()),
});
export type EventRow = z.infer<typeof EventRow>;
