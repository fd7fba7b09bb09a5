import { ApiProblem } from '../lib/problem.ts';

/** The global `fetch`, or that of a binding which reaches a private PocketBase. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The limits of calls to PocketBase, in one place. */
export const LIMITS = {
  /** A JSON call takes milliseconds; ten seconds is a PocketBase that hangs. */
  callTimeoutMs: 10_000,
} as const;

export const RETRY_LATER = { 'retry-after': '2' };

export function unavailable(cause?: unknown): ApiProblem {
  return new ApiProblem('upstream_unavailable', undefined, { headers: RETRY_LATER, cause });
}

/** @throws ApiProblem `upstream_timeout` when `timeout` has fired, else `upstream_unavailable` */
function fail(cause: unknown, timeout: AbortSignal): never {
  if (timeout.aborted) throw new ApiProblem('upstream_timeout', undefined, { cause });
  throw unavailable(cause);
}

/** A JSON call, its body included, within the time limit. `body` is `null` when PocketBase sent no JSON. */
export async function callUpstream(
  fetch: Fetch,
  url: string,
  init: RequestInit,
): Promise<{ status: number; headers: Headers; body: unknown }> {
  const timeout = AbortSignal.timeout(LIMITS.callTimeoutMs);
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: timeout });
    return { status: response.status, headers: response.headers, body: parseJson(await response.text()) };
  } catch (cause) {
    fail(cause, timeout);
  }
}

/** A call whose body streams. The time limit covers the wait for the headers, which after an upload its sender has to bound by `signal`. */
export async function streamUpstream(
  fetch: Fetch,
  url: string,
  init: RequestInit & { signal?: AbortSignal },
): Promise<Response> {
  const timeout = new AbortController();
  const timer = init.body ? undefined : setTimeout(() => timeout.abort(), LIMITS.callTimeoutMs);
  const signals = init.signal ? [timeout.signal, init.signal] : [timeout.signal];
  try {
    return await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.any(signals) });
  } catch (cause) {
    fail(cause, timeout.signal);
  } finally {
    clearTimeout(timer);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
