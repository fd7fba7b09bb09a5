import { log } from './lib/log.ts';
import { ApiProblem } from './lib/problem.ts';
import type { Runtime } from './runtime.ts';
import { sweep } from './services/sweep.ts';
import { sweepDeliveries } from './webhooks/sweep.ts';

/**
 * What the cron does each minute, one duty after the other, as both share the invocation's connections and subrequests. A failure is
 * one line of the log, keeps nothing else from its turn, and the next minute tries again.
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
