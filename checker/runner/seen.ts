import * as z from 'zod';
import { CheckCode } from '../../src/schemas/check.ts';

const size = z.object({ width: z.number(), height: z.number() });

/** What was seen in one file, before anything is compared with what was declared. */
export const Seen = z.object({
  sent: size.optional(),
  measures: z
    .object({
      brightness: z.number(),
      sharpness: z.number(),
      glare: z.number().nullable(),
      isCutOff: z.boolean().nullable(),
    })
    .optional(),
  isEdited: z.boolean().optional(),
  photoHash: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  video: size
    .extend({ duration_seconds: z.number(), codec: z.string().max(40).nullable(), frames_per_second: z.number() })
    .optional(),
});
export type Seen = z.infer<typeof Seen>;

const rssBytes = z.number();

/** A child that a file has taken over may say anything, so its word is parsed like a stranger's. */
export const ChildAnswer = z.union([
  z.object({ seen: Seen, rssBytes }),
  z.object({ unseeable: CheckCode, rssBytes }),
  z.object({ fault: z.string().max(100), rssBytes }),
]);
export type ChildAnswer = z.infer<typeof ChildAnswer>;
