/**
 * The zones that are read, place by place: ICAO 9303 parts 4 to 7, the French identity card and driving licence, the Swiss driving licence.
 * The Romanian card is a TD2.
 */
import { ALPHABET } from './alphabet.ts';

export type Format = 'TD1' | 'TD2' | 'TD3' | 'MRV-A' | 'MRV-B' | 'FRA' | 'FRA-LICENCE' | 'CHE';

export const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ<';

/** What a place may hold: a class is a small letter or a star. Any other sign in `lines` below stands for itself. */
const CLASSES: Record<string, string> = {
  '*': ALPHABET,
  a: LETTERS,
  n: '0123456789<',
  d: '0123456789',
  s: 'FMX<',
  /** The first letter of a card's code. */
  i: 'ACIR',
};

/** From a line's place to another, the second without. */
export type Span = [line: number, from: number, to: number];

export interface CheckDigit {
  line: number;
  at: number;
  of: Span[];
  /** The document number: longer ones go on in the optional data behind it, to which `until` is the end. */
  until?: number;
}

export interface FormatRules {
  lines: string[];
  checkDigits: CheckDigit[];
}

const any = (length: number) => '*'.repeat(length);
const name = (length: number) => 'a'.repeat(length);
const DATES = 'nnnnnndsnnnnnnd';
const digit = (line: number, at: number, ...of: Span[]): CheckDigit => ({ line, at, of });

/** Number, birth and expiry of the two-line formats. */
const number2 = digit(1, 9, [1, 0, 9]);
const dates2 = [digit(1, 19, [1, 13, 19]), digit(1, 27, [1, 21, 27])];

export const FORMATS: Record<Format, FormatRules> = {
  TD1: {
    lines: [`i*${name(3)}${any(9)}n${any(15)}`, `${DATES}${name(3)}${any(11)}d`, name(30)],
    checkDigits: [
      { ...digit(0, 14, [0, 5, 14]), until: 30 },
      digit(1, 6, [1, 0, 6]),
      digit(1, 14, [1, 8, 14]),
      digit(1, 29, [0, 5, 30], [1, 0, 7], [1, 8, 15], [1, 18, 29]),
    ],
  },
  TD2: {
    lines: [`i${name(35)}`, `${any(9)}n${name(3)}${DATES}${any(7)}d`],
    checkDigits: [{ ...number2, until: 35 }, ...dates2, digit(1, 35, [1, 0, 10], [1, 13, 20], [1, 21, 35])],
  },
  TD3: {
    lines: [`P${name(43)}`, `${any(9)}d${name(3)}${DATES}${any(14)}nd`],
    checkDigits: [number2, ...dates2, digit(1, 42, [1, 28, 42]), digit(1, 43, [1, 0, 10], [1, 13, 20], [1, 21, 43])],
  },
  'MRV-A': { lines: [`V${name(43)}`, `${any(9)}d${name(3)}${DATES}${any(16)}`], checkDigits: [number2, ...dates2] },
  'MRV-B': { lines: [`V${name(35)}`, `${any(9)}d${name(3)}${DATES}${any(8)}`], checkDigits: [number2, ...dates2] },
  FRA: {
    lines: [`IDFRA${name(25)}${any(6)}`, `${any(12)}d${name(14)}nnnnnndsd`],
    checkDigits: [digit(1, 12, [1, 0, 12]), digit(1, 33, [1, 27, 33]), digit(1, 35, [0, 0, 36], [1, 0, 35])],
  },
  'FRA-LICENCE': {
    lines: [`D1FRA${any(9)}dnnnnnn${name(8)}d`],
    checkDigits: [digit(0, 14, [0, 0, 14]), digit(0, 29, [0, 0, 29])],
  },
  CHE: { lines: ['***ddda<<', `FA${name(3)}${any(9)}ddd<<nnnnnn<<<<<`, name(30)], checkDigits: [] },
};

/** The characters that may stand at a place. */
export function allowedAt(format: Format, line: number, at: number): string {
  const place = FORMATS[format].lines[line]?.[at] ?? '<';
  return CLASSES[place] ?? place;
}

const numberOf = (character: string) => {
  const place = ALPHABET.indexOf(character);
  return character === '<' ? 0 : place < 26 ? place + 10 : place - 26;
};

/** ICAO 9303-3, 4.9: weights 7, 3, 1. */
export function checkDigitOf(text: string): string {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum += numberOf(text[i] as string) * ([7, 3, 1][i % 3] as number);
  return String(sum % 10);
}

export function isRight(lines: readonly string[], { line, at, of, until }: CheckDigit): boolean {
  const text = of.map(([from, start, end]) => lines[from]?.slice(start, end)).join('');
  const said = lines[line]?.[at];
  if (said === '<' && until !== undefined) {
    const rest = /^([^<]+)</.exec(`${lines[line]?.slice(at + 1, until)}<`)?.[1];
    if (rest) return checkDigitOf(text + rest.slice(0, -1)) === rest.at(-1);
  }
  return checkDigitOf(text) === said || (said === '<' && /^<*$/.test(text));
}
