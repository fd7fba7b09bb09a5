import * as z from 'zod';
import { Metrics } from '../../schemas/metrics.ts';
import { Status } from '../../schemas/status.ts';
import { count } from './common.ts';

const seconds = z.number().nullable();

export const MetricsAnswer = z.object({
  statuses: z.record(Status, count),
  queue: z.object({ size: count, oldest_seconds: seconds }),
  decisions: z.object({ count, median_seconds: seconds }),
  duplicates_avoided: count,
  oldest_undelivered_event_seconds: seconds,
  checks: Metrics.shape.checks,
});
