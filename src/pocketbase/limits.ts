/** Time and failure in calls to PocketBase, in one place. docs/reliability.md tells what a caller sees of it. */

/** How long a call may take in all, a retry included; a download until its headers. */
export const TIMEOUT_MS = {
  /** Takes milliseconds, and waits for no writer. */
  read: 5_000,
  /** SQLite has one writer, which the nightly scrub keeps for seconds: 4 s for 150 MB. */
  write: 10_000,
  /** bcrypt takes about 100 ms, and every request without a token waits for it. */
  login: 5_000,
  /** Under a second, as the caller whose request is the probe waits for a PocketBase that is probably still down. */
  probe: 800,
  /** No bound in all, as a phone may send for minutes: `STALL_MS` bounds each step and the wait for the answer. */
  upload: null,
} as const;

export type CallKind = keyof typeof TIMEOUT_MS;

/** A side of an upload that makes no progress for this long counts as gone. PocketBase copies up to 90 MB before it answers, and keeps a temporary file meanwhile. */
export const STALL_MS = 30_000;

/**
 * The body of an upload may take this long in all: 90 MB at 400 kbit/s take 30 minutes. Less than the 40 minutes after which PocketBase ends a
 * request (hooks/lib/base/start.js), which would look like a PocketBase that broke the connection.
 */
export const UPLOAD_MS = 35 * 60_000;

/** The slowest client that is waited for, in a download: 400 kbit/s. */
const DOWNLOAD_BYTES_PER_MS = 50;
/**
 * A document that is being read ends after this time. Its bytes pass without JavaScript, so nobody sees whether they still move. A look at each
 * piece would take a quarter of the speed.
 * @param bytes null if the answer does not say
 */
export const downloadMs = (bytes: number | null): number =>
  bytes === null ? UPLOAD_MS : STALL_MS + bytes / DOWNLOAD_BYTES_PER_MS;

/** The pause before a read is repeated: a connection pool notices the loss meanwhile, and random pauses keep the repeats apart. */
export const RETRY_DELAY_MS = { min: 50, max: 150 } as const;

/** The breaker opens after so many failures in a row, none of them PocketBase's own answer. A read that was repeated counts twice. */
export const BREAKER_FAILURES = 5;
/** The pause between two probes. Each isolate sends one at a time, which a PocketBase that starts can bear; callers are told to wait 2 s, which is longer. */
export const BREAKER_PAUSE_MS = 500;
/** A probe without an outcome counts as lost after this time: its request may have been cancelled, and then nothing tells us. */
export const PROBE_LOST_MS = 1_000;

/** Longer than the breaker's pause: a caller who waits this long meets PocketBase if it is back. */
export const RETRY_AFTER_SECONDS = 2;
