import { BREAKER_FAILURES, BREAKER_PAUSE_MS, PROBE_LOST_MS } from './limits.ts';

export type BreakerState = 'closed' | 'open' | 'half_open';

/** Leave to make one call. What becomes of it counts only as long as the breaker has not changed its mind since. */
export interface Pass {
  readonly isProbe: boolean;
  readonly round: number;
}

/** `unknown` is a call that its own caller ended. */
export type Outcome = 'reached' | 'failed' | 'unknown';

/**
 * Spares callers the wait for a PocketBase that is down, and PocketBase the rush when it comes back. Values only: each isolate has its
 * own, and no request waits for another.
 */
export class Breaker {
  readonly #now: () => number;
  readonly #onChange: (state: BreakerState) => void;
  #state: BreakerState = 'closed';
  #failures = 0;
  /** When the next probe may go, unless closed. */
  #probeAt = 0;
  #round = 0;
  #openings = 0;

  /** @param onChange told of an opening and the closing that ends it, not of each probe between them */
  constructor(now: () => number, onChange: (state: BreakerState) => void = () => {}) {
    this.#now = now;
    this.#onChange = onChange;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** How often it has opened in this isolate's life. */
  get openings(): number {
    return this.#openings;
  }

  /** Every pass has to come back through `leave`, but a probe that does not is missed for `PROBE_LOST_MS` only. */
  enter(): Pass | null {
    if (this.#state === 'closed') return { isProbe: false, round: this.#round };
    if (this.#now() < this.#probeAt) return null;
    this.#probeAt = this.#now() + PROBE_LOST_MS;
    this.#change('half_open');
    return { isProbe: true, round: this.#round };
  }

  leave({ isProbe, round }: Pass, outcome: Outcome): void {
    // A call from before says nothing about now: one that hung may end seconds after PocketBase's return.
    if (round !== this.#round) return;
    if (outcome === 'unknown') {
      if (isProbe) this.#probeAt = this.#now();
      return;
    }
    if (outcome === 'reached') {
      this.#failures = 0;
      if (isProbe) this.#change('closed');
      return;
    }
    this.#failures++;
    if (!isProbe && this.#failures < BREAKER_FAILURES) return;
    this.#probeAt = this.#now() + BREAKER_PAUSE_MS;
    if (!isProbe) this.#openings++;
    this.#change('open');
  }

  #change(state: BreakerState): void {
    this.#round++;
    const isNews = (state === 'closed') !== (this.#state === 'closed');
    this.#state = state;
    if (isNews) this.#onChange(state);
  }
}
