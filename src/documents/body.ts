import { ApiProblem } from '../lib/problem.ts';
import { within } from '../lib/within.ts';
import { UPLOAD_MS } from '../pocketbase/limits.ts';

/** A BYOB reader fills this much at a time. A default reader hands out chunks of 4 KB, which takes 2 to 3 times as long and 100 MB more. */
const WINDOW_BYTES = 524_288;
/** The bytes that a read waits for at first, and again after a slow one. */
const PATIENT_READ_BYTES = 16_384;
const SLOW_READ_MS = 1_000;
/** Room for the bytes that a parser carries over into the next window. */
export const KEEP_BYTES = 16_384;
/** A read that waits for more bytes than these may take longer: a phone that leaves its Wi-Fi goes on at 35 kbit/s or less within a window. */
const STALL_BYTES = 131_072;
/** Workers take 100 MB on the Free and Pro plans; the rest is for headers and margins. */
export const MAX_REQUEST_BYTES = 95_000_000;

export interface BodyOptions {
  /** The whole body may have this many bytes. */
  maxBytes?: number;
  stallMs: number;
  /** The body may take this long in all. */
  maxMs?: number | undefined;
  /** For tests: windows this small put every boundary of the format on a boundary of chunks. */
  windowBytes?: number | undefined;
}

/** The caller's body, read through one reused buffer: what `read` returned is valid until the next `read`. */
export class BodyStream {
  readonly #reader: ReadableStreamBYOBReader | undefined;
  readonly #maxBytes: number;
  readonly #stallMs: number;
  readonly #windowBytes: number;
  readonly #endsAt: number;
  #buffer: ArrayBuffer;
  #length = 0;
  #patience = PATIENT_READ_BYTES;
  #pending: Promise<Uint8Array | null> = Promise.resolve(null);
  #received = 0;
  #isOver = false;
  #isDraining = false;

  constructor(body: ReadableStream<Uint8Array> | null, options: BodyOptions) {
    this.#maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
    this.#stallMs = options.stallMs;
    this.#windowBytes = options.windowBytes ?? WINDOW_BYTES;
    this.#endsAt = Date.now() + (options.maxMs ?? UPLOAD_MS);
    this.#reader = body?.getReader({ mode: 'byob' });
    this.#buffer = new ArrayBuffer(KEEP_BYTES + this.#windowBytes);
  }

  /**
   * The next window: the last `keep` (≤ KEEP_BYTES) bytes of the one before, then at least one new byte; null at the end.
   * @throws ApiProblem `payload_too_large` over `maxBytes`, `invalid_request` when the client is cut or stalls
   */
  async read(keep = 0): Promise<Uint8Array | null> {
    // PocketBase has refused meanwhile, and `drain` uses the buffer now.
    if (this.#isDraining) return null;
    this.#pending = this.#fill(keep);
    const window = await this.#pending;
    if (this.#received > this.#maxBytes) {
      throw new ApiProblem('payload_too_large', `The request may have ${this.#maxBytes} bytes in all`);
    }
    return window;
  }

  async #fill(keep: number): Promise<Uint8Array | null> {
    if (!this.#reader || this.#isOver) return null;
    new Uint8Array(this.#buffer).copyWithin(0, this.#length - keep, this.#length);
    const min = Math.min(this.#patience, this.#windowBytes);
    const startedAt = Date.now();
    const view = new Uint8Array(this.#buffer, keep, this.#windowBytes);
    const read = this.#reader.readAtLeast(min, view).catch((cause) => {
      throw new ApiProblem('invalid_request', 'The body ended before it was complete', { cause });
    });
    try {
      const { value } = await this.#inTime(read, this.#stallMs * Math.max(1, min / STALL_BYTES));
      this.#isOver = !value?.byteLength;
      if (!value?.byteLength) return null;
      this.#patience = Date.now() - startedAt > SLOW_READ_MS ? PATIENT_READ_BYTES : Math.min(2 * min, WINDOW_BYTES);
      this.#buffer = value.buffer as ArrayBuffer;
      this.#received += value.byteLength;
      this.#length = keep + value.byteLength;
      return new Uint8Array(this.#buffer, 0, this.#length);
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
  }

  async #inTime<T>(read: Promise<T>, stallMs: number): Promise<T> {
    const left = this.#endsAt - Date.now();
    if (left > stallMs) return within(read, stallMs, () => new ApiProblem('invalid_request', 'The body stood still'));
    const late = () => new ApiProblem('invalid_request', 'The body took too long');
    if (left > 0) return within(read, left, late);
    read.catch(() => {});
    throw late();
  }

  /** Reads the rest and discards it: many a client sends everything before it reads the answer. Never throws. */
  async drain(maxBytes = MAX_REQUEST_BYTES): Promise<void> {
    this.#isDraining = true;
    try {
      await this.#pending;
      while (this.#received < maxBytes && (await this.#fill(0)));
    } catch {
      // The client has gone, so that nobody waits for the answer.
    }
    this.#reader?.cancel().catch(() => {});
  }
}
