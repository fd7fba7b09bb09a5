/** ± 10 %: deliveries that failed together are not repeated together. */
const JITTER = 0.1;
const RETRY_AFTER_MAX_SECONDS = 86_400;

/**
 * When to try again after `attempts` have failed; `null` after the last one.
 * @param random in [0, 1)
 * @param retryAfterSeconds what the receiver asked for: it delays an attempt, and never hastens one
 */
export function nextAttempt(
  attempts: number,
  {
    delays,
    random,
    now,
    retryAfterSeconds,
  }: { delays: readonly number[]; random: number; now: number; retryAfterSeconds: number | null },
): Date | null {
  const delay = delays[attempts];
  if (delay === undefined) return null;
  const spread = delay * (1 + JITTER * (2 * random - 1));
  const asked = Math.min(retryAfterSeconds ?? 0, RETRY_AFTER_MAX_SECONDS);
  return new Date(now + 1_000 * Math.max(spread, asked));
}

/** RFC 9110, section 10.2.3: seconds, or a date. `null` for any other text. */
export function parseRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value)) return Number(value);
  const seconds = /^[A-Z][a-z]+, /.test(value) ? (Date.parse(value) - now) / 1_000 : Number.NaN;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}
