/**
 * Keys that are records in PocketBase. Revocation and a partner's deactivation are seen after the cache's life at the latest; expiry is
 * judged at every use. What PocketBase cannot tell is never taken for a no.
 */
import { digestsEqual } from '../lib/digest.ts';
import { ExpiringCache } from '../lib/expiring-cache.ts';
import { ApiProblem } from '../lib/problem.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { KeyAnswer } from '../pocketbase/records.ts';
import { type Caller, GRANTABLE_SCOPES, partnerCaller } from './caller.ts';
import { type KeyEnvironment, parseManagedKey } from './managed-key-format.ts';

const KNOWN_TTL_MS = 30_000;
/** Long enough to take the sting out of a client that repeats a wrong key. */
const UNKNOWN_TTL_MS = 5_000;
const MAX_ENTRIES = 2_000;
const ANYBODY = { type: 'system', id: '', partner: null };

export class ManagedKeys {
  readonly #now: () => number;
  readonly #known: ExpiringCache<KeyAnswer>;
  /** Apart, so that made-up ids cannot push out the keys in use. */
  readonly #unknown: ExpiringCache<true>;

  constructor(now: () => number) {
    this.#now = now;
    this.#known = new ExpiringCache({ ttlMs: KNOWN_TTL_MS, maxEntries: MAX_ENTRIES, now });
    this.#unknown = new ExpiringCache({ ttlMs: UNKNOWN_TTL_MS, maxEntries: MAX_ENTRIES, now });
  }

  /**
   * @param digest SHA-256 of `key`
   * @throws ApiProblem `upstream_unavailable`, `upstream_timeout` when the key is not in the cache and PocketBase cannot say
   */
  async verify(
    key: string,
    digest: Uint8Array,
    environment: KeyEnvironment,
    pb: PocketBaseClient,
  ): Promise<Caller | null> {
    const parsed = parseManagedKey(key);
    if (parsed?.environment !== environment) return null;
    const known = await this.#find(parsed.id, pb);
    if (!known || !digestsEqual(Uint8Array.fromHex(known.digest), digest)) return null;
    const isExpired = known.expires_at !== null && Date.parse(known.expires_at) <= this.#now();
    if (isExpired || known.revoked_at !== null || !known.partner_active) return null;
    const scopes = GRANTABLE_SCOPES.filter((scope) => known.scopes.includes(scope));
    return partnerCaller(known.partner, `key:${known.id}`, scopes);
  }

  /** After a change that this isolate made itself. */
  forget(id: string): void {
    this.#known.delete(id);
  }

  async #find(id: string, pb: PocketBaseClient): Promise<KeyAnswer | null> {
    const cached = this.#known.get(id);
    if (cached) return cached;
    if (this.#unknown.get(id)) return null;
    try {
      const answer = await pb.as(ANYBODY).call(KeyAnswer, `/api/edge/keys/${id}`);
      this.#known.set(id, answer);
      return answer;
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'not_found') throw error;
      this.#unknown.set(id, true);
      return null;
    }
  }
}
