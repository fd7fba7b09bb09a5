import { fold } from './latin.ts';
import { isSpelledAs, spell, type Word } from './spelling.ts';

/** A name as a document has it, in A to Z: words of the family name and of the given names. */
export interface ReadName {
  primary: string[];
  secondary: string[];
  /** The field was filled to its end: any word may be shortened, and words may be missing (ICAO Doc 9303-4 section 4.2.3). */
  isCut: boolean;
}

export type NameVerdict = 'same' | 'partial' | 'differs' | 'not_comparable';

/** Names are sets of words, since forms and documents order them differently. A difference is doubt, never proof. */
export function compareNames(declared: string, read: ReadName): NameVerdict {
  const all = spell(declared);
  const words = all.filter(({ basis }) => basis !== 'none');
  // Who writes `王小明 Wang Xiaoming` gave both spellings, and one word may be anything.
  if (words.length < Math.min(2, all.length) || words.length === 0) return 'not_comparable';
  const verdict = compareWords(words, read);
  if (words.some(({ basis }) => basis === 'guess')) return verdict === 'differs' ? 'not_comparable' : 'partial';
  if (words.some(({ basis }) => basis === 'one_of_many') && verdict === 'differs') return 'not_comparable';
  return verdict;
}

function compareWords(words: Word[], read: ReadName): NameVerdict {
  const readWords = [...read.primary, ...read.secondary];
  const partners = pair(words, readWords, read.isCut);
  const extraRead = readWords.filter((_, index) => !partners.has(index));
  const extraDeclared = words.filter((word) => ![...partners.values()].includes(word));
  if (extraRead.length === 0 && extraDeclared.length === 0) return 'same';
  // A field without given names holds the family name only, so nothing says that the others were cut off.
  if (extraRead.length === 0 && read.isCut && read.secondary.length > 0) return 'same';
  if (isSameRunTogether(words, read)) return 'same';
  if (isMissingOnly(extraDeclared, extraRead) && isInBothNames(partners, read)) return 'partial';
  return isSameFolded(words, readWords) ? 'partial' : 'differs';
}

/** As many pairs as possible, by augmenting paths. Keys are indexes of read words. Whole words pair before shortened ones. */
function pair(words: Word[], read: string[], isCut: boolean): Map<number, Word> {
  const partners = new Map<number, Word>();
  const find = (word: Word, fits: (word: Word, index: number) => boolean, seen: Set<number>): boolean =>
    read.some((_, index) => {
      if (seen.has(index) || !fits(word, index)) return false;
      seen.add(index);
      const holder = partners.get(index);
      if (holder && !find(holder, fits, seen)) return false;
      partners.set(index, word);
      return true;
    });
  const isWhole = (word: Word, index: number) => isSpelledAs(word.letters, read[index] as string);
  const isBegun = (word: Word, index: number) => isSpelledAs(word.letters, read[index] as string, true);
  for (const word of words) find(word, isWhole, new Set());
  if (isCut) {
    const paired = new Set(partners.values());
    for (const word of words) if (!paired.has(word)) find(word, isBegun, new Set());
  }
  return partners;
}

/** `Min-ji` and MINJI, `De la Cruz` and DELACRUZ: the same letters, with spaces at other places. */
function isSameRunTogether(words: Word[], { primary, secondary, isCut }: ReadName): boolean {
  const letters = words.flatMap((word) => word.letters);
  return [
    [...primary, ...secondary],
    [...secondary, ...primary],
  ].some((order) => isSpelledAs(letters, order.join(''), isCut && order[0] === primary[0]));
}

/** Only one side has more words, when initials count for nothing. */
function isMissingOnly(declared: Word[], read: string[]): boolean {
  return declared.every(({ letters }) => letters.length === 1) || read.every((word) => word.length === 1);
}

function isInBothNames(partners: Map<number, Word>, { primary, secondary }: ReadName): boolean {
  const indexes = [...partners.keys()];
  const isInPrimary = indexes.some((index) => index < primary.length);
  return isInPrimary && (secondary.length === 0 || indexes.some((index) => index >= primary.length));
}

/** `Mueller` beside MULLER: who types without marks, or reads from a document with them, may mean the same letter. */
function isSameFolded(words: Word[], read: string[]): boolean {
  const declared = words.map(({ letters }) => fold(letters.map(([first]) => first).join('')));
  return declared.sort().join(' ') === read.map(fold).sort().join(' ');
}
