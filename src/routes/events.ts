import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { requirePartner } from '../auth/caller.ts';
import { endpoint } from '../http/endpoint.ts';
import { query } from '../http/validate.ts';
import { onePartner } from '../middleware/one-partner.ts';
import { Events, EventsQuery } from '../schemas/event.ts';
import { listEvents } from '../services/events.ts';

export const events = new Hono<AppEnv>().get(
  '/',
  endpoint({
    id: 'readEvents',
    tag: 'Webhooks',
    summary: 'Read what happened, oldest first',
    description:
      'Every event of the partner in the order of `sequence`, whether or not a webhook was told of it. Internal keys name the partner in `x-partner`.',
    access: 'events:read',
    answers: { 200: { description: 'The events that follow `after`', schema: Events } },
    problems: ['validation_failed'],
  }),
  onePartner(),
  query(EventsQuery),
  async (c) => c.json(await listEvents(c.get('pb'), requirePartner(c.get('caller')), c.req.valid('query'))),
);
