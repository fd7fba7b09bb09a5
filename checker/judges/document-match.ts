import type { Licence } from '../barcode/aamva.ts';
import { compareNames, type ReadName } from '../names/compare.ts';
import { type Answer, answer, type Code, type Declared, type FieldFact, type Finding, type Verdict } from './answer.ts';
import { compareBirthDates, readDate } from './dates.ts';
import { type DocumentReading, look, plainNumber, whyNothing } from './document.ts';
import { countryOf } from './states.ts';

/** A document's fields in one form, from a zone or a barcode. */
interface Read {
  numbers: string[];
  name: ReadName | null;
  /** `YYMMDD` or `YYYY-MM-DD`. */
  birthDate: string | null;
  issuer: string | null;
  nationality: string | null;
}

type Field = 'document_number' | 'full_name' | 'date_of_birth' | 'country';

const FINDINGS: Record<Field, Partial<Record<Verdict, Code>>> = {
  document_number: { differs: 'number_differs', unreadable: 'field_unreadable' },
  full_name: {
    differs: 'name_differs',
    partial: 'name_partial',
    not_comparable: 'name_not_comparable',
    unreadable: 'field_unreadable',
  },
  date_of_birth: { differs: 'date_of_birth_differs', unreadable: 'field_unreadable' },
  country: { differs: 'country_differs' },
};

/** Facts: `fields.document_number`, `.full_name`, `.date_of_birth`, `.country` (a FieldFact each), and `source`: `zone` or `barcode`. */
export function judgeDocumentMatch(reading: DocumentReading, declared: Declared, now: Date): Answer {
  const nothing = whyNothing(reading, declared);
  if (nothing) return answer([nothing]);
  if (!reading.zone) {
    const fields = compare(fromLicence(reading.barcode as Licence), declared, true, now);
    return answer(findingsOf(fields), { source: 'barcode', fields });
  }
  const { zone, doubt } = look(reading.zone);
  if (!zone) return answer(doubt ? [doubt] : [], { source: 'zone', fields: {} });
  const read = { ...zone, issuer: countryOf(zone.issuer), nationality: countryOf(zone.nationality) };
  const fields = compare(read, declared, doubt === null, now);
  const facts = { source: 'zone', fields };
  const findings = findingsOf(fields);
  // A misread character makes a difference that is none, so doubt stands for all of them.
  if (doubt?.code === 'zone_corrected') return answer(findings.length > 0 ? [doubt] : [], facts);
  return answer(doubt ? [doubt] : findings, facts);
}

function fromLicence({ number, name, birthDate, country }: Licence): Read {
  return { numbers: number ? [number] : [], name, birthDate, issuer: country, nationality: null };
}

function compare(read: Read, declared: Declared, isSure: boolean, now: Date): Record<Field, FieldFact> {
  return {
    document_number: { ...compareNumbers(declared, read.numbers), isSure },
    full_name: { ...compareName(declared, read.name), isSure },
    date_of_birth: { ...compareBirth(declared, read.birthDate, now), isSure },
    country: { ...compareCountry(declared, read), isSure },
  };
}

type Compared = Omit<FieldFact, 'isSure'>;

/** People declare the number that they know: Vietnam and Spain write it into optional data, beside the card's own. */
function compareNumbers({ document_number, country }: Declared, numbers: string[]): Compared {
  const [first] = numbers;
  if (!first) return { read: null, verdict: 'unreadable' };
  const declared = plainNumber(document_number);
  const equal = numbers.find((number) => plainNumber(number) === declared);
  if (equal) return { read: equal, verdict: 'same' };
  // Vietnamese cards: the field for the number has the last nine of its twelve digits.
  const isLastNine = country === 'VN' && declared.length === 12 && declared.slice(-9) === first;
  return { read: first, verdict: isLastNine ? 'same' : 'differs' };
}

function compareName({ full_name }: Declared, name: ReadName | null): Compared {
  if (!name) return { read: null, verdict: 'unreadable' };
  const read = [name.primary.join(' '), name.secondary.join(' ')].filter(Boolean).join(', ');
  return { read, verdict: compareNames(full_name, name) };
}

function compareBirth({ date_of_birth }: Declared, birthDate: string | null, now: Date): Compared {
  if (birthDate === null) return { read: null, verdict: 'not_comparable' };
  const date = readDate(birthDate);
  if (!date) return { read: birthDate, verdict: 'unreadable' };
  const { verdict, text } = compareBirthDates(date_of_birth, date, now);
  return { read: text || null, verdict };
}

/** A permit is issued by one state to a citizen of another, and forms don't always say which of them they ask for. */
function compareCountry({ country }: Declared, { issuer, nationality }: Read): Compared {
  if (issuer === country) return { read: issuer, verdict: 'same' };
  if (nationality === country) return { read: nationality, verdict: 'partial' };
  return { read: issuer, verdict: issuer ? 'differs' : 'not_comparable' };
}

function findingsOf(fields: Record<Field, FieldFact>): Finding[] {
  return (Object.keys(fields) as Field[]).flatMap((field) => {
    const code = FINDINGS[field][fields[field].verdict];
    return code ? [{ code, field }] : [];
  });
}
