/**
 * Keys that are records in PocketBase. A revocation and a partner's deactivation take effect when the cached answer ends; expiry is
 * judged at every use. A PocketBase that does not answer never makes a key invalid: it makes the request fail.
 */
import { digestsEqual } from '../lib/digest.ts';
import { ExpiringCache } from '../lib/expiring-cache.ts';
import { ApiProblem } from '../lib/problem.ts';
import { SYSTEM } from '../pocketbase/actor.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { KeyAnswer } from '../pocketbase/records/keys.ts';
import { GRANTABLE_SCOPES, type Scope } from '../schemas/key.ts';
import { type Caller, internalCaller, OPERATOR_SCOPES, partnerCaller } from './caller.ts';
import { environmentOf, type KeyEnvironment, parseManagedKey } from './managed-key-format.ts';

const KNOWN_TTL_MS = 30_000;
/** A client that repeats a wrong key costs PocketBase one call in this time. */
const UNKNOWN_TTL_MS = 5_000;
/** How long a key that was good may be asked about, although its address is over its limit of failures. */
const TRUSTED_TTL_MS = 3_600_000;
const MAX_ENTRIES = 2_000;

/** `isNoted`: PocketBase was asked with the right key, and has noted its use. */
type KnownKey = KeyAnswer & { isNoted: boolean };

export class ManagedKeys {
  readonly #now: () => number;
  readonly #known: ExpiringCache<KnownKey>;
  /** A cache of its own, so that made-up ids cannot push out the keys in use. */
  readonly #unknown: ExpiringCache<true>;
  /** By digest. */
  readonly #trusted: ExpiringCache<true>;

  constructor(now: () => number) {
    this.#now = now;
    this.#known = new ExpiringCache({ ttlMs: KNOWN_TTL_MS, maxEntries: MAX_ENTRIES, now });
    this.#trusted = new ExpiringCache({ ttlMs: TRUSTED_TTL_MS, maxEntries: MAX_ENTRIES, now });
    this.#unknown = new ExpiringCache({ ttlMs: UNKNOWN_TTL_MS, maxEntries: MAX_ENTRIES, now });
  }

  /**
   * @param digest SHA-256 of `key`
   * @param partner from `x-partner`: narrows a key of the operator's, and is ignored for a partner's own key
   * @param mayAsk throws when PocketBase must not be asked about a key that was never good here
   * @throws ApiProblem `upstream_unavailable`, `upstream_timeout` when the key is not in the cache and PocketBase cannot say
   */
  async verify(
    key: string,
    digest: Uint8Array,
    environment: KeyEnvironment,
    pb: PocketBaseClient,
    { partner = null, mayAsk = () => {} }: { partner?: string | null; mayAsk?: () => void } = {},
  ): Promise<Caller | null> {
    const parsed = parseManagedKey(key);
    // The operator's keys are live ones everywhere, so only a test key tells by itself that it is from elsewhere.
    if (!parsed || (parsed.environment === 'test' && environment === 'live')) return null;
    const known = this.#remembered(parsed.id, digest) ?? (await this.#ask(parsed.id, digest, pb, mayAsk));
    if (!known || parsed.environment !== environmentOf(known, environment) || !isFor(known, digest)) return null;
    const isExpired = known.expires_at !== null && Date.parse(known.expires_at) <= this.#now();
    if (isExpired || known.revoked_at !== null || !known.partner_active) return null;
    const credentialId = `key:${known.id}`;
    const held = (scopes: readonly Scope[]) => scopes.filter((scope) => known.scopes.includes(scope));
    if (known.partner === null) return internalCaller(known.id, credentialId, partner, held(OPERATOR_SCOPES));
    return partnerCaller(known.partner, credentialId, held(GRANTABLE_SCOPES));
  }

  /** After a change that this isolate made itself. */
  forget(id: string): void {
    this.#known.delete(id);
  }

  /** A wrong key may have brought the answer here: then the use of the right one is still to be noted. */
  #remembered(id: string, digest: Uint8Array): KeyAnswer | undefined {
    const known = this.#known.get(id);
    return known && (known.isNoted || !isFor(known, digest)) ? known : undefined;
  }

  /** PocketBase notes the use of the key that has this digest. */
  async #ask(id: string, digest: Uint8Array, pb: PocketBaseClient, mayAsk: () => void): Promise<KeyAnswer | null> {
    if (this.#unknown.get(id)) return null;
    const hex = digest.toHex();
    if (!this.#trusted.get(hex)) mayAsk();
    try {
      const answer = await pb.as(SYSTEM).call(KeyAnswer, `/api/edge/keys/${id}`, { query: { digest: hex } });
      const isNoted = isFor(answer, digest);
      this.#known.set(id, { ...answer, isNoted });
      if (isNoted) this.#trusted.set(hex, true);
      return answer;
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'not_found') throw error;
      this.#unknown.set(id, true);
      return null;
    }
  }
}

function isFor(known: KeyAnswer, digest: Uint8Array): boolean {
  return digestsEqual(Uint8Array.fromHex(known.digest), digest);
}
