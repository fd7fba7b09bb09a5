/** Records as PocketBase sends them, parsed and never trusted. `''` stands for "not set", times have a blank instead of the T. */
import * as z from 'zod';
import { AuditAction } from '../schemas/audit.ts';
import { ID_PATTERN } from '../schemas/common.ts';
import { DocumentMeta } from '../schemas/document.ts';
import { EventType } from '../schemas/event.ts';
import { DocumentType } from '../schemas/profile.ts';
import { ActorType, ReasonCode, Status } from '../schemas/status.ts';
import { Delivery } from '../schemas/webhook.ts';

const id = z.string().regex(ID_PATTERN);
export const text = z.string().transform((value) => value || null);
export const time = z.string().transform((value) => value.replace(' ', 'T'));
const optionalTime = z
  .string()
  .nullish()
  .transform((value) => value?.replace(' ', 'T') || null);
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
const replayed = z.boolean().default(false);
export const StatusAnswer = z.object({ changed: z.boolean(), row: StatusRow, replayed });
export const NoteAnswer = NoteRow.extend({ replayed });
export const SchemaAnswer = z.object({ migration: z.string(), status_digest: z.string(), dedupe: z.boolean() });
export const ReviewerAnswer = z.object({ record: z.object({ id }) });

export const KeyRow = z.object({
  id,
  partner: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
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
  partner: z.string().min(1),
  partner_active: z.boolean(),
  scopes: z.array(z.string()),
  expires_at: optionalTime,
  revoked_at: optionalTime,
});
export type KeyAnswer = z.infer<typeof KeyAnswer>;

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

export const AuditRow = z.object({
  id,
  action: AuditAction,
  profile: text,
  partner: text,
  target: text,
  actor_type: ActorType,
  actor_id: text,
  request_id: text,
  created: time,
});
export type AuditRow = z.infer<typeof AuditRow>;

const count = z.int().min(0);
const seconds = z.number().nullable();
export const MetricsAnswer = z.object({
  statuses: z.record(Status, count),
  queue: z.object({ size: count, oldest_seconds: seconds }),
  decisions: z.object({ count, median_seconds: seconds }),
  duplicates_avoided: count,
  oldest_undelivered_event_seconds: seconds,
});

export const RedactAnswer = z.object({ redacted: z.boolean() });
export const SweepAnswer = z.object({ expired: count, redacted: count, cleaned: count });
/** Type and data are not narrowed: after an upgrade PocketBase is the newer one for a while, and one unknown event must not stop the rest. */
export const EventRow = z.object({
  id,
  type: z.string(),
  sequence: z.int(),
  created: time,
  data: z.record(z.string(), z.unknown()),
});
export type EventRow = z.infer<typeof EventRow>;

export const WebhookRow = z.object({
  id,
  partner: z.string(),
  url: z.string(),
  events: z
    .array(EventType)
    .nullish()
    .transform((value) => value ?? []),
  description: text,
  enabled: z.boolean(),
  disabled_reason: text,
  failing_since: optionalTime,
  previous_expires_at: optionalTime,
  created: time,
  updated: time,
});
export type WebhookRow = z.infer<typeof WebhookRow>;

const optionalCount = z.int().transform((value) => value || null);

export const DeliveryRow = z.object({
  id,
  event: id,
  event_type: z.string(),
  status: Delivery.shape.status,
  attempt: z.int(),
  last_attempt_at: optionalTime,
  next_attempt_at: optionalTime,
  last_status: optionalCount,
  last_latency_ms: z.int(),
  last_excerpt: text,
  last_error: z
    .literal('')
    .transform(() => null)
    .or(Delivery.shape.error),
  created: time,
});
export type DeliveryRow = z.infer<typeof DeliveryRow>;

/** All that an attempt needs. A test is no event of the outbox and has no place in its sequence. */
export const ClaimedDelivery = z.object({
  id,
  attempt: z.int().min(1),
  endpoint: z.object({ id, url: z.string(), secret: z.string(), previous_secret: z.string() }),
  event: EventRow.extend({ sequence: z.int().nullable() }),
});
export type ClaimedDelivery = z.infer<typeof ClaimedDelivery>;

export const ConcludeAnswer = z.object({ next: id.nullable() });

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item) });
}
