import type { Breaker } from '../pocketbase/breaker.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { MetricsAnswer } from '../pocketbase/records/metrics.ts';

export async function readMetrics(pb: PocketBaseClient, { state, openings }: Breaker) {
  return { ...(await pb.call(MetricsAnswer, '/api/edge/metrics')), breaker: { state, openings } };
}
