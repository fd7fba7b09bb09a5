import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '../../src/lib/log.ts';
import type { ClaimedCheck } from '../../src/schemas/check.ts';
import { type ChecksClient, KeyRefusedError, LEASE_SECONDS, NotOursError } from './client.ts';
import type { Perform, Runner } from './runner.ts';

/** An applicant has five checks by the built-in level, and the API gives no more at once. */
const CLAIMED_AT_ONCE = 5;
const HEARTBEAT_MS = (LEASE_SECONDS * 1000) / 3;
const MIN_PAUSE_MS = 2_000;
const MAX_PAUSE_MS = 10_000;
const IDLE_SHARE = 30;

/** Asks often after work, when more is likely, and up to five times less often after five minutes without any. */
export function pauseMs(idleMs: number): number {
  return Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, idleMs / IDLE_SHARE));
}

/**
 * Claims and does checks until `signal` says stop; then gives back those that it holds, and returns.
 * @throws KeyRefusedError
 */
export async function runLoop(runner: Runner, client: ChecksClient, signal: AbortSignal): Promise<void> {
  const stopped = once(signal, 'abort').then(() => runner.stop());
  let workedAt = Date.now();
  while (!signal.aborted) {
    const checks = await claim(runner, client);
    const perform = runner.begin();
    const done = await Promise.all(checks.map((check) => hold(check, { runner, client, perform, signal })));
    if (done.includes(true)) workedAt = Date.now();
    // Without a result there is an outage or nothing to do.
    else await sleep(pauseMs(Date.now() - workedAt), undefined, { signal }).catch(() => {});
  }
  await stopped;
}

async function claim(runner: Runner, client: ChecksClient): Promise<ClaimedCheck[]> {
  try {
    return await client.claim(runner.types, CLAIMED_AT_ONCE);
  } catch (error) {
    if (error instanceof KeyRefusedError) throw error;
    log('warn', 'claim_failed', { reason: reasonOf(error) });
    return [];
  }
}

interface Work {
  runner: Runner;
  client: ChecksClient;
  perform: Perform;
  signal: AbortSignal;
}

/** Does one check while it keeps its lease. Returns whether it is concluded. */
async function hold(check: ClaimedCheck, work: Work): Promise<boolean> {
  const { id, type, attempt } = check;
  const { client } = work;
  const beginMs = Date.now();
  const lost = new AbortController();
  const heartbeat = setInterval(() => {
    client.heartbeat(check).catch((error) => error instanceof NotOursError && lost.abort(error));
  }, HEARTBEAT_MS);
  try {
    const outcome = await conclude(check, work, AbortSignal.any([work.signal, lost.signal]));
    log('info', 'check_done', { check: id, type, attempt, outcome, ms: Date.now() - beginMs });
    return true;
  } catch (error) {
    const reason = lost.signal.aborted ? lost.signal.reason : error;
    log('warn', 'check_left', { check: id, type, attempt, reason: reasonOf(reason) });
    await leave(check, work, reason);
    return false;
  } finally {
    clearInterval(heartbeat);
  }
}

async function conclude(check: ClaimedCheck, { client, perform }: Work, signal: AbortSignal): Promise<string> {
  const conclusion = await perform(check, { read: (kind) => client.document(check, kind, signal) });
  if ('after_seconds' in conclusion) {
    await client.release(check, conclusion);
    return 'waiting';
  }
  await client.report(check, conclusion);
  return conclusion.outcome;
}

async function leave(check: ClaimedCheck, { runner, client }: Work, reason: unknown): Promise<void> {
  try {
    if (!(reason instanceof NotOursError)) await client.release(check);
    else if (reason.isErased && check.external_ref) await runner.erase?.(check.external_ref);
  } catch (error) {
    // The lease ends by itself.
    log('warn', 'release_failed', { check: check.id, reason: reasonOf(error) });
  }
}

/** Messages of libraries may quote what they were given. */
function reasonOf(error: unknown): string {
  const { name, message } = error as Error;
  return /^(ApiError|NotOursError|KeyRefusedError)$/.test(name) ? `${name}: ${message}` : name;
}
