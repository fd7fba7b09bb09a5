import type { ReadName } from '../names/compare.ts';

/** A North American licence or identity card, as its barcode says. Nobody signs it: anybody can print one. */
export interface Licence {
  /** Of the AAMVA DL/ID Card Design Standard, 1 (2000) to 10 (2020) and later ones. */
  version: number;
  subfile: 'DL' | 'ID';
  number: string | null;
  name: ReadName | null;
  /** `YYYY-MM-DD` */
  birthDate: string | null;
  issueDate: string | null;
  expiryDate: string | null;
  sex: 'M' | 'F' | null;
  /** ISO 3166-1 alpha-2. */
  country: 'US' | 'CA' | null;
  /** State or province. */
  jurisdiction: string | null;
}

/** File type, issuer's number, version, from version 2 on the issuer's own version, and how many subfiles follow. Annex D.12.3. */
const HEADER = /^@[\s\S]{1,4}(?:ANSI |AAMVA)\d{6}(\d\d)/;
const DESIGNATOR_LENGTH = 10;
/** Written where somebody has no such name. */
const NO_NAME = ['NONE', 'UNAVL'];
const PROVINCES = ['AB', 'BC', 'MB', 'NB', 'NL', 'NS', 'NT', 'NU', 'ON', 'PE', 'QC', 'SK', 'YT'];

/** Null for a barcode that is no licence by AAMVA. */
export function parseLicence(bytes: Uint8Array): Licence | null {
  const text = Buffer.from(bytes).toString('latin1');
  const header = HEADER.exec(text);
  if (!header) return null;
  const version = Number(header[1]);
  const body = subfile(text, header[0].length + (version < 2 ? 0 : 2));
  if (!body) return null;
  const elements = elementsOf(body.text);
  const value = (id: string) => elements.get(id) || null;
  const jurisdiction = value('DAJ');
  return {
    version,
    subfile: body.type,
    number: value('DAQ'),
    name: nameOf(elements),
    birthDate: dateOf(value('DBB')),
    issueDate: dateOf(value('DBD')),
    expiryDate: dateOf(value('DBA')),
    sex: sexOf(value('DBC')),
    country: countryOf(value('DCG'), jurisdiction),
    jurisdiction,
  };
}

/** By the offset in its designator, or, since some issuers count wrongly, where its elements begin. */
function subfile(text: string, entriesAt: number): { type: Licence['subfile']; text: string } | null {
  const first = entriesAt + 2;
  for (let entry = 0; entry < Number(text.slice(entriesAt, first)); entry++) {
    const at = first + entry * DESIGNATOR_LENGTH;
    const [, type, offset, length] = /^(DL|ID)(\d{4})(\d{4})/.exec(text.slice(at, at + DESIGNATOR_LENGTH)) ?? [];
    if (!type) continue;
    const counted = text.slice(Number(offset), Number(offset) + Number(length));
    const isThere = counted.startsWith(type) && /^[DZ][A-Z]{2}/.test(counted.slice(2));
    const found = new RegExp(`${type}(?=\\n?D[A-D][A-Z])[^\\r]*`).exec(text.slice(first))?.[0];
    const body = isThere ? counted : found;
    if (body) return { type: type as Licence['subfile'], text: body.slice(2) };
  }
  return null;
}

/** An element is three letters and a value up to the separator. */
function elementsOf(text: string): Map<string, string> {
  const lines = text.split(/[\n\r]/).filter((line) => /^[A-Z]{3}/.test(line));
  return new Map(lines.map((line) => [line.slice(0, 3), line.slice(3).trim()]));
}

/** DCS, DAC, DAD since version 4; DCT for all given names in 2 and 3; in version 1 DAB, or the whole name in DAA. */
function nameOf(elements: Map<string, string>): ReadName | null {
  const words = (...texts: (string | undefined)[]) =>
    texts
      .flatMap((text) => text?.toUpperCase().split(/[\s,-]+/) ?? [])
      .map((word) => word.normalize('NFD').replace(/[^A-Z]/g, ''))
      .filter((word) => word !== '' && !NO_NAME.includes(word));
  const [family, ...given] = elements.get('DAA')?.split(',') ?? [];
  const primary = words(elements.get('DCS') ?? elements.get('DAB') ?? family);
  const parts = ['DCT', 'DAC', 'DAD'].map((id) => elements.get(id));
  const secondary = words(...(parts.some(Boolean) ? parts : given));
  const isCut = ['DDE', 'DDF', 'DDG'].some((id) => elements.get(id) === 'T');
  return primary.length > 0 ? { primary, secondary, isCut } : null;
}

/** MMDDYYYY in the USA, YYYYMMDD in Canada and in version 1: no month and day make a number above 1231. */
function dateOf(text: string | null): string | null {
  const [, first, last] = /^(\d{4})(\d{4})$/.exec(text ?? '') ?? [];
  if (!first || !last) return null;
  const [year, rest] = Number(first) > 1231 ? [first, last] : [last, first];
  const date = `${year}-${rest.slice(0, 2)}-${rest.slice(2)}`;
  const time = new Date(`${date}T00:00:00Z`);
  return Number.isNaN(time.getTime()) || time.toISOString().slice(0, 10) !== date ? null : date;
}

function sexOf(code: string | null): Licence['sex'] {
  if (code === '1' || code === 'M') return 'M';
  return code === '2' || code === 'F' ? 'F' : null;
}

function countryOf(code: string | null, jurisdiction: string | null): Licence['country'] {
  if (code === 'USA') return 'US';
  if (code === 'CAN') return 'CA';
  if (!jurisdiction) return null;
  return PROVINCES.includes(jurisdiction) ? 'CA' : 'US';
}
