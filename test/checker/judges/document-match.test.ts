import { describe, expect, it } from 'vitest';
import { parseLicence } from '../../../checker/barcode/aamva.ts';
import type { FieldFact } from '../../../checker/judges/answer.ts';
import { judgeDocumentMatch } from '../../../checker/judges/document-match.ts';
import type { ZoneReading } from '../../../checker/judges/zone.ts';
import { card, declared, passport, reading } from '../support/zones.ts';

const NOW = new Date('2026-11-28T12:00:00Z');

function match(lines: string[], about = {}, changes: Partial<ZoneReading> = {}) {
  const answer = judgeDocumentMatch({ zone: reading(lines, changes), barcode: null }, declared(about), NOW);
  return { ...answer, fields: answer.facts.fields as Record<string, FieldFact> };
}

const VIETNAMESE = { country: 'VN', document_type: 'id_card' };
const VIETNAMESE_CARD = card({ code: 'ID', issuer: 'VNM', number: '174000123', optional: '001174000123<<4' });

describe('document_match', () => {
  it('a zone that says what was declared passes, field by field', () => {
    const { outcome, findings, fields, facts } = match(passport());
    expect({ outcome, findings, source: facts.source }).toEqual({ outcome: 'pass', findings: [], source: 'zone' });
    expect(fields).toEqual({
      document_number: { read: 'L898902C3', verdict: 'same', isSure: true },
      full_name: { read: 'ERIKSSON, ANNA MARIA', verdict: 'same', isSure: true },
      date_of_birth: { read: '1974-08-12', verdict: 'same', isSure: true },
      country: { read: 'DE', verdict: 'same', isSure: true },
    });
  });

  describe('numbers', () => {
    it.each([
      ['as declared', passport(), { document_number: 'L898902C3' }, 'same'],
      [
        'without its separators and in other digits',
        passport({ number: '123456789' }),
        { document_number: '١٢٣ 456-789' },
        'same',
      ],
      ['another one', passport(), { document_number: 'L898902C4' }, 'differs'],
      [
        'of twelve digits in Belgium',
        card({ issuer: 'BEL', number: '590330101085' }),
        { document_number: '590-3301010-85' },
        'same',
      ],
      ['in optional data in Vietnam', VIETNAMESE_CARD, { ...VIETNAMESE, document_number: '001174000123' }, 'same'],
      [
        'the last nine of twelve in Vietnam',
        card({ issuer: 'VNM', number: '174000123' }),
        { ...VIETNAMESE, document_number: '001174000123' },
        'same',
      ],
      [
        'the last nine of twelve elsewhere',
        card({ number: '174000123' }),
        { document_number: '001174000123' },
        'differs',
      ],
      [
        'the identity number in Spain',
        card({ issuer: 'ESP', number: 'BAA000589', optional: '99999999R' }),
        { document_number: '99999999R' },
        'same',
      ],
      ['missing', passport({ number: '' }), {}, 'unreadable'],
    ])('%s', (_, lines, about, verdict) => {
      expect(match(lines, about).fields.document_number?.verdict).toBe(verdict);
    });

    it('a French card of two lines has twelve characters in three fields', () => {
      const lines = ['IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<', '8806923102858CORINNE<<<<<<<6512068F6'];
      const french = {
        country: 'FR',
        document_type: 'id_card',
        full_name: 'Corinne Berthier',
        date_of_birth: '1965-12-06',
      };
      expect(match(lines, { ...french, document_number: '880692310285' }).outcome).toBe('pass');
    });

    it('a French licence of one line has the beginning of the family name only', () => {
      const about = {
        country: 'FR',
        document_type: 'drivers_license',
        document_number: '13AA00002',
        full_name: 'Maurice Martin',
      };
      const { outcome, findings, fields } = match(['D1FRA13AA000026181231MARTIN<<9'], {
        ...about,
        date_of_birth: null,
      });
      expect({ outcome, findings, name: fields.full_name?.read }).toEqual({
        outcome: 'attention',
        findings: [{ code: 'name_partial', field: 'full_name' }],
        name: 'MARTIN',
      });
    });

    it('one that differs fails only if it was surely read', () => {
      const about = { document_number: 'X1' };
      expect(match(passport(), about)).toMatchObject({
        outcome: 'fail',
        findings: [{ code: 'number_differs', field: 'document_number' }],
      });
      expect(match(passport(), about, { isSure: false })).toMatchObject({
        outcome: 'inconclusive',
        findings: [{ code: 'zone_uncertain' }],
        fields: { document_number: { verdict: 'differs', isSure: false } },
      });
      expect(match(passport(), about, { isSure: false, hidden: [1] }).findings).toEqual([{ code: 'zone_hidden' }]);
      expect(match(passport(), about, { corrected: 1 })).toMatchObject({
        outcome: 'attention',
        findings: [{ code: 'zone_corrected' }],
      });
    });
  });

  describe('birth dates', () => {
    it.each([
      ['1974-08-12', '740812', 'same', '1974-08-12'],
      ['1974-08-13', '740812', 'differs', '1974-08-12'],
      ['1975-08-12', '740812', 'differs', '1974-08-12'],
      ['1925-01-02', '250102', 'same', '1925-01-02'],
      ['2024-01-02', '250102', 'differs', '2025-01-02'],
      ['1999-01-02', '270102', 'differs', '1927-01-02'],
      ['1974-08', '740812', 'partial', '1974-08-12'],
      ['1974', '740812', 'partial', '1974-08-12'],
      ['1974-09', '740812', 'differs', '1974-08-12'],
      ['1974-08-12', '7408<<', 'partial', '1974-08'],
      ['1974-08-12', '74<<<<', 'partial', '1974'],
      ['1974-08-12', '740000', 'partial', '1974'],
      ['1975-08-12', '74<<<<', 'differs', '1974'],
      ['1974', '<<0812', 'not_comparable', '--08-12'],
      ['1974-08-12', '<<<<<<', 'not_comparable', null],
      ['1974-08-12', '741301', 'unreadable', '741301'],
      ['1974-08-12', '740230', 'unreadable', '740230'],
      [null, '740812', 'not_comparable', '1974-08-12'],
    ])('%s beside %s is %s', (date_of_birth, birthDate, verdict, read) => {
      const { fields } = match(passport({ birthDate }), { date_of_birth });
      expect(fields.date_of_birth).toEqual({ read, verdict, isSure: true });
    });

    it('another date fails, one of no calendar is for a person, and parts that are equal pass', () => {
      expect(match(passport({ birthDate: '740813' })).outcome).toBe('fail');
      expect(match(passport({ birthDate: '740230' }))).toMatchObject({
        outcome: 'attention',
        findings: [{ code: 'field_unreadable', field: 'date_of_birth' }],
      });
      expect(match(passport({ birthDate: '7408<<' })).outcome).toBe('pass');
    });
  });

  describe('countries', () => {
    it.each([
      ['DE', 'D', 'D', 'same', 'pass'],
      ['XK', 'RKS', 'RKS', 'same', 'pass'],
      ['GB', 'GBR', 'GBN', 'same', 'pass'],
      ['DE', 'D', 'XXA', 'same', 'pass'],
      ['VN', 'D', 'VNM', 'partial', 'pass'],
      ['VN', 'D', 'D', 'differs', 'attention'],
      ['DE', 'UNO', 'UNO', 'not_comparable', 'pass'],
    ])('declared %s, issued by %s to %s: %s', (country, issuer, nationality, verdict, outcome) => {
      const answer = match(passport({ issuer, nationality }), { country });
      expect([answer.fields.country?.verdict, answer.outcome]).toEqual([verdict, outcome]);
    });
  });

  it('a barcode is compared like a zone', () => {
    const subfile = 'DLDAQT64235789\nDCSSAMPLE\nDACMICHAEL\nDADJOHN\nDBB06061986\nDBA12102034\nDCGUSA\nDAJVA\r';
    const barcode = parseLicence(
      Buffer.from(`@\n\x1e\rANSI 636000100001DL0031${String(subfile.length).padStart(4, '0')}${subfile}`),
    );
    const about = {
      country: 'US',
      document_type: 'drivers_license',
      full_name: 'Michael John Sample',
      date_of_birth: '1986-06-06',
    } as const;
    const judge = (document_number: string) =>
      judgeDocumentMatch({ zone: null, barcode }, declared({ ...about, document_number }), NOW);
    expect(judge('T6423-5789')).toMatchObject({ outcome: 'pass', facts: { source: 'barcode' } });
    expect(judge('T6423-5780').findings).toEqual([{ code: 'number_differs', field: 'document_number' }]);
  });

  it('nothing that was read is compared with nothing', () => {
    const answer = judgeDocumentMatch({ zone: null, barcode: null }, declared(), NOW);
    expect(answer).toEqual({ outcome: 'inconclusive', findings: [{ code: 'zone_not_found' }], scores: {}, facts: {} });
  });
});
