import * as z from 'zod';
import { given, graceSeconds, Id, line, nullish, page, Timestamp } from './common.ts';
import { DEFAULT_EVENT_TYPES, EventType } from './event.ts';

const URL_MAX_LENGTH = 2_048;

export const ChosenEvent = z.union([EventType, z.literal('*')]);
const DEFAULTS = DEFAULT_EVENT_TYPES.map((type) => `\`${type}\``).join(', ');

const fields = {
  url: line(URL_MAX_LENGTH).meta({
    description: '`https`, port 443 or 8443, a public host name, no credentials',
    example: 'https://hooks.example.com/ekyc',
  }),
  events: z
    .array(ChosenEvent)
    .max(EventType.options.length)
    .refine((types) => new Set(types).size === types.length, 'Names a type twice')
    .meta({
      description: `The types to deliver; \`["*"]\`: all, those of later versions too; without any: ${DEFAULTS}`,
    }),
  description: z.union([z.literal(''), line(255)]).nullable(),
  enabled: z.boolean(),
};

export const CreateWebhookBody = z
  .strictObject({ ...nullish(fields), url: fields.url })
  .transform(given)
  .meta({ id: 'CreateWebhook' });
export type CreateWebhookBody = z.infer<typeof CreateWebhookBody>;

export const UpdateWebhookBody = z
  .strictObject({ ...fields, events: fields.events.nullable().transform((types) => types ?? []) })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'Name at least one field')
  .meta({
    id: 'UpdateWebhook',
    description: 'The fields to change; `enabled: true` also revives one that was disabled',
  });
export type UpdateWebhookBody = z.infer<typeof UpdateWebhookBody>;

export const RotateWebhookBody = z
  .strictObject({
    grace_seconds: graceSeconds(7 * 86_400, 'How long the previous secret signs as well'),
  })
  .meta({ id: 'RotateWebhook' });

export const Webhook = z
  .object({
    id: Id,
    partner: z.string(),
    url: z.string(),
    events: z.array(ChosenEvent),
    description: z.string().nullable(),
    enabled: z.boolean(),
    disabled_reason: z
      .string()
      .nullable()
      .meta({ description: 'Why we disabled it: it was gone, or failed for 5 days' }),
    failing_since: Timestamp.nullable().meta({ description: 'Since when no attempt has succeeded' }),
    previous_expires_at: Timestamp.nullable().meta({ description: 'Until when the previous secret signs as well' }),
    created: Timestamp,
    updated: Timestamp,
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof Webhook>;

const WebhookSecret = z.string().meta({
  description: 'Shown this once: `whsec_` and the base64 of the key',
  example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
});

export const CreatedWebhook = Webhook.extend({ secret: WebhookSecret }).meta({ id: 'CreatedWebhook' });
export type CreatedWebhook = z.infer<typeof CreatedWebhook>;

export const RotatedSecret = z
  .object({ secret: WebhookSecret, previous_expires_at: Timestamp })
  .meta({ id: 'RotatedSecret' });
export type RotatedSecret = z.infer<typeof RotatedSecret>;

export const Webhooks = page(Webhook).meta({ id: 'Webhooks' });

export const Delivery = z
  .object({
    id: Id,
    event_id: Id,
    event_type: z.string().meta({ description: 'An event’s type, or `webhook.test`' }),
    status: z.enum(['pending', 'succeeded', 'failed']),
    attempts: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
    last_attempt_at: Timestamp.nullable(),
    next_attempt_at: Timestamp.nullable(),
    response_status: z.int().min(100).max(999).nullable(),
    response_excerpt: z.string().nullable().meta({ description: 'At most 512 bytes, kept for 30 days' }),
    latency_ms: z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullable(),
    error: z
      .enum(['timeout', 'connection_failed', 'redirect', 'status', 'target_refused', 'secret_unreadable'])
      .nullable()
      .meta({ description: 'Why the last attempt failed' }),
    created: Timestamp,
  })
  .meta({
    id: 'Delivery',
    description: 'One event for one webhook: how its last attempt went, and when the next is due',
  });
export type Delivery = z.infer<typeof Delivery>;

export const Deliveries = page(Delivery).meta({ id: 'Deliveries' });
