/** Objects of a PDF (ISO 32000-2 §7.3), read from text with a character for each byte. Streams are none of them. */
export type Dictionary = Map<string, PdfValue>;
export type PdfValue = Name | Reference | Dictionary | PdfValue[] | string | number | boolean | null;
/** A string is text, and so is a name: this tells them apart. */
export interface Name {
  name: string;
}
export interface Reference {
  number: number;
  generation: number;
}

const MAX_DEPTH = 8;
const BLANK = /(?:[\0\t\n\f\r ]|%[^\r\n]*)*/y;
const REFERENCE = /(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+R\b/y;
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)/y;
const NAME = /\/([^\0\t\n\f\r ()<>[\]{}/%]*)/y;
const HEX = /<([\da-fA-F\0\t\n\f\r ]*)>/y;
const WORD = /true|false|null/y;
const WORDS: Record<string, boolean | null> = { true: true, false: false, null: null };
const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** The dictionary that begins at `at`, after white space; null when there is none, or a malformed or deep one. */
export function parseDictionary(text: string, at: number): Dictionary | null {
  try {
    const value = new Reader(text, at).value(0);
    return value instanceof Map ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

class Reader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at += match[0].length;
    return match;
  }

  #skip(token: string): boolean {
    this.#match(BLANK);
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  value(depth: number): PdfValue {
    if (depth > MAX_DEPTH) throw new SyntaxError('Too deep');
    if (this.#skip('<<')) return this.#dictionary(depth);
    if (this.#skip('[')) return this.#array(depth);
    if (this.#skip('(')) return this.#literal();
    const hex = this.#match(HEX);
    if (hex) return fromHex(hex[1] ?? '');
    const name = this.#match(NAME);
    if (name) return { name: (name[1] ?? '').replace(/#([\da-fA-F]{2})/g, (_, code) => fromHex(code)) };
    const [reference, number, generation] = this.#match(REFERENCE) ?? [];
    if (reference) return { number: Number(number), generation: Number(generation) };
    const [numeral] = this.#match(NUMBER) ?? [];
    if (numeral) return Number(numeral);
    const [word] = this.#match(WORD) ?? [];
    if (word) return WORDS[word] ?? null;
    throw new SyntaxError('No object');
  }

  #dictionary(depth: number): Dictionary {
    const entries: Dictionary = new Map();
    while (!this.#skip('>>')) {
      const [, key] = this.#match(NAME) ?? [];
      if (key === undefined) throw new SyntaxError('No key');
      entries.set(key, this.value(depth + 1));
    }
    return entries;
  }

  #array(depth: number): PdfValue[] {
    const items: PdfValue[] = [];
    while (!this.#skip(']')) items.push(this.value(depth + 1));
    return items;
  }

  /** `(…)`, in which balanced parentheses need no escape (§7.3.4.2). */
  #literal(): string {
    let [value, open] = ['', 1];
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at++] as string;
      if (character === '(') open += 1;
      if (character === ')') open -= 1;
      if (open === 0) return value;
      value += character === '\\' ? this.#escape() : character;
    }
    throw new SyntaxError('The string has no end');
  }

  #escape(): string {
    const [octal] = this.#match(/[0-7]{1,3}/y) ?? [];
    if (octal) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    if (this.#match(/\r\n?|\n/y)) return '';
    const character = this.#text[this.#at++] ?? '';
    return ESCAPES[character] ?? character;
  }
}

function fromHex(digits: string): string {
  const given = digits.replace(/[^\da-fA-F]/g, '');
  return given
    .padEnd(given.length + (given.length % 2), '0')
    .replace(/../g, (code) => String.fromCharCode(Number.parseInt(code, 16)));
}
