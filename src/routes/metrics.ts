import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { endpoint } from '../http/endpoint.ts';
import { Metrics } from '../schemas/metrics.ts';
import { readMetrics } from '../services/metrics.ts';

export const metrics = new Hono<AppEnv>().get(
  '/',
  endpoint({
    id: 'readMetrics',
    tag: 'Operations',
    summary: 'Read counts and ages: statuses, the queue, decisions, events, the breaker',
    access: 'metrics:read',
    answers: { 200: { description: 'As they are now', schema: Metrics } },
  }),
  async (c) => c.json(await readMetrics(c.get('pb'), c.get('runtime').upstream.breaker)),
);
