import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { addressBlock } from '../lib/address-block.ts';
import { sha256 } from '../lib/digest.ts';
import { log } from '../lib/log.ts';
import { ApiProblem } from '../lib/problem.ts';
import { type LimiterName, rateLimited } from '../lib/rate-limits.ts';

/**
 * Counts a request. If the limiter itself fails, let the request through: an outage of the limiter must not become an outage of the API.
 * @throws ApiProblem `not_configured` when the binding is missing
 */
export async function isWithinLimit(c: Context<AppEnv>, name: LimiterName, key: string): Promise<boolean> {
  const limiter = c.env[name];
  if (!limiter) throw new ApiProblem('not_configured', undefined, { cause: `binding ${name}` });
  try {
    return (await limiter.limit({ key })).success;
  } catch {
    log('warn', 'limiter_failed', { request_id: c.get('requestId'), limiter: name });
    return true;
  }
}

/**
 * Counts an attempt to log in, by address and by account. Call it before the password is checked: afterwards, a right guess would get in
 * although the limit is reached.
 * @throws ApiProblem `rate_limited`
 */
export async function limitPasswords(c: Context<AppEnv>, account: string): Promise<void> {
  for (const key of [addressOf(c), `account:${await sha256(account.toLowerCase())}`]) {
    if (!(await isWithinLimit(c, 'FAILED_AUTH_LIMITER', key))) throw rateLimited('FAILED_AUTH_LIMITER');
  }
}

/** The block of addresses that the request comes from. */
export function addressOf(c: Context<AppEnv>): string {
  return addressBlock(c.req.header('cf-connecting-ip') ?? '');
}
