import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { AppEnv } from '../app-env.ts';
import { log } from '../lib/log.ts';

/** One line per request: the route's pattern, never the URL, as ids and queries are the callers'. */
export function requestLog(now: () => number = Date.now) {
  return createMiddleware<AppEnv>(async function requestLog(c, next) {
    const startedAt = now();
    await next();
    const { caller, problem } = c.var;
    log('info', 'request', {
      request_id: c.var.requestId,
      method: c.req.method,
      route: routePath(c, -1).replace(/\{[^/]*/g, ''),
      status: c.res.status,
      code: problem?.code,
      ms: now() - startedAt,
      upstream_calls: c.var.pb?.calls ?? 0,
      caller: caller?.type,
    });
  });
}
