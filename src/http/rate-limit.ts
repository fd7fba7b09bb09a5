import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { addressBlock } from '../lib/address-block.ts';
import { sha256Hex } from '../lib/digest.ts';
import { log } from '../lib/log.ts';
import { ApiProblem } from '../lib/problem.ts';
import { type LimiterName, rateLimited } from '../lib/rate-limits.ts';

/** So long waits a try to log in to an account that many addresses try. */
const SLOWED_LOGIN_MS = 2_000;

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
 * Counts an attempt to log in. Call it before the password is checked: afterwards, a right guess would get in although the limit is reached.
 * An address is refused over its limit. An account that many addresses try is answered later, but never refused: a stranger could lock its
 * reviewer out.
 * @throws ApiProblem `rate_limited`
 */
export async function limitPasswords(c: Context<AppEnv>, account: string): Promise<void> {
  if (!(await isWithinLimit(c, 'FAILED_AUTH_LIMITER', `login:${addressOf(c)}`)))
    throw rateLimited('FAILED_AUTH_LIMITER');
  const digest = await sha256Hex(account.toLowerCase());
  if (await isWithinLimit(c, 'FAILED_AUTH_LIMITER', `account:${digest}`)) return;
  log('warn', 'login_slowed', { request_id: c.get('requestId') });
  await scheduler.wait(SLOWED_LOGIN_MS);
}

/** Failures that a stranger causes must not use up what is left for others, so each sort has a counter of its own. */
type FailureSort = 'credential' | 'link' | 'session';

/** Counts a failed authentication. @returns false when its address is over the limit */
export async function countFailure(c: Context<AppEnv>, sort: FailureSort): Promise<boolean> {
  const key = `${sort}:${addressOf(c)}`;
  const isWithin = await isWithinLimit(c, 'FAILED_AUTH_LIMITER', key);
  if (!isWithin) c.get('runtime').overLimit.set(key, true);
  return isWithin;
}

/**
 * Call it before PocketBase is asked about a credential that this isolate has not seen to be good: the limiter answers only by counting, so
 * the isolate remembers which addresses are over.
 * @throws ApiProblem `rate_limited`
 */
export function checkAddress(c: Context<AppEnv>): void {
  const sort: FailureSort = 'credential';
  if (c.get('runtime').overLimit.get(`${sort}:${addressOf(c)}`)) throw rateLimited('FAILED_AUTH_LIMITER');
}

/** The block of addresses that the request comes from. */
export function addressOf(c: Context<AppEnv>): string {
  return addressBlock(c.req.header('cf-connecting-ip') ?? '');
}
