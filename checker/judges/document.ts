import type { Licence } from '../barcode/aamva.ts';
import type { Declared, Finding } from './answer.ts';
import { parseZone, type Zone, type ZoneReading } from './zone.ts';

/** What was seen on all pictures of a document. */
export interface DocumentReading {
  zone: ZoneReading | null;
  /** `unreadable`: a PDF417 that is damaged, or no licence by AAMVA. */
  barcode: Licence | 'unreadable' | null;
}

/** Driving licences with a barcode by AAMVA, and those with a zone. No other country's has either. */
const LICENCES_WITH_BARCODE = ['CA', 'US'];
const LICENCES_WITH_ZONE = ['CH', 'FR'];

/** The finding that says why nothing was read, or null if there is a zone or a licence. */
export function whyNothing({ zone, barcode }: DocumentReading, declared: Declared): Finding | null {
  if (zone || (barcode && barcode !== 'unreadable')) return null;
  if (barcode) return { code: 'barcode_unreadable' };
  if (declared.document_type !== 'drivers_license') return { code: 'zone_not_found' };
  if (LICENCES_WITH_BARCODE.includes(declared.country)) return { code: 'barcode_not_found' };
  return { code: LICENCES_WITH_ZONE.includes(declared.country) ? 'zone_not_found' : 'unsupported' };
}

/** A zone's fields, and the finding if they may be wrong. */
export function look(reading: ZoneReading): { zone: Zone | null; doubt: Finding | null } {
  const zone = parseZone(reading);
  if (reading.hidden.length > 0) return { zone, doubt: { code: 'zone_hidden' } };
  if (!reading.isSure || !zone) return { zone, doubt: { code: 'zone_uncertain' } };
  return { zone, doubt: reading.corrected > 0 ? { code: 'zone_corrected' } : null };
}

/** Letters and digits in one form, as the API compares numbers of documents. */
export function plainNumber(number: string): string {
  return number
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{Nd}]/gu, '')
    .replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)));
}

/** Digits of one script follow each other from 0 to 9, and every run begins at a zero. */
function digitValue(digit: string): number {
  let value = 0;
  const code = digit.codePointAt(0) as number;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return value;
}
