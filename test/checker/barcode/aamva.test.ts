import { describe, expect, it } from 'vitest';
import { parseLicence } from '../../../checker/barcode/aamva.ts';

const parse = (text: string) => parseLicence(Buffer.from(text, 'latin1'));

/** A file with one subfile and its true offset, from version 2 on. */
function file(elements: string[], { version = '10', type = 'DL' } = {}) {
  const subfile = `${type}${elements.join('\n')}\r`;
  return `@\n\x1e\rANSI 636000${version}0001${type}0031${String(subfile.length).padStart(4, '0')}${subfile}`;
}

const TODAY = [
  'DAQT64235789',
  'DCSSAMPLE',
  'DDEN',
  'DACMICHAEL',
  'DDFN',
  'DADJOHN',
  'DDGN',
  'DBB06061986',
  'DBA12102034',
  'DBD06062019',
  'DBC1',
  'DCGUSA',
  'DAJVA',
];

describe('A licence by AAMVA', () => {
  it('of version 10 with the subfile of the state behind', () => {
    const text =
      '@\n\x1e\rANSI 636000100102DL00410278ZV03190008DLDAQT64235789\nDCSSAMPLE\nDDEN\nDACMICHAEL\nDDFN\nDADJOHN\nDDGN\nDCUJR\nDCAD\nDCBK\nDCDPH\n' +
      'DBD06062019\nDBB06061986\nDBA12102024\nDBC1\nDAU068 in\nDAYBRO\nDAG2300 WEST BROAD STREET\nDAIRICHMOND\nDAJVA\nDAK232690000  \n' +
      'DCF2424244747474786102204\nDCGUSA\nDCK123456789\nDDAF\nDDB06062018\nDDC06062020\nDDD1\rZVZVA01\r';
    expect(parse(text)).toEqual({
      version: 10,
      subfile: 'DL',
      number: 'T64235789',
      name: { primary: ['SAMPLE'], secondary: ['MICHAEL', 'JOHN'], isCut: false },
      birthDate: '1986-06-06',
      issueDate: '2019-06-06',
      expiryDate: '2024-12-10',
      sex: 'M',
      country: 'US',
      jurisdiction: 'VA',
    });
  });

  it('of version 1 has no version of the state, and the whole name in one element', () => {
    const subfile = 'DLDAAPUBLIC,JANE,QUINCY\nDAQ123456\nDBA20341210\nDBB19860606\nDBD20190606\nDBCF\nDAJOH\r';
    const text = `@\n\x1e\rANSI 6360230101DL0029${String(subfile.length).padStart(4, '0')}${subfile}`;
    expect(parse(text)).toMatchObject({
      version: 1,
      name: { primary: ['PUBLIC'], secondary: ['JANE', 'QUINCY'] },
      birthDate: '1986-06-06',
      expiryDate: '2034-12-10',
      sex: 'F',
      country: 'US',
    });
  });

  it('of version 3 has all given names in one element', () => {
    const text = file(['DAQ1', 'DCSPUBLIC', 'DCTJANE,QUINCY ANN', 'DBB06061986'], { version: '03' });
    expect(parse(text)?.name).toEqual({ primary: ['PUBLIC'], secondary: ['JANE', 'QUINCY', 'ANN'], isCut: false });
  });

  it('of Canada has dates that begin with the year', () => {
    const text = file(['DAQ1', 'DCSPUBLIC', 'DACJANE', 'DADNONE', 'DBB19860611', 'DCGCAN', 'DAJON']);
    expect(parse(text)).toMatchObject({ birthDate: '1986-06-11', country: 'CA', name: { secondary: ['JANE'] } });
    expect(parse(text.replace('\nDCGCAN', ''))?.country).toBe('CA');
  });

  it.each(['0020', '9999', '0000'])('with an offset of %s is read where its elements begin', (offset) => {
    expect(parse(file(TODAY).replace('DL0031', `DL${offset}`))).toMatchObject({
      number: 'T64235789',
      birthDate: '1986-06-06',
    });
  });

  it('says what kind of card it is, and whether a name was cut', () => {
    expect(parse(file(TODAY, { type: 'ID' }))?.subfile).toBe('ID');
    expect(parse(file(TODAY).replace('DDEN', 'DDET'))?.name?.isCut).toBe(true);
  });

  it.each(['02302001', '00001986', '19861301', 'none', ''])('a date of %j is none', (date) => {
    expect(parse(file(['DAQ1', `DBB${date}`]))?.birthDate).toBeNull();
  });

  it.each([
    '',
    'https://example.org',
    '@\n\x1e\rANSI ',
    '@\n\x1e\rANSI 636000100001DL',
    '@\n\x1e\rANSI 636000100099ZV00310010ZVZVA01\r',
  ])('%j is no licence', (text) => {
    expect(parse(text)).toBeNull();
  });
});
