import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { problemResponse } from '../http/problem.ts';
import { countFailure } from '../http/rate-limit.ts';
import { rateLimited } from '../lib/rate-limits.ts';

/** Counts the requests that end with 401, by address. Valid credentials from the same address are not affected. */
export function limitFailedAuth() {
  return createMiddleware<AppEnv>(async function limitFailedAuth(c, next) {
    await next();
    if (c.get('problem')?.code !== 'unauthenticated') return;
    const caller = c.get('caller');
    const isLink = caller?.type === 'applicant';
    // Its signature was accepted, and PocketBase knew that it has ended: it need not be asked again.
    if (isLink) c.get('runtime').endedLinks.set(caller.credentialId, true);
    if (await countFailure(c, isLink ? 'link' : sortOf(c))) return;
    const problem = rateLimited('FAILED_AUTH_LIMITER');
    c.set('problem', problem);
    c.res = problemResponse(c, problem);
    c.res.headers.delete('www-authenticate');
  });
}

function sortOf(c: Context<AppEnv>) {
  return c.req.path.startsWith('/dashboard') ? 'session' : 'credential';
}
