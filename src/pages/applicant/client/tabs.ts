/** Tabs with the same profile tell each other that something was sent; a tab that is looked at again asks by itself. */
export class Tabs {
  readonly #channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('ekyc-sent');
  readonly #idOf: () => string;

  constructor(idOf: () => string, onNews: () => void) {
    this.#idOf = idOf;
    this.#channel?.addEventListener('message', ({ data }) => data === idOf() && onNews());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && onNews());
  }

  tell(): void {
    this.#channel?.postMessage(this.#idOf());
  }
}
