import * as z from 'zod';
import types from '../../pocketbase/hooks/lib/shared/event-types.json' with { type: 'json' };
import { Id, page, Timestamp } from './common.ts';
import { DocumentKind } from './document.ts';
import { Status } from './status.ts';

/** Hooks write these, and endpoints choose among them. */
export const EventType = z
  .enum(Object.keys(types) as [string, ...string[]])
  .meta({ id: 'EventType', description: 'What happened to a profile' });
export type EventType = z.infer<typeof EventType>;

/** What an endpoint is told that chooses no types. */
export const DEFAULT_EVENT_TYPES = Object.entries(types)
  .filter(([, type]) => type.default)
  .map(([name]) => name);

export const Event = z
  .object({
    id: Id.meta({ description: 'The same in the feed and on every attempt of a delivery, as `webhook-id`' }),
    type: EventType,
    sequence: z
      .int()
      .min(1)
      .max(Number.MAX_SAFE_INTEGER)
      .meta({ description: 'Counts the partner’s events, without gaps' }),
    created: Timestamp,
    data: z
      .object({
        profile_id: Id,
        external_id: z.string().optional(),
        from: Status.optional().meta({ description: 'Of `profile.status_changed`' }),
        to: Status.optional().meta({ description: 'Of `profile.created` and `profile.status_changed`' }),
        kind: DocumentKind.optional().meta({ description: 'Of a document' }),
        version: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional().meta({ description: 'Of a document' }),
        fields: z
          .array(z.string())
          .optional()
          .meta({ description: 'Of `profile.updated` and `profile.matched`: names of fields' }),
      })
      .meta({ description: 'Ids and statuses, no personal data' }),
  })
  .meta({ id: 'Event' });
export type Event = z.infer<typeof Event>;

export const Events = page(Event).meta({ id: 'Events' });

export const EventsQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  after: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Id of the last event you have; without it the feed begins at the first' }),
});
export type EventsQuery = z.infer<typeof EventsQuery>;
