import type { Declared } from '../../../checker/judges/answer.ts';
import type { ZoneReading } from '../../../checker/judges/zone.ts';

const VALUES = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** ICAO Doc 9303-3 section 4.9. */
function digit(text: string): string {
  const sum = [...text].reduce((total, character, at) => {
    return total + Math.max(0, VALUES.indexOf(character)) * ([7, 3, 1][at % 3] as number);
  }, 0);
  return String(sum % 10);
}

const fill = (text: string, length: number) => text.padEnd(length, '<').slice(0, length);
const withDigit = (text: string) => text + digit(text);

export interface ZoneFields {
  code?: string;
  issuer?: string;
  nationality?: string;
  number?: string;
  /** As it stands in the zone: `ERIKSSON<<ANNA<MARIA`. */
  name?: string;
  birthDate?: string;
  expiry?: string;
  sex?: string;
  optional?: string;
}

const SAMPLE = {
  issuer: 'DEU',
  number: 'L898902C3',
  name: 'ERIKSSON<<ANNA<MARIA',
  birthDate: '740812',
  expiry: '340415',
  sex: 'F',
};

export function passport(fields: ZoneFields = {}): string[] {
  const {
    code = 'P<',
    issuer,
    number,
    name,
    birthDate,
    expiry,
    sex,
    optional = '',
    nationality,
  } = { ...SAMPLE, ...fields };
  const personal = fill(optional, 14);
  const head = withDigit(fill(number, 9));
  const born = withDigit(birthDate);
  const rest = withDigit(expiry) + personal + (optional === '' ? '<' : digit(personal));
  const body = head + fill(nationality ?? issuer, 3) + born + sex + rest;
  return [code + fill(issuer, 3) + fill(name, 39), body + digit(head + born + rest)];
}

/** Of three lines. A number of more than nine characters goes on in the optional data, behind a filler. */
export function card(fields: ZoneFields = {}): string[] {
  const {
    code = 'I<',
    issuer,
    number,
    name,
    birthDate,
    expiry,
    sex,
    optional = '',
    nationality,
  } = { ...SAMPLE, ...fields };
  const isLong = number.length > 9;
  const own = isLong
    ? `${number.slice(0, 9)}<${number.slice(9)}${digit(number)}<`
    : withDigit(fill(number, 9)) + optional;
  const upper = code + fill(issuer, 3) + fill(own, 25);
  const born = withDigit(birthDate);
  const until = withDigit(expiry);
  const middle = born + sex + until + fill(nationality ?? issuer, 3) + fill('', 11);
  return [upper, middle + digit(upper.slice(5) + born + until + fill('', 11)), fill(name, 30)];
}

/** As the reader hands a zone in, every character read surely unless said otherwise. */
export function reading(lines: string[], changes: Partial<ZoneReading> = {}): ZoneReading {
  const format = lines.length === 3 ? 'TD1' : 'TD3';
  return { format, lines, isSure: true, corrected: 0, hidden: [], ...changes };
}

export function declared(changes: Partial<Declared> = {}): Declared {
  return {
    full_name: 'Anna Maria Eriksson',
    country: 'DE',
    document_type: 'passport',
    document_number: 'L898902C3',
    date_of_birth: '1974-08-12',
    ...changes,
  };
}
