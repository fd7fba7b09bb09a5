import * as z from 'zod';
import types from '../../pocketbase/hooks/lib/shared/event-types.json' with { type: 'json' };
import { CheckOutcome } from './check.ts';
import { Id, PageLimit, page, Timestamp } from './common.ts';
import { DocumentKind } from './document.ts';
import { Status } from './status.ts';

type Type = keyof typeof types;

/** Hooks write these, and endpoints choose among them. */
export const EventType = z
  .enum(Object.keys(types) as [Type, ...Type[]])
  .meta({ id: 'EventType', description: 'What happened to a profile' });
export type EventType = z.infer<typeof EventType>;

/** What an endpoint is told that chooses no types. */
export const DEFAULT_EVENT_TYPES = EventType.options.filter((type) => types[type].default);

const document = {
  kind: DocumentKind,
  version: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
};
const fields = z.array(z.string()).meta({ description: 'Names of fields' });

/** When an event of each type is written, and what it tells besides the profile's ids. */
const TYPES = {
  'profile.created': ['A profile was created', { to: Status }],
  'profile.status_changed': ['The status changed', { from: Status, to: Status }],
  'profile.updated': ['Fields were changed', { fields }],
  'profile.document_uploaded': ['A document was stored or replaced', document],
  'profile.document_removed': ['A document was removed', document],
  'profile.matched': ['The document was sent with another name or date of birth, and refused', { fields }],
  'profile.checks_completed': ['The last check of a round is done', { outcome: CheckOutcome }],
  'profile.document_expiring': ['A document of an approved profile expires within 30 days', document],
  'profile.consent_given': [
    'The applicant has agreed to what the level asks',
    { version: z.string().meta({ description: 'Of the text' }) },
  ],
  'profile.redacted': ['The personal data was erased', {}],
} as const satisfies Record<EventType, [description: string, data: z.ZodRawShape]>;

const message = {
  id: Id.meta({ description: 'The same in the feed and on every attempt of a delivery, as `webhook-id`' }),
  created: Timestamp,
};
const subject = { profile_id: Id, external_id: z.string().optional() };

function eventOf<T extends EventType>(type: T) {
  const [description, data] = TYPES[type];
  return z
    .object({
      ...message,
      type: z.literal(type),
      sequence: z
        .int()
        .min(1)
        .max(Number.MAX_SAFE_INTEGER)
        .meta({ description: 'Counts the partner’s events, without gaps' }),
      data: z
        .object({ ...subject, ...(data as (typeof TYPES)[T][1]) })
        .meta({ description: 'Ids and statuses, no personal data' }),
    })
    .meta({ id: nameOf(type), description });
}

/** `profile.status_changed` → `ProfileStatusChanged` */
function nameOf(type: string): string {
  return type.replace(/(?:^|[._])(\w)/g, (_, letter: string) => letter.toUpperCase());
}

const EVENTS = [
  eventOf('profile.created'),
  eventOf('profile.status_changed'),
  eventOf('profile.updated'),
  eventOf('profile.document_uploaded'),
  eventOf('profile.document_removed'),
  eventOf('profile.matched'),
  eventOf('profile.checks_completed'),
  eventOf('profile.document_expiring'),
  eventOf('profile.consent_given'),
  eventOf('profile.redacted'),
] as const;

export const Event = z.union(EVENTS).meta({
  id: 'Event',
  discriminator: {
    propertyName: 'type',
    mapping: Object.fromEntries(EventType.options.map((type) => [type, `#/components/schemas/${nameOf(type)}`])),
  },
});
export type Event = z.infer<typeof Event>;

export const TestEvent = z
  .object({
    ...message,
    type: z.literal('webhook.test'),
    sequence: z.null(),
    data: z.object({ webhook_id: Id }),
  })
  .meta({ id: nameOf('webhook.test'), description: 'A test was asked for' });

/** All that a webhook may be sent. */
export const MESSAGES = [...EVENTS, TestEvent];

export const Events = page(Event).meta({ id: 'Events' });

export const EventsQuery = z.strictObject({
  limit: PageLimit,
  after: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Id of the last event you have; without it the feed begins at the first' }),
});
export type EventsQuery = z.infer<typeof EventsQuery>;
