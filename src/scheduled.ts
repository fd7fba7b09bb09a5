import { log } from './lib/log.ts';
import { ApiProblem } from './lib/problem.ts';
import type { Runtime } from './runtime.ts';
import { sweep } from './services/sweep.ts';
import { sweepDeliveries } from './webhooks/sweep.ts';

/**
 * What the cron does each minute. One duty follows the other, as they share the invocation's connections and subrequests. A duty that
 * fails writes one line to the log, does not stop the next duty, and is tried again in the next minute.
 */
export async function runScheduled(runtime: Runtime): Promise<void> {
  const requestId = crypto.randomUUID();
  const duties = {
    sweep: () => sweep(runtime.connect(requestId)),
    deliveries: () => sweepDeliveries(runtime),
  };
  for (const [duty, work] of Object.entries(duties)) {
    try {
      log('info', 'scheduled', { request_id: requestId, duty, ...(await work()) });
    } catch (error) {
      const code = error instanceof ApiProblem ? error.code : 'internal';
      log('error', 'scheduled_failed', { request_id: requestId, duty, code });
    }
  }
}
