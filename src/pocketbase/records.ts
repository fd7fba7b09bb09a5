/** Records as PocketBase sends them, parsed and never trusted. `''` stands for "not set", times have a blank instead of the T. */
import * as z from 'zod';
import { ID_PATTERN } from '../schemas/common.ts';
import { DocumentMeta } from '../schemas/document.ts';
import { DocumentType } from '../schemas/profile.ts';
import { ActorType, ReasonCode, Status } from '../schemas/status.ts';

const id = z.string().regex(ID_PATTERN);
const text = z.string().transform((value) => value || null);
const time = z.string().transform((value) => value.replace(' ', 'T'));
const documentMeta = DocumentMeta.extend({ uploaded: z.string().nullish() })
  .nullish()
  .transform((value) => value ?? null);

export const StatusRow = z.object({
  id,
  profile: id,
  seq: z.int(),
  from: z.union([z.literal('').transform(() => null), Status]),
  to: Status,
  reason_code: z.union([z.literal('').transform(() => null), ReasonCode]),
  reason: text,
  note: text,
  actor_type: ActorType,
  actor_id: text,
  request_id: text,
  created: time,
});
export type StatusRow = z.infer<typeof StatusRow>;

export const NoteRow = z.object({
  id,
  profile: id,
  seq: z.int(),
  text: z.string(),
  actor_type: ActorType,
  actor_id: text,
  created: time,
});
export type NoteRow = z.infer<typeof NoteRow>;

/** What remains of an erased profile. */
export const RedactedRecord = z.object({ redacted_at: z.string().min(1) });

export const ProfileRecord = z.object({
  id,
  partner: z.string(),
  status: Status,
  full_name: z.string(),
  country: z.string(),
  document_type: DocumentType,
  document_number: z.string(),
  date_of_birth: text,
  email: text,
  phone: text,
  external_id: text,
  locale: text,
  metadata: z
    .record(z.string(), z.string())
    .nullish()
    .transform((value) => value ?? {}),
  document_front_meta: documentMeta,
  document_back_meta: documentMeta,
  facial_photo_meta: documentMeta,
  facial_video_meta: documentMeta,
  created: time,
  updated: time,
  expand: z.object({ latest_status: StatusRow }),
});
export type ProfileRecord = z.infer<typeof ProfileRecord>;

const PartnerBrief = z.object({ slug: z.string(), active: z.boolean(), frontend_url: text });
export type PartnerBrief = z.infer<typeof PartnerBrief>;

export const CreateAnswer = z.object({ id, status: Status, created: z.boolean(), partner: PartnerBrief });
export const LinkAnswer = CreateAnswer.omit({ created: true });
export type LinkAnswer = z.infer<typeof LinkAnswer>;
export const StatusAnswer = z.object({ changed: z.boolean(), row: StatusRow });
export const SchemaAnswer = z.object({ migration: z.string(), status_digest: z.string(), dedupe: z.boolean() });
export const ReviewerAnswer = z.object({ record: z.object({ id }) });

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item) });
}
