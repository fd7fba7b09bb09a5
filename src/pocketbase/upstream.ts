import type * as z from 'zod';
import { log } from '../lib/log.ts';
import { ApiProblem, isErrorCode } from '../lib/problem.ts';
import { Breaker } from './breaker.ts';
import { type CallKind, RETRY_AFTER_SECONDS, RETRY_DELAY_MS, TIMEOUT_MS } from './limits.ts';

/** The global `fetch`, or that of a binding which reaches a private PocketBase. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Answer {
  status: number;
  headers: Headers;
  /** The JSON, parsed; `null` when there is none, or when `final` has it. */
  body: unknown;
  /** The JSON as text, when our hooks wrote it for the caller: they mark it with `x-answer`. */
  final?: string;
}

export interface UpstreamOptions {
  fetch: Fetch;
  now: () => number;
  random: () => number;
  sleep: (ms: number) => Promise<unknown>;
}

interface UpstreamInit extends RequestInit {
  method: string;
  signal?: AbortSignal;
}

/** Called before each call to PocketBase, so that a request counts its own. */
type OnCall = () => void;

export const RETRY_LATER = { 'retry-after': String(RETRY_AFTER_SECONDS) };
/** What a tunnel or a proxy answers while it cannot reach PocketBase. */
const GATEWAY_STATUSES = [502, 503, 504];

export function unavailable(cause?: unknown): ApiProblem {
  return new ApiProblem('upstream_unavailable', undefined, { headers: RETRY_LATER, cause });
}

/** PocketBase is there, but answers as another version of the hooks or of PocketBase would. Trying again would not help. */
export function otherShape(cause: unknown): ApiProblem {
  return new ApiProblem('not_configured', undefined, { cause });
}

/** @throws ApiProblem `not_configured` when the JSON has another shape, `upstream_unavailable` when there is none */
export function parseAnswer<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw body === null ? unavailable(parsed.error) : otherShape(parsed.error);
  return parsed.data;
}

/** One isolate's way to PocketBase: time limits, a retry for reads, and a breaker. */
export class Upstream {
  readonly breaker: Breaker;
  readonly #options: UpstreamOptions;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.breaker = new Breaker(options.now, (state) => log(state === 'open' ? 'error' : 'info', 'breaker', { state }));
  }

  /**
   * A call with its whole answer. A read is repeated once when PocketBase itself has not answered.
   * @throws ApiProblem `upstream_unavailable`, `upstream_timeout`
   */
  async call(
    url: string,
    init: UpstreamInit,
    onCall: OnCall,
    kind: CallKind = init.method === 'GET' ? 'read' : 'write',
  ): Promise<Answer> {
    const { now, random, sleep } = this.#options;
    const startedAt = now();
    const limit = TIMEOUT_MS[kind];
    const attempt = (ms: number | null) =>
      this.#attempt(ms, init.signal, onCall, async (signal) => readAnswer(await this.#fetch(url, init, signal)));
    if (limit === null || kind !== 'read') return attempt(limit);
    try {
      const answer = await attempt(limit);
      if (!GATEWAY_STATUSES.includes(answer.status) || isOwn(answer)) return answer;
    } catch (error) {
      if ((error as ApiProblem).code !== 'upstream_unavailable' || this.breaker.state !== 'closed') throw error;
    }
    await sleep(RETRY_DELAY_MS.min + random() * (RETRY_DELAY_MS.max - RETRY_DELAY_MS.min));
    return attempt(Math.max(1, startedAt + limit - now()));
  }

  /**
   * The answer as a stream if `isWanted` accepts it, and read whole if not. The call is never repeated, as PocketBase records each reading
   * of a document.
   */
  async stream(
    url: string,
    init: UpstreamInit,
    onCall: OnCall,
    isWanted: (response: Response) => boolean,
  ): Promise<Answer & { response: Response; isStreamed: boolean }> {
    return this.#attempt(TIMEOUT_MS.read, init.signal, onCall, async (signal) => {
      const response = await this.#fetch(url, init, signal);
      const { status, headers } = response;
      const isStreamed = isWanted(response);
      return { ...(isStreamed ? { status, headers, body: null } : await readAnswer(response)), response, isStreamed };
    });
  }

  #fetch(url: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    return this.#options.fetch(url, { ...init, redirect: 'manual', signal });
  }

  async #attempt<A extends Answer>(
    ms: number | null,
    caller: AbortSignal | undefined,
    onCall: OnCall,
    send: (signal: AbortSignal) => Promise<A>,
  ): Promise<A> {
    const pass = this.breaker.enter();
    if (!pass) throw unavailable('PocketBase was down a moment ago');
    onCall();
    const timeout = new AbortController();
    // Something between here and PocketBase may tire of an upload whose client is slow. The read before each upload tells whether PocketBase is there.
    const failure = ms === null ? 'unknown' : 'failed';
    const limit = pass.isProbe && ms !== null ? Math.min(ms, TIMEOUT_MS.probe) : ms;
    const timer = limit === null ? undefined : setTimeout(() => timeout.abort(), limit);
    try {
      const answer = await send(caller ? AbortSignal.any([timeout.signal, caller]) : timeout.signal);
      this.breaker.leave(pass, answer.status >= 500 && !isOwn(answer) ? failure : 'reached');
      return answer;
    } catch (cause) {
      const isLate = timeout.signal.aborted || isTimeout(caller?.reason);
      const outcome = caller?.aborted ? 'unknown' : failure;
      this.breaker.leave(pass, isLate ? 'failed' : outcome);
      // A probe that hangs only confirms that PocketBase is down: unavailable, not late.
      if (isLate && !pass.isProbe) throw new ApiProblem('upstream_timeout', undefined, { cause });
      throw unavailable(cause);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Whether PocketBase wrote the answer: its errors repeat the status, and our hooks name a code. A tunnel or firewall does neither. */
export function isOwn({ status, body }: Pick<Answer, 'status' | 'body'>): boolean {
  const answer = (body ?? {}) as { status?: unknown; code?: unknown };
  return answer.status === status || isErrorCode(answer.code);
}

/** An upload notices by itself that PocketBase stands still, and aborts its signal with this reason. */
function isTimeout(reason: unknown): boolean {
  return reason instanceof ApiProblem && reason.code === 'upstream_timeout';
}

async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const text = await response.text();
  return headers.has('x-answer')
    ? { status, headers, body: null, final: text }
    : { status, headers, body: parseJson(text) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
