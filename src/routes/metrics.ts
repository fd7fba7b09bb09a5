import { Hono } from 'hono';
import { accepts } from 'hono/accepts';
import type { AppEnv } from '../app-env.ts';
import { endpoint } from '../http/endpoint.ts';
import { Metrics } from '../schemas/metrics.ts';
import { readMetrics } from '../services/metrics.ts';
import { toOpenMetrics } from '../services/openmetrics.ts';

const OPENMETRICS = 'application/openmetrics-text';
const TEXTS: Record<string, string> = {
  [OPENMETRICS]: `${OPENMETRICS}; version=1.0.0; charset=utf-8`,
  // The same lines under the name that older scrapers know.
  'text/plain': 'text/plain; version=0.0.4; charset=utf-8',
};
const JSON_TYPE = 'application/json';

export const metrics = new Hono<AppEnv>().get(
  '/',
  endpoint({
    id: 'readMetrics',
    tag: 'Operations',
    summary: 'Read counts and ages: statuses, the queue, decisions, events, the breaker',
    description: `As JSON, or as OpenMetrics text where \`Accept\` prefers \`${OPENMETRICS}\` or \`text/plain\`.`,
    access: 'metrics:read',
    answers: { 200: { description: 'As they are now', schema: Metrics, media: OPENMETRICS } },
  }),
  async (c) => {
    const current = await readMetrics(c.get('pb'), c.get('runtime').upstream.breaker);
    const supports = [JSON_TYPE, ...Object.keys(TEXTS)];
    const type = TEXTS[accepts(c, { header: 'Accept', supports, default: JSON_TYPE })];
    c.header('vary', 'Accept', { append: true });
    return type ? c.body(toOpenMetrics(current), 200, { 'content-type': type }) : c.json(current);
  },
);
