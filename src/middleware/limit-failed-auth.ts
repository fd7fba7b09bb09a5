import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { problemResponse } from '../http/problem.ts';
import { addressBlock } from '../lib/address-block.ts';
import { rateLimited } from '../lib/rate-limits.ts';
import { isWithinLimit } from './rate-limit.ts';

/** Counts what has failed, wherever it was found out, a revoked link as well: a valid credential from the same address stays unaffected. */
export function limitFailedAuth() {
  return createMiddleware<AppEnv>(async function limitFailedAuth(c, next) {
    await next();
    if (c.var.problem?.code !== 'unauthenticated') return;
    const address = addressBlock(c.req.header('cf-connecting-ip') ?? '');
    if (await isWithinLimit(c, 'FAILED_AUTH_LIMITER', address)) return;
    const problem = rateLimited('FAILED_AUTH_LIMITER');
    c.set('problem', problem);
    c.res = problemResponse(c, problem);
    c.res.headers.delete('www-authenticate');
  });
}
