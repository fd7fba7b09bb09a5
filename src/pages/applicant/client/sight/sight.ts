/** Looks at a document's picture before it is sent. What is read in it stays in the worker thread, which answers with what this needs to know. */
import { deferred } from '../../../browser/dom.ts';
import type { Applicant, Kind, Upload } from '../api.ts';
import { pixelsOf } from '../picture.ts';
import type { Seen } from './thread.ts';

export type Fault = 'lines' | 'dark' | 'blurred' | 'glare';

export interface Verdict {
  faults: Fault[];
  /** Whether the picture may be sent with its faults. */
  maySend: boolean;
}

export const NO_FAULT: Verdict = { faults: [], maySend: true };

const THREAD = '/assets/zone-reader.js';
/** Zones are read as well as in a larger picture, and the page gives away fewer pixels. */
const SIDE = 1200;
/** The applicant waits no longer: then the page goes on without. */
const PATIENCE_MS = 2000;
const TRIES = 2;
const DARK = 50;
/** Legible pictures of documents have 250 and more; the reader begins to fail at 20. */
const BLURRED = 20;
const GLARE = 0.002;
/** So much white is paper. */
const PAPER = 0.1;

export class Sight {
  #thread: Worker | null = null;
  /** How many pictures of a kind were refused for their lines. */
  readonly #refused = new Map<Kind, number>();

  /** Loads the reader, unless that was done: it should be there by the time there is a picture. */
  open(): void {
    if (this.#thread) return;
    try {
      this.#thread = new Worker(THREAD, { type: 'module' });
      this.#thread.onerror = () => this.#close();
    } catch {
      // A browser without module workers, or whose policy allows none.
    }
  }

  /** Nothing is known of a side's zone but that a passport's page has one: a lasting refusal needs that, or lines that were seen. */
  async judge({ kind, blob }: Upload, type: Applicant['document_type']): Promise<Verdict> {
    this.open();
    const seen = await this.#look(blob);
    const faults = seen ? faultsOf(seen, type === 'passport' && kind === 'document_front') : [];
    if (!faults.includes('lines')) return { faults, maySend: true };
    const tries = (this.#refused.get(kind) ?? 0) + 1;
    this.#refused.set(kind, tries);
    return { faults, maySend: tries >= TRIES };
  }

  /** `null`: the reader could not start, or takes too long. */
  async #look(blob: Blob): Promise<Seen | null> {
    const thread = this.#thread;
    if (!thread) return null;
    const { promise, resolve } = deferred<Seen | null>();
    const timer = setTimeout(() => resolve(null), PATIENCE_MS);
    thread.onmessage = ({ data }: MessageEvent<Seen>) => resolve(data);
    thread.onerror = () => resolve(null);
    const pixels = await pixelsOf(blob, SIDE);
    if (pixels) thread.postMessage(pixels, [pixels.data.buffer]);
    else resolve(null);
    const seen = await promise;
    clearTimeout(timer);
    // Its late answer would be taken for the next picture's.
    if (!seen) this.#close();
    return seen;
  }

  #close(): void {
    this.#thread?.terminate();
    this.#thread = null;
  }
}

/** A zone that was read is the better test: then no measure counts. */
function faultsOf({ zone, brightness, sharpness, glare }: Seen, hasZone: boolean): Fault[] {
  if (zone === 'read') return [];
  const isDark = brightness < DARK;
  const faults: Record<Fault, boolean> = {
    lines: zone !== 'none' || hasZone,
    dark: isDark,
    blurred: !isDark && sharpness < BLURRED,
    glare: zone === 'hidden' || (glare > GLARE && glare < PAPER),
  };
  return (Object.keys(faults) as Fault[]).filter((fault) => faults[fault]);
}
