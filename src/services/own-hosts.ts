import * as z from 'zod';

const KV_KEY = 'own-hosts';
const CACHE_TTL_MS = 300_000;
const MAX_HOSTS = 20;
const Hosts = z.array(z.string());

/**
 * The hosts under which this Worker is reached, so that no webhook leads back to it. Only a request names them, and the cron and the
 * queue have none: so KV keeps them.
 */
export class OwnHosts {
  readonly #options: { kv: KVNamespace; now: () => number };
  #hosts: readonly string[] = [];
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(options: { kv: KVNamespace; now: () => number }) {
    this.#options = options;
  }

  async all(): Promise<readonly string[]> {
    const { kv, now } = this.#options;
    if (now() - this.#readAt > CACHE_TTL_MS) {
      const stored = Hosts.safeParse(await kv.get(KV_KEY, 'json').catch(() => null));
      this.#hosts = stored.success ? stored.data : [];
      this.#readAt = now();
    }
    return this.#hosts;
  }

  /** All, and `host`, which is kept from now on. */
  async including(host: string): Promise<readonly string[]> {
    const known = await this.all();
    if (known.includes(host)) return known;
    this.#hosts = [...known, host].slice(-MAX_HOSTS);
    await this.#options.kv.put(KV_KEY, JSON.stringify(this.#hosts)).catch(() => {});
    return this.#hosts;
  }
}
