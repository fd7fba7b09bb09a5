import { states } from 'mrz';
import { describe, expect, it } from 'vitest';
import { countryOf } from '../../../checker/judges/states.ts';
import { Country } from '../../../src/schemas/countries.ts';

/** Former states and codes of organizations and persons, which are no country of ISO 3166-1. */
const NO_COUNTRY = 'ANT EUE NTZ UNA UNO UTO XBA XCC XCE XCO XDC XEC XES XIM XOM XPO XXA XXB XXC XXX'.split(' ');

describe('Codes of states in zones', () => {
  it.each([
    ['D', 'DE'],
    ['DEU', 'DE'],
    ['GBD', 'GB'],
    ['GBN', 'GB'],
    ['GBO', 'GB'],
    ['GBP', 'GB'],
    ['GBS', 'GB'],
    ['RKS', 'XK'],
    ['UNK', 'XK'],
    ['ROM', 'RO'],
    ['ZAR', 'CD'],
    ['VNM', 'VN'],
    ['QQQ', null],
    ['', null],
    ['constructor', null],
  ])('%s is %s', (code, country) => {
    expect(countryOf(code)).toBe(country);
  });

  it('organizations, stateless persons and the state of specimens are no country', () => {
    expect(NO_COUNTRY.filter((code) => countryOf(code) !== null)).toEqual([]);
  });

  it('every country that the API takes has a code, and the package knows no code that is missing here', () => {
    const known = Object.keys(states).filter((code) => !NO_COUNTRY.includes(code));
    const countries = new Set([...known, 'RKS'].map(countryOf));
    expect(Country.options.filter((country) => !countries.has(country))).toEqual([]);
    expect(known.filter((code) => countryOf(code) === null)).toEqual([]);
  });
});
