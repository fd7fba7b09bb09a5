import type { PocketBaseClient } from '../pocketbase/client.ts';
import { MetricsAnswer } from '../pocketbase/records.ts';

export function readMetrics(pb: PocketBaseClient) {
  return pb.call(MetricsAnswer, '/api/edge/metrics');
}
