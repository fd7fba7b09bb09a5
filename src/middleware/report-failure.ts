import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { log } from '../lib/log.ts';

/** A line of its own for the failures that an auditor asks about; see the contract's section 6. */
export function reportFailure(event: 'profile_creation_failed' | 'status_change_failed') {
  return createMiddleware<AppEnv>(async function reportFailure(c, next) {
    await next();
    const { problem, requestId, caller } = c.var;
    if (problem)
      log('warn', event, { request_id: requestId, code: problem.code, actor_type: caller.type, actor_id: caller.id });
  });
}
