import * as z from 'zod';
import { ChosenEvent, Delivery } from '../../schemas/webhook.ts';
import { id, optionalTime, text, time } from './common.ts';
import { EventRow } from './events.ts';

export const WebhookRow = z.object({
  id,
  partner: z.string(),
  url: z.string(),
  events: z
    .array(ChosenEvent)
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

/** All that an attempt needs. The event of a test is not in the outbox, and so has no `sequence`. */
export const ClaimedDelivery = z.object({
  id,
  attempt: z.int().min(1),
  endpoint: z.object({ id, url: z.string(), secret: z.string(), previous_secret: z.string() }),
  event: EventRow.extend({ sequence: z.int().nullable() }),
});
export type ClaimedDelivery = z.infer<typeof ClaimedDelivery>;

export const ConcludeAnswer = z.object({ next: id.nullable() });
