import { type Answer, answer, type Declared, type Finding } from './answer.ts';
import { isAhead } from './dates.ts';
import { plainNumber } from './document.ts';
import { hasPossibleNumber } from './number-formats.ts';

/** The oldest age that is known of anybody was 122. */
const OLDEST_YEARS = 125;

/** Facts: `age` in whole years `{least, most}` (null without a birth date), `number_format`: `possible`, `impossible`, or null where no rule is known. */
export function judgeApplicantData(declared: Declared, minAge: number | null, now: Date): Answer {
  const born = declared.date_of_birth;
  const age = born ? { least: yearsSince(lastDay(born), now), most: yearsSince(firstDay(born), now) } : null;
  const isPossible = hasPossibleNumber(declared, plainNumber(declared.document_number));
  const findings: Finding[] = [];
  if (born && age && (isAhead(firstDay(born), now) || age.least > OLDEST_YEARS)) {
    findings.push({ code: 'date_implausible', field: 'date_of_birth' });
  } else if (minAge !== null && age && age.most < minAge) {
    findings.push({ code: 'underage', field: 'date_of_birth' });
  } else if (minAge !== null && (!age || age.least < minAge)) {
    findings.push({ code: 'age_unknown', field: 'date_of_birth' });
  }
  if (isPossible === false) findings.push({ code: 'number_format', field: 'document_number' });
  const number_format = isPossible === null ? null : isPossible ? 'possible' : 'impossible';
  return answer(findings, { age, number_format });
}

const firstDay = (date: string) => `${date}-01-01`.slice(0, 10);

function lastDay(date: string): string {
  const [year, month = '12', day] = date.split('-');
  return day ? date : new Date(Date.UTC(Number(year), Number(month), 0)).toISOString().slice(0, 10);
}

/** By the day that it is at UTC+14 already: nobody is refused for the time zone of the machine. */
function yearsSince(day: string, now: Date): number {
  const today = new Date(now.getTime() + 14 * 3_600_000).toISOString().slice(0, 10);
  return Number(today.slice(0, 4)) - Number(day.slice(0, 4)) - (today.slice(5) < day.slice(5) ? 1 : 0);
}
