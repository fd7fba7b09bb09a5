import type { Settings } from '../env.ts';
import { digestsEqual, sha256 } from '../lib/digest.ts';
import { type Caller, internalCaller, partnerCaller } from './caller.ts';

interface KnownKey {
  name: string;
  digest: Uint8Array;
}

/** The keys of the settings, held as SHA-256 digests. Every one is compared every time, so that the time taken tells nothing. */
export class SettingsKeys {
  readonly #settings: Settings;
  #partner: KnownKey[] | undefined;
  #internal: KnownKey[] | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * @param partner from `x-partner`: narrows an internal key, and is ignored for a partner's own key
   * @throws ApiProblem `not_configured`
   */
  async verify(digest: Uint8Array, partner: string | null): Promise<Caller | null> {
    this.#partner ??= await digestKeys(this.#settings.get('VALID_API_KEYS'));
    this.#internal ??= await digestKeys(this.#settings.get('INTERNAL_API_KEYS'));
    const internal = match(this.#internal, digest);
    const own = match(this.#partner, digest);
    const credentialId = `settings:${digest.slice(0, 8).toHex()}`;
    if (internal) return internalCaller(internal.name, credentialId, partner);
    return own ? partnerCaller(own.name, credentialId) : null;
  }
}

function digestKeys(entries: { name: string; key: string }[]): Promise<KnownKey[]> {
  return Promise.all(entries.map(async ({ name, key }) => ({ name, digest: await sha256(key) })));
}

function match(keys: KnownKey[], digest: Uint8Array): KnownKey | undefined {
  return keys.filter((key) => digestsEqual(key.digest, digest))[0];
}
