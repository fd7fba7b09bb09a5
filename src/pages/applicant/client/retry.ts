import type { Failure, Outcome } from './api.ts';

const DELAYS_MS = [1000, 2000, 4000, 8000, 15_000];
const TICK_MS = 1000;

export interface Persistence {
  /** Waiting for the next attempt, with the seconds left; `null`: no further attempt by itself. */
  onWait: (seconds: number | null, failure: Failure) => void;
  onAttempt: () => void;
  signal: AbortSignal;
}

/**
 * Repeats an attempt that was lost on the way: after a delay, at once when the browser is online again, or when the person says so
 * through the returned `now`. After the last delay only those two start another attempt.
 */
export function persist<T>(attempt: () => Promise<Outcome<T>>, { onWait, onAttempt, signal }: Persistence) {
  let wake: () => void = () => {};
  const now = () => wake();

  async function run(): Promise<Outcome<T>> {
    for (let lost = 0; ; lost += 1) {
      onAttempt();
      const outcome = await attempt();
      if (outcome.type !== 'lost' || signal.aborted) return outcome;
      const delay = DELAYS_MS[lost];
      await wait(delay === undefined ? null : Math.max(delay, outcome.retryAfterMs ?? 0), outcome);
      if (signal.aborted) return outcome;
    }
  }

  function wait(ms: number | null, failure: Failure): Promise<void> {
    return new Promise((resolve) => {
      const end = ms === null ? null : Date.now() + ms;
      const tick = () => {
        if (end !== null && Date.now() >= end) wake();
        else onWait(end === null ? null : Math.ceil((end - Date.now()) / 1000), failure);
      };
      const timer = setInterval(tick, TICK_MS);
      wake = () => {
        clearInterval(timer);
        removeEventListener('online', now);
        signal.removeEventListener('abort', now);
        resolve();
      };
      addEventListener('online', now);
      signal.addEventListener('abort', now);
      tick();
    });
  }

  return { outcome: run(), now };
}
