import { describe, expect, it } from 'vitest';
import { allowedAt, checkDigitOf, FORMATS, type Format, isRight } from '../../../src/lib/zones/formats.ts';

/** ICAO 9303 part 4, appendix B. */
const PASSPORT = ['P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', 'L898902C36UTO7408122F1204159ZE184226B<<<<<10'];
const holds = (format: Format, lines: string[]) => FORMATS[format].checkDigits.every((digit) => isRight(lines, digit));

describe('formats', () => {
  it("ICAO's example has right check digits, and with one digit changed it has not", () => {
    expect(checkDigitOf('L898902C3')).toBe('6');
    expect(holds('TD3', PASSPORT)).toBe(true);
    expect(holds('TD3', [PASSPORT[0] as string, (PASSPORT[1] as string).replace('740812', '740813')])).toBe(false);
  });

  it('a name has no check digit: a changed one goes unnoticed', () => {
    expect(holds('TD3', ['P<UTOERIKSSEN<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', PASSPORT[1] as string])).toBe(true);
  });

  it('a number of more than nine characters goes on in the optional data, its check digit behind it', () => {
    const digit = checkDigitOf('123456789012');
    const lines = [`I<UTO123456789<012${digit}<<<<<<<<<<<`, '7408122F1204159UTO<<<<<<<<<<<', ''];
    const [number] = FORMATS.TD1.checkDigits;
    expect(isRight(lines, number as (typeof FORMATS.TD1.checkDigits)[number])).toBe(true);
    const wrong = [`I<UTO123456789<013${digit}<<<<<<<<<<<`, lines[1] as string, ''];
    expect(isRight(wrong, number as (typeof FORMATS.TD1.checkDigits)[number])).toBe(false);
  });

  it('an empty field may have a filler as its check digit', () => {
    expect(isRight(['', '<<<<<<<'], { line: 1, at: 6, of: [[1, 0, 6]] })).toBe(true);
  });

  it('every line of a format has the length of its kind, and literals allow nothing but themselves', () => {
    for (const format of ['TD3', 'MRV-A'] as const)
      expect(FORMATS[format].lines.map(({ length }) => length)).toEqual([44, 44]);
    for (const format of ['TD2', 'MRV-B', 'FRA'] as const)
      expect(FORMATS[format].lines.map(({ length }) => length)).toEqual([36, 36]);
    expect(FORMATS.TD1.lines.map(({ length }) => length)).toEqual([30, 30, 30]);
    expect(FORMATS.CHE.lines.map(({ length }) => length)).toEqual([9, 30, 30]);
    expect(FORMATS['FRA-LICENCE'].lines.map(({ length }) => length)).toEqual([30]);
    expect(allowedAt('FRA', 0, 2)).toBe('F');
    expect(allowedAt('TD3', 1, 13)).toBe('0123456789<');
  });
});
