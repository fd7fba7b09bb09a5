import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { problemResponse } from '../http/problem.ts';
import { isWithinLimit } from '../http/rate-limit.ts';
import { addressBlock } from '../lib/address-block.ts';
import { sha256 } from '../lib/digest.ts';
import { rateLimited } from '../lib/rate-limits.ts';

/** Counts what has failed, wherever it was found out, a revoked link as well: a valid credential from the same address stays unaffected. */
export function limitFailedAuth() {
  return createMiddleware<AppEnv>(async function limitFailedAuth(c, next) {
    await next();
    if (c.var.problem?.code !== 'unauthenticated') return;
    if (await isWithinLimit(c, 'FAILED_AUTH_LIMITER', addressOf(c))) return;
    const problem = rateLimited('FAILED_AUTH_LIMITER');
    c.set('problem', problem);
    c.res = problemResponse(c, problem);
    c.res.headers.delete('www-authenticate');
  });
}

/**
 * Passwords are guessed, which keys are not: a try counts before it is judged, for its address and for its account, or a right guess would
 * be let in whatever was counted.
 * @throws ApiProblem `rate_limited`
 */
export async function limitPasswords(c: Context<AppEnv>, account: string): Promise<void> {
  for (const key of [addressOf(c), `account:${await sha256(account.toLowerCase())}`]) {
    if (!(await isWithinLimit(c, 'FAILED_AUTH_LIMITER', key))) throw rateLimited('FAILED_AUTH_LIMITER');
  }
}

function addressOf(c: Context<AppEnv>): string {
  return addressBlock(c.req.header('cf-connecting-ip') ?? '');
}
