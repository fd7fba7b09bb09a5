import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { log } from '../lib/log.ts';
import { ApiProblem } from '../lib/problem.ts';
import type { LimiterName } from '../lib/rate-limits.ts';

/**
 * A limiter that fails lets the request through: it guards against too much, and must not be what makes it nothing.
 * @throws ApiProblem `not_configured` when the binding is missing
 */
export async function isWithinLimit(c: Context<AppEnv>, name: LimiterName, key: string): Promise<boolean> {
  const limiter = c.env[name];
  if (!limiter) throw new ApiProblem('not_configured', undefined, { cause: `binding ${name}` });
  try {
    return (await limiter.limit({ key })).success;
  } catch {
    log('warn', 'limiter_failed', { request_id: c.var.requestId, limiter: name });
    return true;
  }
}
