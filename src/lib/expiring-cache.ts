/** Values that an isolate may reuse for `ttlMs`. Beyond `maxEntries` the oldest is dropped. */
export class ExpiringCache<V> {
  readonly #entries = new Map<string, { value: V; until: number }>();
  readonly #options: { ttlMs: number; maxEntries: number; now: () => number };

  constructor(options: { ttlMs: number; maxEntries: number; now: () => number }) {
    this.#options = options;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    return entry && this.#options.now() < entry.until ? entry.value : undefined;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: this.#options.now() + this.#options.ttlMs });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#options.maxEntries && oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
