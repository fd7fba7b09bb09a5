import type { Licence } from '../barcode/aamva.ts';
import { type Answer, answer, type Declared, type FieldFact, type Finding } from './answer.ts';
import { addDays, expiryOf, isAhead, isOver, readDate } from './dates.ts';
import { type DocumentReading, look, whyNothing } from './document.ts';
import { countryOf } from './states.ts';
import type { Zone, ZoneReading } from './zone.ts';

/** As long before the expiry as `profile.document_expiring`. */
const EXPIRES_SOON_DAYS = 30;
const NO_EXPIRY = /^<*$/;

/**
 * Facts: `zone {format, lines}`, `barcode {version, jurisdiction}`, `document_code`, `issuer {code, country}`, `nationality {code, country}`,
 * `sex`, `expiry` (`YYYY-MM-DD` or null), with a barcode alone `issued`, `fields.country` and `fields.document_type` (a FieldFact each).
 */
export function judgeDocumentText(reading: DocumentReading, declared: Declared, now: Date): Answer {
  const nothing = whyNothing(reading, declared);
  if (nothing) return answer([nothing]);
  const licence = reading.barcode === 'unreadable' ? null : reading.barcode;
  if (!reading.zone) return judgeLicence(licence as Licence, declared, now);
  const { zone, doubt } = look(reading.zone);
  const facts = {
    ...zoneFacts(reading.zone, zone, declared, doubt === null),
    ...(licence && barcodeFact(licence)),
  };
  if (!zone) return answer(doubt ? [doubt] : [], facts);
  if (!doubt) return answer(findingsOf(zone, licence, facts, now), facts);
  // What an unsure zone says is shown, and finds nothing. A corrected one is unsure where its check digits are.
  return answer(doubt.code === 'zone_corrected' ? [doubt, ...differences(facts.fields)] : [doubt], facts);
}

function findingsOf(zone: Zone, licence: Licence | null, facts: ReturnType<typeof zoneFacts>, now: Date): Finding[] {
  const findings = [...checkDigits(zone), ...differences(facts.fields), ...validity(facts.expiry, null, now)];
  if (NO_EXPIRY.test(zone.expiryDate ?? '')) findings.push({ code: 'no_expiry' });
  else if (!facts.expiry) findings.push({ code: 'field_unreadable', field: 'expiry' });
  if (licence && isOtherBirthDate(zone, licence)) findings.push({ code: 'barcode_differs', field: 'date_of_birth' });
  return findings;
}

function zoneFacts({ format, lines }: ZoneReading, zone: Zone | null, declared: Declared, isSure: boolean) {
  const country = zone && countryOf(zone.issuer);
  const fields: Record<string, FieldFact> = {};
  if (zone) {
    fields.country = same(country ?? zone.issuer, declared.country === country, isSure);
    fields.document_type = same(zone.documentCode, isOfType(zone.documentCode, declared.document_type), isSure);
  }
  return {
    zone: { format, lines },
    document_code: zone?.documentCode ?? null,
    issuer: zone && { code: zone.issuer, country },
    nationality: zone && { code: zone.nationality, country: countryOf(zone.nationality) },
    sex: zone?.sex ?? null,
    expiry: zone && expiryOf(zone.expiryDate ?? ''),
    fields,
  };
}

const same = (read: string, isSame: boolean, isSure: boolean): FieldFact => ({
  read,
  isSure,
  verdict: isSame ? 'same' : 'differs',
});

/**
 * ICAO Doc 9303-4 to -7 fixes the first letter only. The second one of cards is each state's own,
 * so it decides only where it is the R of permits.
 */
function isOfType(code: string, type: Declared['document_type']): boolean {
  const isCard = /^[ACI]/.test(code);
  const isPermit = /^[ACIR][RP]/.test(code) && code !== 'IP';
  if (type === 'passport') return code.startsWith('P');
  // FA: the Swiss licence. Others begin as ISO 18013 says, D1 in France.
  if (type === 'drivers_license') return /^(D|FA)/.test(code);
  if (type === 'residence_permit') return isPermit || (isCard && code !== 'ID');
  return isCard && !isPermit;
}

function checkDigits({ wrongCheckDigits }: Zone): Finding[] {
  const field: Record<string, string> = {
    documentNumberCheckDigit: 'document_number',
    birthDateCheckDigit: 'date_of_birth',
    expirationDateCheckDigit: 'expiry',
  };
  return wrongCheckDigits.map((digit) => ({
    code: 'check_digit_wrong',
    ...(field[digit] && { field: field[digit] }),
  }));
}

function differences({ country, document_type }: Record<string, FieldFact>): Finding[] {
  const findings: Finding[] = [];
  if (country?.verdict === 'differs') findings.push({ code: 'issuer_differs', field: 'country' });
  if (document_type?.verdict === 'differs') findings.push({ code: 'type_differs', field: 'document_type' });
  return findings;
}

function validity(expiry: string | null, issued: string | null, now: Date): Finding[] {
  const findings: Finding[] = [];
  if (issued && isAhead(issued, now)) findings.push({ code: 'not_yet_valid' });
  if (expiry && isOver(expiry, now)) findings.push({ code: 'expired' });
  else if (expiry && isOver(expiry, addDays(now, EXPIRES_SOON_DAYS))) findings.push({ code: 'expires_soon' });
  return findings;
}

/** Both stand on one document. Its two numbers may differ by design, the holder's birth date may not. */
function isOtherBirthDate({ birthDate }: Zone, licence: Licence): boolean {
  const isWhole = /^\d{6}$/.test(birthDate ?? '') && readDate(birthDate ?? '');
  return Boolean(isWhole && licence.birthDate && licence.birthDate.slice(2).replaceAll('-', '') !== birthDate);
}

const barcodeFact = ({ version, jurisdiction }: Licence) => ({ barcode: { version, jurisdiction } });

/** Two readings of a barcode agreed before it came here: what it says is sure. */
function judgeLicence(licence: Licence, declared: Declared, now: Date): Answer {
  const type = licence.subfile === 'DL' ? 'drivers_license' : 'id_card';
  const fields: Record<string, FieldFact> = {
    document_type: same(licence.subfile, declared.document_type === type, true),
  };
  if (licence.country) fields.country = same(licence.country, declared.country === licence.country, true);
  const facts = {
    ...barcodeFact(licence),
    issuer: { code: licence.jurisdiction, country: licence.country },
    sex: licence.sex,
    expiry: licence.expiryDate,
    issued: licence.issueDate,
    fields,
  };
  const findings = [...differences(fields), ...validity(licence.expiryDate, licence.issueDate, now)];
  if (!licence.expiryDate) findings.push({ code: 'no_expiry' });
  return answer(findings, facts);
}
