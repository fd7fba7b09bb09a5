/** From the net's probabilities to text: what a format allows at each place, and one or two doubtful characters by the check digits. */
import { ALPHABET, NOTHING } from './alphabet.ts';
import { allowedAt, FORMATS, type Format, isRight, LETTERS } from './formats.ts';

/** The probabilities of each place, line by line. */
export type Probabilities = readonly (readonly Float32Array[])[];

export interface Decoded {
  format: Format;
  lines: string[];
  /** Each character's probability. */
  confidences: number[][];
  /** `none`: the format has no check digits. */
  checkDigits: 'right' | 'wrong' | 'none';
  /** Characters that the check digits changed. */
  corrected: number;
  /** The mean logarithm of the characters' probabilities: how well the format fits. */
  fit: number;
}

/**
 * Characters that look alike. Where a format allows only one of such a group, what the net gave to the others is meant for that one: no O
 * stands in a date. Where it allows several, nothing is added.
 */
const ALIKE = ['O0QD', 'I1', 'S5', 'B8', 'Z2', 'G6'];
/** Numbers rarely hold an O, and many issuers never print one: where both may stand, a 0 is taken unless the O is this much likelier. */
const RARE_O = 50;
const O = ALPHABET.indexOf('O');
/** With this probability a letter behind a name's end is one. */
const CLEARLY = 0.9;
/** Places that may be changed for the check digits, and how many at once. */
const DOUBTFUL = 12;
const CHANGES = 2;
/** The second-best is not tried where the best is this many times as probable. */
const CLEAR = Math.log(3000);

interface Alternative {
  line: number;
  at: number;
  character: string;
  /** How much less probable than the best, as a logarithm. */
  cost: number;
}

export function decode(format: Format, probabilities: Probabilities): Decoded {
  const alternatives: Alternative[] = [];
  const best = probabilities.map((places, line) =>
    places.map((given, at) => {
      const [first, second] = bestTwo(given, allowedAt(format, line, at));
      if (second) {
        const cost = Math.log(given[first] as number) - Math.log((given[second.place] as number) + 1e-12);
        alternatives.push({ line, at, character: second.character, cost });
      }
      return ALPHABET[first] as string;
    }),
  );
  for (const [line, row] of best.entries()) endName(format, line, row, probabilities[line] ?? []);
  const { lines, corrected, isValid } = settle(format, best, alternatives);
  const confidences = lines.map((line, row) =>
    [...line].map((character, at) => confidence(probabilities[row]?.[at], character, allowedAt(format, row, at))),
  );
  const all = confidences.flat();
  const fit = all.reduce((sum, value) => sum + Math.log(value + 1e-4), 0) / all.length;
  const hasDigits = FORMATS[format].checkDigits.length > 0;
  return {
    format,
    lines,
    confidences,
    corrected,
    fit,
    checkDigits: hasDigits ? (isValid ? 'right' : 'wrong') : 'none',
  };
}

function bestTwo(given: Float32Array, allowed: string): [number, { place: number; character: string } | null] {
  const mayHoldBoth = allowed.includes('0') && allowed.includes('O');
  const value = (place: number) => (given[place] as number) / (place === O && mayHoldBoth ? RARE_O : 1);
  let first = ALPHABET.indexOf(allowed[0] as string);
  let second = -1;
  for (const character of allowed.slice(1)) {
    const place = ALPHABET.indexOf(character);
    if (value(place) > value(first)) {
      second = first;
      first = place;
    } else if (second < 0 || value(place) > value(second)) second = place;
  }
  return [first, second < 0 ? null : { place: second, character: ALPHABET[second] as string }];
}

function confidence(given: Float32Array | undefined, character: string, allowed: string): number {
  if (!given) return 0;
  let value = given[ALPHABET.indexOf(character)] as number;
  const alike = ALIKE.find((group) => group.includes(character)) ?? '';
  for (const other of alike) if (!allowed.includes(other)) value += given[ALPHABET.indexOf(other)] as number;
  return Math.min(value, 1 - (given[NOTHING] as number));
}

/** ICAO 9303-3, 4.6: behind a name's end stand fillers only. A shadow there that looks a little like a letter is a filler that is hard to see. */
function endName(format: Format, line: number, row: string[], probabilities: readonly Float32Array[]): void {
  const isName = (at: number) => allowedAt(format, line, at) === LETTERS;
  if (format === 'FRA' || !isName(row.length - 1)) return;
  let end = row.length - 1;
  while (end > 0 && isName(end - 1)) end--;
  const first = row.join('').indexOf('<<<', end);
  if (first < 0) return;
  for (let at = first; at < row.length; at++) {
    if ((probabilities[at]?.[ALPHABET.indexOf(row[at] as string)] ?? 0) < CLEARLY) row[at] = '<';
  }
}

/** The likeliest change of at most two characters with which all check digits are right; without one, what was read. */
function settle(format: Format, best: string[][], alternatives: Alternative[]) {
  const { checkDigits } = FORMATS[format];
  const read = best.map((line) => line.join(''));
  const holds = (lines: string[]) => checkDigits.every((digit) => isRight(lines, digit));
  if (holds(read)) return { lines: read, corrected: 0, isValid: true };
  const doubtful = alternatives
    .filter(({ cost }) => cost < CLEAR)
    .sort((a, b) => a.cost - b.cost)
    .slice(0, DOUBTFUL);
  for (const changes of combinations(doubtful)) {
    const lines = best.map((line) => [...line]);
    for (const { line, at, character } of changes) (lines[line] as string[])[at] = character;
    const changed = lines.map((line) => line.join(''));
    if (holds(changed)) return { lines: changed, corrected: changes.length, isValid: true };
  }
  return { lines: read, corrected: 0, isValid: false };
}

function combinations(doubtful: Alternative[]): Alternative[][] {
  const all = doubtful.map((one) => [one]);
  if (CHANGES > 1) {
    for (let i = 0; i < doubtful.length; i++) {
      for (let j = 0; j < i; j++) all.push([doubtful[i] as Alternative, doubtful[j] as Alternative]);
    }
  }
  const costOf = (changes: Alternative[]) => changes.reduce((sum, { cost }) => sum + cost, 0);
  return all.sort((a, b) => costOf(a) - costOf(b));
}
