import * as z from 'zod';
import { type CheckOutcome, OUTCOMES } from './check.ts';
import { Status } from './status.ts';

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const seconds = z.number().min(0).max(Number.MAX_SAFE_INTEGER).nullable();

export const Metrics = z
  .object({
    statuses: z
      .object(Object.fromEntries(Status.options.map((status) => [status, count])) as Record<Status, typeof count>)
      .meta({ description: 'Profiles per status' }),
    queue: z
      .object({ size: count, oldest_seconds: seconds })
      .meta({ description: 'What waits for a reviewer, and for how long' }),
    decisions: z
      .object({ count, median_seconds: seconds })
      .meta({ description: 'Of the last 30 days: how many, and the time from submission to decision' }),
    duplicates_avoided: count.meta({ description: "Creates that met a known applicant, since PocketBase's start" }),
    oldest_undelivered_event_seconds: seconds,
    checks: z.object({
      outcomes: z
        .object(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, count])) as Record<CheckOutcome, typeof count>)
        .meta({ description: "Results of automated checks, since PocketBase's start" }),
      oldest_queued_seconds: seconds.meta({ description: 'How long a check has been due that no runner has taken' }),
      runner_seen_seconds: seconds.meta({ description: 'Since a runner last asked for work; `null`: none ever did' }),
    }),
    breaker: z.object({ state: z.enum(['closed', 'open', 'half_open']), openings: count }).meta({
      description:
        'The circuit breaker before PocketBase, of the isolate that answers and in its life: its state when this request came, and how often it has opened',
    }),
  })
  .meta({ id: 'Metrics' });
