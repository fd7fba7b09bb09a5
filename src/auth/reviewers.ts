import { sha256Hex } from '../lib/digest.ts';
import { ExpiringCache } from '../lib/expiring-cache.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { ReviewerAnswer } from '../pocketbase/records/review.ts';
import { type Caller, reviewerCaller } from './caller.ts';

/** The contract's bound: a reviewer who was shut out keeps access for at most this long. */
const CACHE_TTL_MS = 30_000;
/** A client that repeats a refused token costs PocketBase one call in this time. */
const REFUSED_TTL_MS = 5_000;
/** How long a token that was good may be asked about, although its address is over its limit of failures. */
const TRUSTED_TTL_MS = 3_600_000;
const JWT_PATTERN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Reviewers are PocketBase's accounts: it judges their tokens, and only the digest of an accepted one is remembered. */
export class Reviewers {
  readonly #cache: ExpiringCache<string>;
  readonly #refused: ExpiringCache<true>;
  readonly #trusted: ExpiringCache<true>;

  constructor(now: () => number) {
    this.#cache = new ExpiringCache({ ttlMs: CACHE_TTL_MS, maxEntries: 1_000, now });
    this.#refused = new ExpiringCache({ ttlMs: REFUSED_TTL_MS, maxEntries: 1_000, now });
    this.#trusted = new ExpiringCache({ ttlMs: TRUSTED_TTL_MS, maxEntries: 1_000, now });
  }

  /** @param mayAsk throws when PocketBase must not be asked about a token that was never good here */
  async verify(token: string, pb: PocketBaseClient, mayAsk = () => {}): Promise<Caller | null> {
    if (!JWT_PATTERN.test(token)) return null;
    const digest = await sha256Hex(token);
    const known = this.#cache.get(digest);
    if (known) return reviewerCaller(known);
    if (this.#refused.get(digest)) return null;
    if (!this.#trusted.get(digest)) mayAsk();
    const answer = await pb.callAs(ReviewerAnswer, token, '/api/collections/reviewers/auth-refresh');
    if (!answer) {
      this.#refused.set(digest, true);
      return null;
    }
    this.#cache.set(digest, answer.record.id);
    this.#trusted.set(digest, true);
    return reviewerCaller(answer.record.id);
  }

  /** After a logout that this isolate made itself. */
  async forget(token: string): Promise<void> {
    this.#cache.delete(await sha256Hex(token));
  }
}
