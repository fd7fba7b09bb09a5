import * as z from 'zod';
import { CheckCode } from '../../src/schemas/check.ts';

const size = z.object({ width: z.number(), height: z.number() });
const text = z.string().max(200);
const point = z.object({ x: z.number(), y: z.number() });
/** Clockwise from the zone's own upper left, in pixels of the upright picture, which has that width and height. */
const place = size.extend({ corners: z.tuple([point, point, point, point]) });

/** What judges take of a reading. The names in it, and all else, are the applicant's. */
const zone = z.object({
  format: text,
  lines: z.array(text).max(3),
  isSure: z.boolean(),
  corrected: z.number(),
  hidden: z.array(z.unknown()).max(200),
  place,
});

const licence = z.object({
  version: z.number(),
  subfile: z.enum(['DL', 'ID']),
  number: text.nullable(),
  name: z.object({ primary: z.array(text), secondary: z.array(text), isCut: z.boolean() }).nullable(),
  birthDate: text.nullable(),
  issueDate: text.nullable(),
  expiryDate: text.nullable(),
  sex: z.enum(['M', 'F']).nullable(),
  country: z.enum(['US', 'CA']).nullable(),
  jurisdiction: text.nullable(),
});

const picture = size.extend({
  brightness: z.number(),
  sharpness: z.number(),
  glare: z.number().nullable(),
  isCutOff: z.boolean().nullable(),
  isEdited: z.boolean(),
});

/** What was seen in one file, before anything is compared with what was declared. */
export const Seen = z.object({
  picture: picture.optional(),
  zone: zone.nullish(),
  barcode: z.union([licence, z.literal('unreadable')]).nullish(),
  photoHash: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  video: size
    .extend({ duration_seconds: z.number(), codec: text.nullable(), frames_per_second: z.number() })
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
