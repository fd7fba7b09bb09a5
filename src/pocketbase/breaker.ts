import { BREAKER_FAILURES, BREAKER_PAUSE_MS, PROBE_LOST_MS } from './limits.ts';

export type BreakerState = 'closed' | 'open' | 'half_open';

/** Permission for one call. Its outcome counts only if the state has not changed since. */
export interface Pass {
  readonly isProbe: boolean;
  readonly round: number;
}

/** `unknown`: the caller ended the call, or may have caused its end. */
export type Outcome = 'reached' | 'failed' | 'unknown';

/**
 * Callers need not wait for a PocketBase that is down, and a PocketBase that comes back meets no rush. Each isolate has a breaker of its
 * own; it holds values only, so no request waits for another.
 */
export class Breaker {
  readonly #now: () => number;
  readonly #onChange: (state: BreakerState) => void;
  #state: BreakerState = 'closed';
  #failures = 0;
  /** When the next probe may go; without meaning while closed. */
  #probeAt = 0;
  #round = 0;
  #openings = 0;

  /** @param onChange called when the breaker opens and when it closes, not for the probes between */
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

  /** Every pass must come back through `leave`. A probe that does not come back holds up the next one for `PROBE_LOST_MS` only. */
  enter(): Pass | null {
    if (this.#state === 'closed') return { isProbe: false, round: this.#round };
    if (this.#now() < this.#probeAt) return null;
    this.#probeAt = this.#now() + PROBE_LOST_MS;
    this.#change('half_open');
    return { isProbe: true, round: this.#round };
  }

  leave({ isProbe, round }: Pass, outcome: Outcome): void {
    // A call that began in an earlier round says nothing about this one: it may have hung, and end seconds after PocketBase's return.
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
