import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
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
      route: routeOf(c),
      status: c.res.status,
      code: problem?.code,
      ms: now() - startedAt,
      upstream_calls: c.var.pb?.calls ?? 0,
      caller: caller?.type,
    });
  });
}

/** The pattern that answered: middleware and fallbacks match as well, before it and after it. */
function routeOf(c: Context): string {
  const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL');
  return (route?.path ?? '*').replace(/\{[^/]*/g, '');
}
