import { type Details, type FieldName, parse } from 'mrz';
import type { ReadName } from '../names/compare.ts';

/** What the reader of zones hands in, as far as judges look at it. */
export interface ZoneReading {
  format: string;
  lines: string[];
  /** No character is below the floor of confidence. Check digits have no part in it: they cover no name. */
  isSure: boolean;
  /** How many characters were chosen to make a check digit right. */
  corrected: number;
  /** Characters that glare or a finger hides. */
  hidden: readonly unknown[];
}

/** A zone's fields as text, not yet judged. */
export interface Zone {
  documentCode: string;
  /** Codes of ICAO Doc 9303-3 section 5, without fillers. */
  issuer: string;
  nationality: string;
  /** The document's number first, then the words of optional data: some states write the number that people know there. */
  numbers: string[];
  name: ReadName | null;
  /** `YYMMDD` with `<` for what is unknown. Null where the format has no such field. */
  birthDate: string | null;
  expiryDate: string | null;
  sex: string | null;
  wrongCheckDigits: FieldName[];
}

const OPTIONAL: FieldName[] = ['optional', 'optional1', 'optional2', 'personalNumber'];
/** Visas have no such digits; the package reads them as passports. ICAO Doc 9303-7 section 4. */
const NOT_IN_VISAS: (FieldName | null)[] = ['personalNumberCheckDigit', 'compositeCheckDigit'];

/** Null for lines that are no known format. Fields are judged from the package's details: its `valid` refuses states that it doesn't list. */
export function parseZone({ lines }: ZoneReading): Zone | null {
  const parsed = tryParse(lines);
  if (!parsed) return null;
  const raw = (field: FieldName) => {
    const detail = parsed.details.find((one) => one.field === field);
    return detail ? textOf(lines, detail.ranges[0]) : null;
  };
  const documentCode = clean(raw('documentCode'));
  const isVisa = documentCode.startsWith('V');
  return {
    documentCode,
    issuer: clean(raw('issuingState')),
    nationality: clean(raw('nationality')),
    numbers: numbersOf(parsed, raw),
    name: nameOf(raw),
    birthDate: raw('birthDate'),
    expiryDate: raw('expirationDate'),
    sex: clean(raw('sex')) || null,
    wrongCheckDigits: parsed.details
      .filter((detail) => isWrongCheckDigit(detail, lines) && !(isVisa && NOT_IN_VISAS.includes(detail.field)))
      .map(({ field }) => field as FieldName),
  };
}

function tryParse(lines: string[]) {
  try {
    return parse(lines);
  } catch {
    return null;
  }
}

function textOf(lines: string[], range: { line: number; start: number; end: number } | undefined): string {
  return range ? (lines[range.line] ?? '').slice(range.start, range.end) : '';
}

const clean = (raw: string | null) => (raw ?? '').replaceAll('<', ' ').trim();

function isWrongCheckDigit({ field, valid, ranges }: Details, lines: string[]): boolean {
  if (valid || !field?.endsWith('CheckDigit')) return false;
  // Nothing to check: some states fill the digit of an empty field, too.
  return !ranges.every((range) => /^<*$/.test(textOf(lines, range)));
}

function numbersOf(parsed: ReturnType<typeof parse>, raw: (field: FieldName) => string | null): string[] {
  const optional = OPTIONAL.flatMap((field) => clean(raw(field)).split(/ +/));
  return [parsed.documentNumber ?? clean(raw('documentNumber')), ...optional].filter((number) => number !== '');
}

/** Most formats have one field for both names; the package takes it for the given names, too, if nothing separates them. */
function nameOf(raw: (field: FieldName) => string | null): ReadName | null {
  const last = raw('lastName') ?? '';
  const first = raw('firstName') ?? '';
  const [primary = '', ...secondary] = last === first ? last.split('<<') : [last, first];
  const words = (text: string) => text.split('<').filter((word) => word !== '');
  if (/[^A-Z<]/.test(last + first) || words(primary).length === 0) return null;
  return {
    primary: words(primary),
    secondary: secondary.flatMap(words),
    isCut: /[A-Z]$/.test(last) || /[A-Z]$/.test(first),
  };
}
