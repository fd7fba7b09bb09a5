import anyAscii from 'any-ascii';
import { ARABIC, SHADDA } from './arabic.ts';
import { CYRILLIC } from './cyrillic.ts';
import { LATIN } from './latin.ts';

/** The spellings in A to Z that one letter may have. */
export type Letter = readonly string[];

export interface Word {
  letters: Letter[];
  /**
   * `exact`: all spellings are known, so another one differs. `one_of_many`: ICAO's is known, and documents also write by sound.
   * `guess`: no table has the letter, so a match is a likeness. `none`: the script can't be spelled letter by letter.
   */
  basis: 'exact' | 'one_of_many' | 'guess' | 'none';
}

/** Alphabets whose letters any-ascii spells near enough to be looked at by a person. ICAO has no table for them. */
const GUESSABLE = /\p{Script=Latin}|\p{Script=Cyrillic}|\p{Script=Greek}|\p{Script=Georgian}|\p{Script=Armenian}/u;
const WEAKEST_FIRST = ['none', 'guess', 'one_of_many', 'exact'] as const;

/**
 * Words of a declared name. ICAO Doc 9303-3 section 4.6: hyphens, commas and spaces separate, other punctuation is left out.
 */
export function spell(name: string): Word[] {
  return name
    .normalize('NFC')
    .toUpperCase()
    .split(/[\s,\p{Pd}]+/u)
    .map((word) => word.replace(/[^\p{L}\p{M}]/gu, ''))
    .filter((word) => word !== '')
    .map(spellWord);
}

function spellWord(text: string): Word {
  const letters: Letter[] = [];
  const bases = new Set<Word['basis']>();
  for (const character of text) {
    if (character === SHADDA) {
      letters.push((letters.pop() ?? []).map((spelling) => spelling + spelling.replace(/^X+/, '')));
      continue;
    }
    if (/\p{M}/u.test(character)) continue;
    const { letter, basis } = spellLetter(character);
    if (letter) letters.push(letter);
    bases.add(basis);
  }
  return { letters, basis: WEAKEST_FIRST.find((basis) => bases.has(basis)) ?? 'none' };
}

function spellLetter(character: string): { letter: Letter | null; basis: Word['basis'] } {
  const known = LATIN[character] ?? CYRILLIC[character];
  if (known) return { letter: known, basis: 'exact' };
  if (/\p{Script=Arabic}/u.test(character)) return { letter: ARABIC[character] ?? null, basis: 'one_of_many' };
  // Table A leaves out the marks of all others. Vietnamese letters are not in it, and are written in the same way.
  const base = character.normalize('NFD').replace(/\p{M}/gu, '');
  if (/^[A-Z]$/.test(base)) return { letter: [base], basis: 'exact' };
  if (!GUESSABLE.test(character)) return { letter: null, basis: 'none' };
  const guess = CYRILLIC[base] ?? [
    anyAscii(character)
      .toUpperCase()
      .replace(/[^A-Z]/g, ''),
  ];
  return { letter: guess, basis: 'guess' };
}

/** Whether `read` is one of the word's spellings, or the beginning of one where a field may be cut. */
export function isSpelledAs(letters: Letter[], read: string, isCut = false): boolean {
  let ends = new Set([0]);
  for (const letter of letters) {
    const next = new Set<number>();
    for (const at of ends) {
      for (const spelling of letter) {
        if (read.startsWith(spelling, at)) next.add(at + spelling.length);
        else if (isCut && spelling.startsWith(read.slice(at))) return true;
      }
    }
    ends = next;
  }
  return ends.has(read.length);
}
