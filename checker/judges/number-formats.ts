import type { Declared } from './answer.ts';

/** Whether the number can be one of that country's, or null where no rule is known. */
type Rule = (number: string, birthDate: string | null) => boolean | null;

const CONTROL_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';
const POLISH_WEIGHTS = [7, 3, 1, 9, 7, 3, 1, 7, 3];
const CHINESE_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHINESE_DIGITS = '10X98765432';

/**
 * Rules that are published. A country's own document numbers change with each series, so a rule says nothing about forms that it doesn't know.
 */
const RULES: Record<string, Rule> = {
  'VN id_card': vietnamese,
  'ES id_card': spanish,
  'ES residence_permit': spanish,
  'PL id_card': polish,
  'BE id_card': belgian,
  'CN id_card': chinese,
};

/** @param number letters and digits only */
export function hasPossibleNumber({ country, document_type, date_of_birth }: Declared, number: string): boolean | null {
  return RULES[`${country} ${document_type}`]?.(number, date_of_birth) ?? null;
}

/**
 * Decree 137/2015/ND-CP article 13: province (3), sex and century (1), year (2), any six. Since July 2024 the law promises twelve
 * digits only (26/2023/QH15 article 12), which is one more reason why a difference is only doubt. Older cards have nine digits.
 */
function vietnamese(number: string, birthDate: string | null): boolean {
  if (/^\d{9}$/.test(number)) return true;
  const [, century, year] = /^\d{3}(\d)(\d\d)\d{6}$/.exec(number) ?? [];
  if (!century) return false;
  const born = `${19 + Math.floor(Number(century) / 2)}${year}`;
  return !birthDate || birthDate.startsWith(born);
}

/** Real Decreto 1553/2005: a letter by the remainder of 23; a foreigner's X, Y, Z are 0, 1, 2. The card's own number is a form of its own. */
function spanish(number: string): boolean {
  if (/^([A-Z]{3}\d{6}|E\d{8})$/.test(number)) return true;
  const [, first = '', digits, letter] = /^([XYZ]?)(\d{7,8})([A-Z])$/.exec(number) ?? [];
  if (!digits || (first + digits).length !== 8) return false;
  const value = Number((first && 'XYZ'.indexOf(first)) + digits);
  return CONTROL_LETTERS[value % 23] === letter;
}

/** Three letters and six digits, of which the first checks the others. */
function polish(number: string): boolean {
  if (!/^[A-Z]{3}\d{6}$/.test(number)) return false;
  const sum = POLISH_WEIGHTS.reduce(
    (total, weight, at) => total + weight * Number.parseInt(number[at] as string, 36),
    0,
  );
  return sum % 10 === 0;
}

/** Twelve digits, the last two being the rest of 97; newer cards bear letters. */
function belgian(number: string): boolean | null {
  if (!/^\d{12}$/.test(number)) return null;
  return Number(number.slice(0, 10)) % 97 === Number(number.slice(10)) % 97;
}

/** GB 11643-1999: region (6), birth date (8), sequence (3), and a digit by ISO 7064 MOD 11-2. */
function chinese(number: string, birthDate: string | null): boolean {
  if (!/^\d{17}[\dX]$/.test(number)) return false;
  const sum = CHINESE_WEIGHTS.reduce((total, weight, at) => total + weight * Number(number[at]), 0);
  const isBirthDate = !birthDate || number.slice(6, 14).startsWith(birthDate.replaceAll('-', ''));
  return isBirthDate && CHINESE_DIGITS[sum % 11] === number[17];
}
