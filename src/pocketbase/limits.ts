/** Time and failure in calls to PocketBase, in one place. docs/reliability.md tells what a caller sees of it. */

/** How long a call may take in all, a retry included; a download until its headers. */
export const TIMEOUT_MS = {
  /** Takes milliseconds, and waits for no writer. */
  read: 5_000,
  /** SQLite has one writer, which the nightly scrub keeps for seconds: 4 s for 150 MB. */
  write: 10_000,
  /** bcrypt takes about 100 ms, and every request without a token waits for it. */
  login: 5_000,
  /** Under a second, as whoever sends the probe waits for a PocketBase that is probably still gone. */
  probe: 800,
  /** No bound in all, as a phone may send for minutes: `STALL_MS` bounds each step and the wait for the answer. */
  upload: null,
} as const;

export type CallKind = keyof typeof TIMEOUT_MS;

/** Without progress for this long either side of an upload counts as gone. PocketBase holds a temp file for us, and copies up to 90 MB before it answers. */
export const STALL_MS = 30_000;

/** Before a read is repeated: time for a connection pool to notice, and different for each so that they don't come back as one. */
export const RETRY_DELAY_MS = { min: 50, max: 150 } as const;

/** So many failures in a row, none of them PocketBase's own answer, are no accident. A retried read counts twice. */
export const BREAKER_FAILURES = 5;
/** Between two probes, of which each isolate sends one: nothing to a PocketBase that starts, and well within the 2 s that callers are told to wait. */
export const BREAKER_PAUSE_MS = 500;
/** After which a probe counts as lost: its request may have been cancelled, and then nothing tells us. */
export const PROBE_LOST_MS = 1_000;

/** Longer than the breaker's pause: who waits this long finds PocketBase if it is back. */
export const RETRY_AFTER_SECONDS = 2;
