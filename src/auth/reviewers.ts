import { sha256Hex } from '../lib/digest.ts';
import { ExpiringCache } from '../lib/expiring-cache.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { ReviewerAnswer } from '../pocketbase/records/review.ts';
import { type Caller, reviewerCaller } from './caller.ts';

/** The contract's bound: a reviewer who was shut out keeps access for at most this long. */
const CACHE_TTL_MS = 30_000;
const JWT_PATTERN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Reviewers are PocketBase's accounts: it judges their tokens, and only the digest of an accepted one is remembered. */
export class Reviewers {
  readonly #cache: ExpiringCache<string>;

  constructor(now: () => number) {
    this.#cache = new ExpiringCache({ ttlMs: CACHE_TTL_MS, maxEntries: 1_000, now });
  }

  async verify(token: string, pb: PocketBaseClient): Promise<Caller | null> {
    if (!JWT_PATTERN.test(token)) return null;
    const digest = await sha256Hex(token);
    let id = this.#cache.get(digest);
    if (!id) {
      const answer = await pb.callAs(ReviewerAnswer, token, '/api/collections/reviewers/auth-refresh');
      if (!answer) return null;
      id = answer.record.id;
      this.#cache.set(digest, id);
    }
    return reviewerCaller(id);
  }
}
