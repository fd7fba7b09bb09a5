import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { ownOrigins } from '../http/public-url.ts';
import { ApiProblem } from '../lib/problem.ts';

/**
 * Refuses a request for another host than those of `PUBLIC_URL` (RFC 9110 §7.4): links would lead there. Health checks stand before it, as
 * they come under any name.
 * @throws ApiProblem `misdirected_request`, `not_configured`
 */
export function knownHost() {
  return createMiddleware<AppEnv>(async function knownHost(c, next) {
    if (ownOrigins(c).length === 0) throw new ApiProblem('misdirected_request');
    await next();
  });
}
