import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CheckResultBody,
  type CheckType,
  type ClaimedCheck,
  ClaimedChecks,
  type Finding,
} from '../../src/schemas/check.ts';
import type { DocumentKind } from '../../src/schemas/document.ts';

export const LEASE_SECONDS = 120;
const MAX_TRIES = 6;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 15_000;
const ANSWER_TIMEOUT_MS = 30_000;
/** 90 MB at 3 Mbit/s. */
const DOCUMENT_TIMEOUT_MS = 240_000;

/** The check is another runner's by now, superseded, or its applicant was erased (`isErased`): nothing more is to be done about it. */
export class NotOursError extends Error {
  readonly isErased: boolean;

  constructor(status: number) {
    super(`${status}`);
    this.name = 'NotOursError';
    this.isErased = status === 410;
  }
}

/** The key is wrong, revoked or not a runner's: no request will do better. */
export class KeyRefusedError extends Error {
  constructor(status: number) {
    super(`The API refuses the key: ${status}`);
    this.name = 'KeyRefusedError';
  }
}

export class ApiError extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'ApiError';
  }
}

interface Options {
  url: string;
  key: string;
  provider: { name: string; version: string };
}

interface Request {
  body?: object;
  signal?: AbortSignal;
  timeoutMs?: number;
}

type Report = Omit<CheckResultBody, 'attempt' | 'provider' | 'findings' | 'scores' | 'facts'> & {
  findings?: Finding[];
  scores?: Record<string, number>;
  facts?: Record<string, unknown>;
  models?: Record<string, string>;
};

/** The API of a runner. What may pass by itself is tried again; a repeated report is no harm, as the API takes each result once. */
export class ChecksClient {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Takes no signal: the answer to a claim that is given up would be leases that nobody knows of. */
  async claim(types: readonly CheckType[], limit: number): Promise<ClaimedCheck[]> {
    const { name, version } = this.#options.provider;
    const body = { provider: { name, version }, types, limit, lease_seconds: LEASE_SECONDS };
    const response = await this.#send('POST', '/api/checks/claim', { body });
    if (response.status === 204) return [];
    return ClaimedChecks.parse(await response.json()).items;
  }

  /** @throws ApiError when the bytes are not those that the check is about */
  async *document(check: ClaimedCheck, kind: DocumentKind, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { size, sha256 } = check.documents.find((document) => document.kind === kind) ?? {};
    const options = { signal, timeoutMs: DOCUMENT_TIMEOUT_MS };
    const response = await this.#send('GET', `/api/checks/${check.id}/documents/${kind}`, options);
    const hash = createHash('sha256');
    let left = size ?? 0;
    for await (const chunk of response.body ?? []) {
      left -= chunk.length;
      if (left < 0) break;
      hash.update(chunk);
      yield chunk;
    }
    if (left !== 0 || hash.digest('hex') !== sha256) throw new ApiError('A document is not the one that was claimed');
  }

  async heartbeat({ id, attempt }: ClaimedCheck): Promise<void> {
    await this.#send('POST', `/api/checks/${id}/heartbeat`, { body: { attempt, lease_seconds: LEASE_SECONDS } });
  }

  async report({ id, attempt }: ClaimedCheck, { models = {}, ...result }: Report): Promise<void> {
    const provider = { ...this.#options.provider, models };
    await this.#send('POST', `/api/checks/${id}/result`, { body: { ...result, attempt, provider } });
  }

  async release({ id, attempt }: ClaimedCheck, waiting: { external_ref?: string; after_seconds?: number } = {}) {
    await this.#send('POST', `/api/checks/${id}/release`, { body: { ...waiting, attempt } });
  }

  async #send(method: string, path: string, request: Request): Promise<Response> {
    const { signal } = request;
    for (let tries = 1; ; tries++) {
      const response = await this.#fetch(method, path, request);
      if (response instanceof Response && response.ok) return response;
      signal?.throwIfAborted();
      const status = response instanceof Response ? response.status : 0;
      if (response instanceof Response) await response.body?.cancel();
      if (status === 401 || status === 403) throw new KeyRefusedError(status);
      if (status === 404 || status === 409 || status === 410) throw new NotOursError(status);
      const mayPass = status === 0 || status === 429 || status >= 500;
      if (!mayPass || tries === MAX_TRIES)
        throw new ApiError(`${method} ${path.split('/').at(-1)}: ${status || 'no answer'}`);
      const seconds = response instanceof Response ? Number(response.headers.get('retry-after')) : 0;
      await sleep(delayMs(tries, seconds, Math.random()), undefined, signal && { signal });
    }
  }

  /** The response, or the error of a connection. */
  async #fetch(method: string, path: string, { body, signal, timeoutMs }: Request): Promise<Response | Error> {
    const { url, key } = this.#options;
    const timeout = AbortSignal.timeout(timeoutMs ?? ANSWER_TIMEOUT_MS);
    return fetch(`${url}${path}`, {
      method,
      headers: { 'x-api-key': key, ...(body && { 'content-type': 'application/json' }) },
      body: body ? JSON.stringify(body) : null,
      // The key goes to that address and to no other.
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    }).catch((error: Error) => error);
  }
}

/**
 * Doubles with each try, and lies anywhere below that: runners that lost the API together shall not come back together.
 * @param retryAfter seconds that the API asks for; 0 or NaN for none
 * @param random 0 to 1
 */
export function delayMs(tries: number, retryAfter: number, random: number): number {
  const longest = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** tries);
  const asked = retryAfter > 0 ? Math.min(retryAfter * 1000, MAX_DELAY_MS) : 0;
  return asked + random * longest;
}
