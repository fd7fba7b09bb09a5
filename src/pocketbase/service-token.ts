/**
 * The service account's token: isolate memory, then KV (sealed), then a login.
 * KV only saves new isolates a login. It is eventually consistent, and may still hold a token that PocketBase refused: that one is ignored.
 */
import { decodeJwt } from 'jose';
import * as z from 'zod';
import { log } from '../lib/log.ts';
import { open, type SealOptions, seal } from '../lib/sealed-box.ts';
import { TIMEOUT_MS } from './limits.ts';
import { otherShape, parseAnswer, type Upstream, unavailable } from './upstream.ts';

export interface ServiceTokenOptions {
  upstream: Upstream;
  url: string;
  email: string;
  password: string;
  kv: KVNamespace;
  now: () => number;
  sleep: (ms: number) => Promise<unknown>;
}

const KV_KEY = 'service-token';
const PURPOSE = 'ekyc-edge service token';
/** A token this close to its end counts as expired, so that none expires during a call. */
const EXPIRY_MARGIN_MS = 60_000;
const KV_MIN_TTL_SECONDS = 60;
/** How long other requests wait for a login in flight. If its client has left, Workers may have frozen it. */
const LOGIN_PATIENCE_MS = TIMEOUT_MS.login;
const POLL_MS = 10;
/** The pause after a login that failed: with a wrong password each login would cost PocketBase a bcrypt. */
const LOGIN_PAUSE_MS = 1_000;

const AuthResponse = z.object({ token: z.string() });

export class ServiceToken {
  readonly #options: ServiceTokenOptions;
  #token: { value: string; expiresAt: number } | null = null;
  /** The last token that PocketBase refused: KV may still hold it. */
  #refused: string | null = null;
  #loginStartedAt: number | null = null;
  #loginFailedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ServiceTokenOptions) {
    this.#options = options;
  }

  /** @throws ApiProblem `upstream_unavailable` when PocketBase refuses the account or cannot be reached */
  async get(onCall: () => void): Promise<string> {
    return this.#inMemory() ?? (await this.#inKv()) ?? (await this.#logIn(onCall));
  }

  /** A token to use instead of one that PocketBase refused. */
  async replace(refused: string, onCall: () => void): Promise<string> {
    this.#refused = refused;
    if (this.#token?.value === refused) this.#token = null;
    return this.#inMemory() ?? (await this.#logIn(onCall));
  }

  get #sealing(): SealOptions {
    return { secrets: [this.#options.password], purpose: PURPOSE };
  }

  #inMemory(): string | null {
    return this.#token && this.#options.now() < this.#token.expiresAt - EXPIRY_MARGIN_MS ? this.#token.value : null;
  }

  async #inKv(): Promise<string | null> {
    const { kv } = this.#options;
    const sealed = await kv.get(KV_KEY).catch(() => null);
    const value = sealed && (await open(sealed, this.#sealing));
    if (value && value !== this.#refused && !this.#inMemory()) this.#remember(value);
    return this.#inMemory();
  }

  /** One login in flight: the others poll for its outcome, as Workers forbid awaiting another request's promise. */
  async #logIn(onCall: () => void): Promise<string> {
    const { now, sleep } = this.#options;
    while (this.#loginStartedAt !== null && now() - this.#loginStartedAt < LOGIN_PATIENCE_MS) {
      await sleep(POLL_MS);
      const token = this.#inMemory();
      if (token) return token;
    }
    if (now() - this.#loginFailedAt < LOGIN_PAUSE_MS) throw unavailable('service login refused');
    const startedAt = now();
    this.#loginStartedAt = startedAt;
    let hasCalled = false;
    try {
      return await this.#requestToken(() => {
        hasCalled = true;
        onCall();
      });
    } catch (error) {
      // A login that the breaker held back costs PocketBase nothing, and must not delay the probe.
      if (hasCalled) this.#loginFailedAt = now();
      throw error;
    } finally {
      if (this.#loginStartedAt === startedAt) this.#loginStartedAt = null;
    }
  }

  async #requestToken(onCall: () => void): Promise<string> {
    const { upstream, url, email, password, kv, now } = this.#options;
    const { status, body } = await upstream.call(
      `${url}/api/collections/services/auth-with-password`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ identity: email, password }),
      },
      onCall,
      'login',
    );
    if (status !== 200) {
      log('error', 'service_login_refused', { upstream_status: status });
      throw unavailable('service login refused');
    }
    const { token } = parseAnswer(AuthResponse, body);
    const expiresAt = this.#remember(token);
    const ttl = Math.floor((expiresAt - EXPIRY_MARGIN_MS - now()) / 1000);
    if (ttl >= KV_MIN_TTL_SECONDS) {
      const sealed = await seal(token, this.#sealing);
      await kv.put(KV_KEY, sealed, { expirationTtl: ttl }).catch(() => log('warn', 'service_token_not_cached'));
    }
    return token;
  }

  #remember(value: string): number {
    const expiresAt = expiryOf(value) * 1000;
    this.#token = { value, expiresAt };
    return expiresAt;
  }
}

function expiryOf(token: string): number {
  try {
    return decodeJwt(token).exp ?? 0;
  } catch (cause) {
    throw otherShape(cause);
  }
}
