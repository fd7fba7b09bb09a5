import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { problemResponse } from '../http/problem.ts';
import { addressOf, isWithinLimit } from '../http/rate-limit.ts';
import { rateLimited } from '../lib/rate-limits.ts';

/** Counts the requests that end with 401, by address. Valid credentials from the same address are not affected. */
export function limitFailedAuth() {
  return createMiddleware<AppEnv>(async function limitFailedAuth(c, next) {
    await next();
    if (c.get('problem')?.code !== 'unauthenticated') return;
    if (await isWithinLimit(c, 'FAILED_AUTH_LIMITER', addressOf(c))) return;
    const problem = rateLimited('FAILED_AUTH_LIMITER');
    c.set('problem', problem);
    c.res = problemResponse(c, problem);
    c.res.headers.delete('www-authenticate');
  });
}
