import { Buffer } from 'node:buffer';
import { type Dictionary, type Name, type PdfValue, parseDictionary, type Reference } from './syntax.ts';

/** What the two dictionaries of an encrypted PDF hold: the trailer's `/Encrypt`, and the `/Filter /Standard` that it leads to. */
const MARKS = ['/Encrypt', '/Standard'].map((mark) => Buffer.from(mark));
/** Kept on either side of a mark. The longest trailer dictionary has a few hundred bytes; a linearized one follows its table. */
const CONTEXT_BYTES = 16_384;
/** A PDF has two or three of each. With more of them the middle ones are forgotten. */
const MAX_PASSAGES = 16;
/** Of the places in a passage where an object seems to begin, the last ones are read: a file made to be slow has thousands. */
const MAX_CANDIDATES = 4;

/** Text with a character for each byte, and where in the file it begins. */
interface Passage {
  start: number;
  text: string;
}

export interface Encryption {
  dictionary: Dictionary;
  /** The first part of the trailer's `/ID`; null without one. */
  id: string | null;
}

/** Looks at a PDF that passes by for how it is encrypted. It keeps passages of the file, never the whole. */
export class PdfScan {
  readonly #passages: Passage[] = [];
  #tail = Buffer.alloc(0);
  #size = 0;
  #searchedTo = 0;
  #signatureAt = 0;

  /** The next piece of the file, which may be overwritten afterwards. The first one reaches beyond the signature. */
  add(piece: Uint8Array): void {
    const window = Buffer.concat([this.#tail, piece]);
    if (this.#size === 0) this.#signatureAt = Math.max(0, window.indexOf('%PDF-'));
    this.#size += piece.length;
    this.#search(window, window.length - CONTEXT_BYTES);
    this.#tail = Buffer.from(window.subarray(-2 * CONTEXT_BYTES));
  }

  /** How the whole file is encrypted; null when it is not, or in a way that this cannot tell. */
  encryption(): Encryption | null {
    this.#search(this.#tail, this.#tail.length);
    const trailer = this.#trailers().find((found) => found?.has('Encrypt'));
    const dictionary = trailer && this.#resolve(trailer.get('Encrypt') ?? null);
    if (!dictionary) return null;
    const [id] = [trailer.get('ID')].flat();
    return { dictionary, id: typeof id === 'string' ? id : null };
  }

  /** Takes the passages around the marks that begin before `limit`: those after it are not followed by enough yet. */
  #search(window: Buffer, limit: number): void {
    const base = this.#size - window.length;
    for (const mark of MARKS) {
      let at = window.indexOf(mark, Math.max(0, this.#searchedTo - base));
      while (at >= 0 && at < limit) {
        const isWhole = !/[A-Za-z]/.test(String.fromCharCode(window[at + mark.length] ?? 0));
        if (isWhole) this.#keep(base, window, at);
        at = window.indexOf(mark, at + (isWhole ? CONTEXT_BYTES / 2 : mark.length));
      }
    }
    this.#searchedTo = Math.max(this.#searchedTo, base + limit);
  }

  #keep(base: number, window: Buffer, at: number): void {
    const start = Math.max(0, at - CONTEXT_BYTES);
    if (this.#passages.length === MAX_PASSAGES) this.#passages.splice(MAX_PASSAGES / 2, 1);
    this.#passages.push({ start: base + start, text: window.toString('latin1', start, at + CONTEXT_BYTES) });
  }

  /** The dictionaries by which a reader opens the file (ISO 32000-2 §7.5.5, §7.5.8): before `startxref`, or where that leads. */
  #trailers(): (Dictionary | null)[] {
    const text = this.#tail.toString('latin1');
    const end = text.lastIndexOf('startxref');
    if (end < 0) return [];
    const last = text.lastIndexOf('trailer', end);
    // Behind an object, the word belongs to a file within this one.
    const isOwn = last >= 0 && !/endobj|endstream/.test(text.slice(last, end));
    const offset = Number.parseInt(text.slice(end + 'startxref'.length), 10);
    const places = new Set([offset + this.#signatureAt, offset]);
    return [
      !isOwn ? null : parseDictionary(text, last + 'trailer'.length),
      ...[...places].map((place) => this.#trailerAt(place)),
    ];
  }

  #trailerAt(offset: number): Dictionary | null {
    const passage = this.#all().find(({ start, text }) => start <= offset && offset < start + text.length);
    const text = passage?.text.slice(offset - passage.start) ?? '';
    const [stream] = /^\s*\d+\s+\d+\s+obj/.exec(text) ?? [];
    if (stream) return parseDictionary(text, stream.length);
    const trailer = text.indexOf('trailer');
    return /^\s*xref\s/.test(text) && trailer > 0 ? parseDictionary(text, trailer + 'trailer'.length) : null;
  }

  /** An object that was written again later in the file is the later one. */
  #resolve(value: PdfValue): Dictionary | null {
    if (value instanceof Map) return value;
    const { number, generation } = (value ?? {}) as Partial<Reference>;
    if (number === undefined) return null;
    const head = new RegExp(`(?<!\\d)${number}\\s+${generation}\\s+obj`, 'g');
    const found = this.#all()
      .sort((a, b) => a.start - b.start)
      .flatMap(({ text }) =>
        [...text.matchAll(head)]
          .slice(-MAX_CANDIDATES)
          .map((match) => parseDictionary(text, match.index + match[0].length)),
      );
    return found.findLast((dictionary) => (dictionary?.get('Filter') as Name | undefined)?.name === 'Standard') ?? null;
  }

  #all(): Passage[] {
    return [...this.#passages, { start: this.#size - this.#tail.length, text: this.#tail.toString('latin1') }];
  }
}
