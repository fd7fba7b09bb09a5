import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { log } from '../lib/log.ts';

/** Logs the failures that an auditor asks for, each under its own event. */
export function reportFailure(event: 'profile_creation_failed' | 'status_change_failed') {
  return createMiddleware<AppEnv>(async function reportFailure(c, next) {
    await next();
    const problem = c.get('problem');
    if (!problem) return;
    const { type, id } = c.get('caller');
    log('warn', event, { request_id: c.get('requestId'), code: problem.code, actor_type: type, actor_id: id });
  });
}
