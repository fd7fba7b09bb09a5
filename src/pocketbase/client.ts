import type * as z from 'zod';
import { ApiProblem, type ErrorCode, type FieldError, isErrorCode, PROBLEMS } from '../lib/problem.ts';
import type { Actor } from './actor.ts';
import type { ServiceToken } from './service-token.ts';
import { type Answer, isOwn, otherShape, parseAnswer, RETRY_LATER, type Upstream, unavailable } from './upstream.ts';

export interface ClientOptions {
  upstream: Upstream;
  url: string;
  token: ServiceToken;
  requestId: string;
}

export interface Call {
  method?: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE';
  query?: Record<string, string>;
  body?: unknown;
  idempotency?: Idempotency | undefined;
}

/** Two digests in hex: of what names the request, and of what it asks for. */
export interface Idempotency {
  key: string;
  body: string;
}

export interface Upload {
  headers: Record<string, string>;
  body: ReadableStream<Uint8Array>;
  signal: AbortSignal;
}

export interface Download {
  method: 'GET' | 'HEAD';
  headers: Record<string, string>;
  signal: AbortSignal;
}

/** What the calls of one request add up to, for all actors together. */
interface Tally {
  calls: number;
  deliveries: string[];
}

/** PocketBase for one incoming request. Without `as(actor)` no record is visible: the rules deny by default. */
export class PocketBaseClient {
  readonly #options: ClientOptions;
  readonly #actor: Actor | null;
  readonly #tally: Tally;
  readonly #count = () => {
    this.#tally.calls++;
  };

  constructor(options: ClientOptions, actor: Actor | null = null, tally: Tally = { calls: 0, deliveries: [] }) {
    this.#options = options;
    this.#actor = actor;
    this.#tally = tally;
  }

  /** Calls to PocketBase so far, logins included. */
  get calls(): number {
    return this.#tally.calls;
  }

  /** Ids of the webhook deliveries that this request's writes have made due. */
  get deliveries(): readonly string[] {
    return this.#tally.deliveries;
  }

  as(actor: Actor): PocketBaseClient {
    return new PocketBaseClient(this.#options, actor, this.#tally);
  }

  /**
   * A JSON call as the service account, its answer parsed by `schema`.
   * @throws ApiProblem PocketBase's refusal as the contract words it, or `upstream_unavailable`, `upstream_timeout`
   */
  async call<T extends z.ZodType>(schema: T, path: string, call: Call = {}): Promise<z.output<T>> {
    const answer = await this.#send(path, call);
    // A page of something in between has no JSON, even with 200: it confirms nothing.
    if (answer.status !== (answer.body === null ? 204 : 200)) throw refusal(answer);
    return parseAnswer(schema, answer.body);
  }

  /** JSON that our hooks have written for the caller, as text: parsing it and writing it again would cost more than the rest of a read. */
  async text(path: string, call: Call = {}): Promise<string> {
    return finalText(await this.#send(path, call));
  }

  #send(path: string, { method = 'GET', query, body, idempotency }: Call = {}): Promise<Answer> {
    const url = this.#url(path, query);
    const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
    return this.#withToken(
      (headers) =>
        this.#options.upstream.call(
          url,
          {
            ...init,
            headers: {
              ...headers,
              ...(idempotency && { 'x-idempotency-key': idempotency.key, 'x-idempotency-body': idempotency.body }),
              ...(body !== undefined && { 'content-type': 'application/json' }),
            },
          },
          this.#count,
        ),
      true,
    );
  }

  /** A form that streams, and the text of its answer. A body that has begun cannot be sent twice, so a stale token ends in a 503. */
  async upload(path: string, { headers, ...init }: Upload): Promise<string> {
    const url = this.#url(path);
    const { upstream } = this.#options;
    const answer = await this.#withToken(
      (own) => upstream.call(url, { ...init, method: 'POST', headers: { ...own, ...headers } }, this.#count, 'upload'),
      false,
    );
    return finalText(answer);
  }

  /** A document as PocketBase streams it: 200, 206, 304, 412 or 416. */
  async download(path: string, { headers, ...init }: Download): Promise<Response> {
    const url = this.#url(path);
    const { upstream } = this.#options;
    const answer = await this.#withToken(
      (own) => upstream.stream(url, { ...init, headers: { ...own, ...headers } }, this.#count, isDocument),
      true,
    );
    if (answer.isStreamed) return answer.response;
    // The answer to a HEAD has no words: they stand in that to a GET, which is refused as well.
    const isWordless = init.method === 'HEAD' && answer.status >= 400 && answer.status < 500;
    if (!isWordless) throw refusal(answer);
    const repeated = await this.download(path, { ...init, headers, method: 'GET' });
    await repeated.body?.cancel();
    return new Response(null, repeated);
  }

  /** A call with a reviewer's own token, which PocketBase judges; `null` when it refuses the token. */
  async callAs<T extends z.ZodType>(schema: T, token: string, path: string): Promise<z.output<T> | null> {
    const init = { method: 'POST', headers: { 'x-request-id': this.#options.requestId, authorization: token } };
    return judged(schema, await this.#options.upstream.call(this.#url(path), init, this.#count, 'login'));
  }

  /** A login with a person's own password; `null` when PocketBase refuses it. */
  async logIn<T extends z.ZodType>(schema: T, path: string, credentials: object): Promise<z.output<T> | null> {
    const headers = { 'x-request-id': this.#options.requestId, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(credentials) };
    return judged(schema, await this.#options.upstream.call(this.#url(path), init, this.#count, 'login'));
  }

  async #withToken<R extends { status: number; headers: Headers }>(
    send: (headers: Record<string, string>) => Promise<R>,
    canRepeat: boolean,
  ) {
    const { token } = this.#options;
    const attempt = async (value: string) => {
      const answer = await send({ ...this.#actorHeaders(), authorization: value });
      this.#tally.deliveries.push(...(answer.headers.get('x-deliveries')?.split(',') ?? []));
      return answer;
    };
    const first = await token.get(this.#count);
    const answer = await attempt(first);
    // Our hooks never refuse a caller with 401: it always means the service token.
    if (answer.status !== 401) return answer;
    const second = await token.replace(first, this.#count);
    if (!canRepeat) throw unavailable('stale token');
    const repeated = await attempt(second);
    if (repeated.status === 401) throw unavailable('service account refused');
    return repeated;
  }

  #actorHeaders(): Record<string, string> {
    const headers: Record<string, string> = { 'x-request-id': this.#options.requestId };
    if (!this.#actor) return headers;
    const { type, id, partner, credentialId, isRefresh, linkIssuedAt } = this.#actor;
    Object.assign(headers, { 'x-partner': partner ?? '*', 'x-actor-type': type, 'x-actor-id': id });
    if (credentialId) headers['x-credential-id'] = credentialId;
    if (isRefresh) headers['x-refresh'] = '1';
    if (linkIssuedAt !== undefined) headers['x-link-iat'] = String(linkIssuedAt);
    return headers;
  }

  #url(path: string, query?: Record<string, string>): string {
    return `${this.#options.url}${path}${query ? `?${new URLSearchParams(query)}` : ''}`;
  }
}

const MISSING_HOOKS = { cause: 'PocketBase has other hooks than this version needs' };
const STREAMED_STATUSES = [200, 206, 304, 412, 416];
const isDocument = ({ status, headers }: Response) =>
  STREAMED_STATUSES.includes(status) && headers.has('x-document-meta');

function finalText(answer: Answer): string {
  if (answer.status === 200 && answer.final !== undefined) return answer.final;
  const problem = refusal(answer);
  const isOurWord = isErrorCode((answer.body as { code?: unknown } | null)?.code);
  // Hooks that have the route name a code in each of its refusals.
  if (problem.code === 'not_found' && !isOurWord) throw new ApiProblem('not_configured', undefined, MISSING_HOOKS);
  throw problem;
}

/** The answer to a credential that is not the service account's: `null` when PocketBase refuses it. */
function judged<T extends z.ZodType>(schema: T, answer: Answer): z.output<T> | null {
  if ([400, 401, 403].includes(answer.status) && isOwn(answer)) return null;
  if (answer.status !== 200) throw unavailable(`status ${answer.status}`);
  return parseAnswer(schema, answer.body);
}

/** What PocketBase refused, in the contract's words. PocketBase's own messages stay here. */
function refusal({ status, body }: Pick<Answer, 'status' | 'body'>): ApiProblem {
  if (status < 300 && body !== null) return otherShape(`status ${status}`);
  const answer = (body ?? {}) as Record<string, unknown>;
  if (isErrorCode(answer.code)) {
    const { code, status: _, detail, errors, retry_after, ...members } = answer;
    const isLater = PROBLEMS[code as ErrorCode].status === 503;
    return new ApiProblem(code as ErrorCode, typeof detail === 'string' ? detail : undefined, {
      members,
      ...(Array.isArray(errors) && { errors: errors as FieldError[] }),
      ...(isLater && { headers: RETRY_LATER }),
      ...(typeof retry_after === 'number' && { headers: { 'retry-after': String(retry_after) } }),
    });
  }
  // A 404 or 413 that PocketBase did not write comes from a tunnel or proxy, and says nothing about a record.
  if (!isOwn({ status, body })) return unavailable(`status ${status}`);
  if (status === 404) return new ApiProblem('not_found');
  if (status === 413) return new ApiProblem('payload_too_large');
  const fields = Object.keys((answer.data ?? {}) as object);
  if (status !== 400 || fields.length === 0) return unavailable(`status ${status}`);
  const errors = fields.map((field) => ({ pointer: `/${field}`, detail: 'Not accepted' }));
  return new ApiProblem('validation_failed', undefined, { errors });
}
