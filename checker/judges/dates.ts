import type { Verdict } from './answer.ts';

/** A date of which parts may be unknown. */
export interface ReadDate {
  /** Two digits in zones, four in barcodes. */
  year: string | null;
  month: string | null;
  day: string | null;
}

const DAY_MS = 86_400_000;
/** A day ends last at UTC-12 and begins first at UTC+14. */
const LATEST_ZONE_MS = 12 * 3_600_000;
const EARLIEST_ZONE_MS = 14 * 3_600_000;

/** `YYMMDD` of a zone, or the day of a barcode (`YYYY-MM-DD`). Null if no calendar has that day. */
export function readDate(text: string): ReadDate | null {
  const [, year, month, day] = /^(\d{4}|\d{2}|<<)-?(\d\d|<<)-?(\d\d|<<)$/.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = { year: known(year), month: known(month, '00'), day: known(day, '00') };
  return isInCalendar(date) ? date : null;
}

/** ICAO Doc 9303-3 section 4.8 fills what is unknown with `<`; some states write zeros. */
const known = (digits: string, unknown = '<<') => (digits === '<<' || digits === unknown ? null : digits);

function isInCalendar({ year, month, day }: ReadDate): boolean {
  // A year of two digits leaps whenever one of its centuries does.
  const leap = year && (year.length === 4 ? year : `20${year}`);
  const last = new Date(Date.UTC(Number(leap ?? 2000), Number(month ?? 1), 0)).getUTCDate();
  return Number(month ?? 1) >= 1 && Number(month ?? 1) <= 12 && Number(day ?? 1) <= last;
}

/**
 * The declared date decides the century of two digits where they agree; otherwise the latest past one is meant.
 * @param declared `YYYY-MM-DD`, `YYYY-MM` or `YYYY`
 */
export function compareBirthDates(
  declared: string | null,
  read: ReadDate,
  now: Date,
): { verdict: Verdict; text: string } {
  const [year, month, day] = (declared ?? '').split('-');
  const text = textOf({ ...read, year: read.year && fullYear(read.year, year, now) });
  if (!declared) return { verdict: 'not_comparable', text };
  const pairs = [
    [year?.slice(-(read.year?.length ?? 4)), read.year],
    [month, read.month],
    [day, read.day],
  ];
  const shared = pairs.filter(([one, other]) => one && other);
  if (shared.some(([one, other]) => one !== other)) return { verdict: 'differs', text };
  if (shared.length === 0) return { verdict: 'not_comparable', text };
  return { verdict: shared.length === pairs.length ? 'same' : 'partial', text };
}

function fullYear(year: string, declared: string | undefined, now: Date): string {
  if (year.length === 4) return year;
  if (declared?.endsWith(year)) return declared;
  const century = Math.floor(now.getUTCFullYear() / 100) * 100;
  const latest = century + Number(year);
  return String(latest > now.getUTCFullYear() ? latest - 100 : latest);
}

/** As far as it is known: `1974-08`, `1974`, `--08-12`. */
function textOf({ year, month, day }: ReadDate): string {
  if (!year) return month && day ? `--${month}-${day}` : '';
  return [year, month, month && day].filter(Boolean).join('-');
}

/** `YYYY-MM-DD` of a zone's expiry, which is always in this century. */
export function expiryOf(text: string): string | null {
  const date = readDate(text);
  return date?.year && date.month && date.day ? `20${date.year}-${date.month}-${date.day}` : null;
}

/** Whether that day has ended everywhere. */
export const isOver = (day: string, now: Date) => Date.parse(day) + DAY_MS + LATEST_ZONE_MS <= now.getTime();

/** Whether that day has begun nowhere yet. */
export const isAhead = (day: string, now: Date) => Date.parse(day) - EARLIEST_ZONE_MS > now.getTime();

export const addDays = (now: Date, days: number) => new Date(now.getTime() + days * DAY_MS);
