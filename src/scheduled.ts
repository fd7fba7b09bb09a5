import type { Env } from './env.ts';
import { log } from './lib/log.ts';
import { ApiProblem } from './lib/problem.ts';
import { PocketBaseClient } from './pocketbase/client.ts';
import { runtimeFor } from './runtime.ts';
import { sweep } from './services/sweep.ts';

/** What the cron does each minute. A failure is one line of the log, and the next minute tries again. */
export async function runScheduled(env: Env): Promise<void> {
  const requestId = crypto.randomUUID();
  try {
    const { fetch, settings, serviceToken: token } = runtimeFor(env);
    const pb = new PocketBaseClient({ fetch, url: settings.get('POCKETBASE_URL'), token, requestId });
    log('info', 'sweep', { request_id: requestId, ...(await sweep(pb)) });
  } catch (error) {
    const code = error instanceof ApiProblem ? error.code : 'internal';
    log('error', 'sweep_failed', { request_id: requestId, code });
  }
}
