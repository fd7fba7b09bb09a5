import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import type { AppEnv } from '../app-env.ts';
import { log } from '../lib/log.ts';

/** Logs a line per request with the route's pattern. The URL stays out, as its id and query may tell of a person. */
export function requestLog(now: () => number = Date.now) {
  return createMiddleware<AppEnv>(async function requestLog(c, next) {
    const startedAt = now();
    await next();
    log('info', 'request', {
      request_id: c.get('requestId'),
      method: c.req.method,
      route: routeOf(c),
      status: c.res.status,
      code: c.get('problem')?.code,
      ms: now() - startedAt,
      upstream_calls: c.get('pb')?.calls ?? 0,
      caller: c.get('caller')?.type,
    });
  });
}

/** The pattern of the route that answered. Middleware and fallbacks match as well, under the method `ALL`. */
function routeOf(c: Context): string {
  const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL');
  return (route?.path ?? '*').replace(/\{[^/]*/g, '');
}
