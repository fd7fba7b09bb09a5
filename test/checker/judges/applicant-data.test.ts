import { describe, expect, it } from 'vitest';
import { judgeApplicantData } from '../../../checker/judges/applicant-data.ts';
import { declared } from '../support/zones.ts';

const NOW = new Date('2026-11-28T12:00:00Z');
const judge = (about: object, minAge: number | null = null, now = NOW) => {
  const { outcome, findings } = judgeApplicantData(declared(about), minAge, now);
  return [outcome, ...findings.map(({ code }) => code)];
};

describe('applicant_data', () => {
  it.each([
    ['2008-11-28', ['pass']],
    ['2008-11-30', ['fail', 'underage']],
    ['2008-11', ['attention', 'age_unknown']],
    ['2008', ['attention', 'age_unknown']],
    ['2007', ['pass']],
    ['2009', ['fail', 'underage']],
    [null, ['attention', 'age_unknown']],
    ['2026-11-30', ['attention', 'date_implausible']],
    ['1900-01-01', ['attention', 'date_implausible']],
  ])('with a least age of 18, a birth date of %s is %s', (date_of_birth, expected) => {
    expect(judge({ date_of_birth }, 18)).toEqual(expected);
  });

  it('a birthday begins where the day begins first', () => {
    expect(judge({ date_of_birth: '2008-11-29' }, 18, new Date('2026-11-28T09:59:59Z'))).toEqual(['fail', 'underage']);
    expect(judge({ date_of_birth: '2008-11-29' }, 18, new Date('2026-11-28T10:00:00Z'))).toEqual(['pass']);
  });

  it('without a least age no age is wanted', () => {
    expect(judge({ date_of_birth: null })).toEqual(['pass']);
  });

  it.each([
    ['VN', 'id_card', '001174000123', '1974-08-12', true],
    ['VN', 'id_card', '001304000123', '2004-08-12', true],
    ['VN', 'id_card', '001 174 000 123', '1974', true],
    ['VN', 'id_card', '001175000123', '1974-08-12', false],
    ['VN', 'id_card', '001374000123', '1974-08-12', false],
    ['VN', 'id_card', '123456789', '1974-08-12', true],
    ['VN', 'id_card', '00117400012', '1974-08-12', false],
    ['ES', 'id_card', '12345678Z', null, true],
    ['ES', 'id_card', '99999999R', null, true],
    ['ES', 'id_card', '12345678A', null, false],
    ['ES', 'residence_permit', 'X1234567L', null, true],
    ['ES', 'residence_permit', 'Y1234567L', null, false],
    ['ES', 'id_card', 'BAA000589', null, true],
    ['PL', 'id_card', 'ABA300000', null, true],
    ['PL', 'id_card', 'ABA400000', null, false],
    ['BE', 'id_card', '591-1917064-58', null, true],
    ['BE', 'id_card', '591191706459', null, false],
    ['CN', 'id_card', '11010519491231002X', '1949-12-31', true],
    ['CN', 'id_card', '11010519491231002X', '1949-12-30', false],
    ['CN', 'id_card', '110105194912310021', null, false],
    ['DE', 'id_card', 'anything', null, true],
  ])('%s %s %s, born %s: %s', (country, document_type, document_number, date_of_birth, isPossible) => {
    const about = { country, document_type, document_number, date_of_birth };
    expect(judge(about)).toEqual(isPossible ? ['pass'] : ['attention', 'number_format']);
  });

  it('facts say between which ages the applicant is, and whether a rule was known', () => {
    expect(judgeApplicantData(declared({ date_of_birth: '2008' }), null, NOW).facts).toEqual({
      age: { least: 17, most: 18 },
      number_format: null,
    });
  });
});
