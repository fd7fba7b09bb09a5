import { describe, expect, it } from 'vitest';
import type { Licence } from '../../../checker/barcode/aamva.ts';
import type { DocumentReading } from '../../../checker/judges/document.ts';
import { judgeDocumentText } from '../../../checker/judges/document-text.ts';
import type { ZoneReading } from '../../../checker/judges/zone.ts';
import { card, declared, passport, reading } from '../support/zones.ts';

const NOW = new Date('2026-11-28T12:00:00Z');

const LICENCE: Licence = {
  version: 10,
  subfile: 'DL',
  number: 'T64235789',
  name: { primary: ['SAMPLE'], secondary: ['MICHAEL', 'JOHN'], isCut: false },
  birthDate: '1986-06-06',
  issueDate: '2019-06-06',
  expiryDate: '2034-12-10',
  sex: 'M',
  country: 'US',
  jurisdiction: 'VA',
};

const judge = (what: Partial<DocumentReading>, about = {}, now = NOW) =>
  judgeDocumentText({ zone: null, barcode: null, ...what }, declared(about), now);
const codes = ({ findings }: { findings: { code: string }[] }) => findings.map(({ code }) => code);
const ofZone = (lines: string[], about = {}, changes: Partial<ZoneReading> = {}) =>
  judge({ zone: reading(lines, changes) }, about);

describe('document_text', () => {
  it('a surely read zone with right check digits passes, and its facts are for the reviewer', () => {
    const lines = passport();
    const { outcome, findings, facts } = ofZone(lines);
    expect({ outcome, findings }).toEqual({ outcome: 'pass', findings: [] });
    expect(facts).toEqual({
      zone: { format: 'TD3', lines },
      document_code: 'P',
      issuer: { code: 'DEU', country: 'DE' },
      nationality: { code: 'DEU', country: 'DE' },
      sex: 'F',
      expiry: '2034-04-15',
      fields: {
        country: { read: 'DE', isSure: true, verdict: 'same' },
        document_type: { read: 'P', isSure: true, verdict: 'same' },
      },
    });
  });

  it('a state that the package does not list is no wrong check digit', () => {
    const answer = ofZone(passport({ issuer: 'UTO' }));
    expect(answer.outcome).toBe('attention');
    expect(codes(answer)).toEqual(['issuer_differs']);
  });

  it('Germany is a single letter', () => {
    expect(ofZone(passport({ issuer: 'D' })).outcome).toBe('pass');
  });

  describe('wrong check digits', () => {
    const wrong = (lines: string[], line: number, at: number) =>
      lines.map((text, index) =>
        index === line ? `${text.slice(0, at)}${(Number(text[at]) + 1) % 10}${text.slice(at + 1)}` : text,
      );

    it('of a surely read zone fail, with the field named', () => {
      const answer = ofZone(wrong(passport(), 1, 9));
      expect(answer.outcome).toBe('fail');
      expect(answer.findings[0]).toEqual({ code: 'check_digit_wrong', field: 'document_number' });
    });

    it('of an unsure zone say nothing', () => {
      const answer = ofZone(wrong(passport(), 1, 9), {}, { isSure: false });
      expect(answer.outcome).toBe('inconclusive');
      expect(codes(answer)).toEqual(['zone_uncertain']);
    });

    it('a visa has neither composite nor personal digit', () => {
      const [upper, lower] = passport({ code: 'V<' }) as [string, string];
      const answer = ofZone([upper, `${lower.slice(0, 28)}${'<'.repeat(16)}`]);
      expect(codes(answer)).toEqual(['type_differs']);
    });

    it('the digit of an empty field may be empty', () => {
      const [upper, lower] = passport({ expiry: '<<<<<<' }) as [string, string];
      const answer = ofZone([upper, `${lower.slice(0, 27)}<${lower.slice(28)}`]);
      expect(answer.outcome).toBe('pass');
      expect(codes(answer)).toEqual(['no_expiry']);
    });

    it('a number that goes on in the optional data is checked as a whole', () => {
      const belgian = { document_type: 'id_card', country: 'BE' };
      expect(ofZone(card({ issuer: 'BEL', number: '590330101085' }), belgian).outcome).toBe('pass');
      const lines = card({ issuer: 'BEL', number: '590330101085' });
      expect(codes(ofZone(wrong(lines, 0, 18), belgian))).toContain('check_digit_wrong');
    });
  });

  describe('doubt', () => {
    it('hidden characters are told before uncertainty, and a corrected zone is for a person', () => {
      expect(codes(ofZone(passport(), {}, { isSure: false, hidden: [3] }))).toEqual(['zone_hidden']);
      const corrected = ofZone(passport(), {}, { corrected: 1 });
      expect(corrected.outcome).toBe('attention');
      expect(codes(corrected)).toEqual(['zone_corrected']);
    });

    it('an unsure zone never fails, even if it says that the document expired', () => {
      const answer = ofZone(passport({ expiry: '200101' }), { country: 'FR' }, { isSure: false });
      expect(answer.outcome).toBe('inconclusive');
      expect(answer.facts).toMatchObject({
        expiry: '2020-01-01',
        fields: { country: { verdict: 'differs', isSure: false } },
      });
    });

    it('lines of no known format are uncertain', () => {
      expect(codes(ofZone(['P<DEUERIKSSON', 'L898902C3']))).toEqual(['zone_uncertain']);
    });
  });

  describe('validity', () => {
    it.each([
      ['2026-11-28T12:00:00Z', '261128', 'pass with a warning', ['expires_soon']],
      ['2026-11-29T11:59:59Z', '261128', 'still that day somewhere', ['expires_soon']],
      ['2026-11-29T12:00:00Z', '261128', 'over everywhere', ['expired']],
      ['2026-11-28T12:00:00Z', '261229', 'later than thirty days', []],
      ['2026-11-28T12:00:00Z', '340230', 'in no calendar', ['field_unreadable']],
      ['2026-11-28T12:00:00Z', '040415', 'this century always', ['expired']],
    ])('at %s an expiry of %s is %s', (now, expiry, _, expected) => {
      expect(codes(judge({ zone: reading(passport({ expiry })) }, {}, new Date(now)))).toEqual(expected);
    });
  });

  it.each([
    ['passport', 'P<', true],
    ['passport', 'PO', true],
    ['passport', 'I<', false],
    ['id_card', 'ID', true],
    ['id_card', 'A<', true],
    ['id_card', 'IP', true],
    ['id_card', 'IR', false],
    ['id_card', 'V<', false],
    ['residence_permit', 'IR', true],
    ['residence_permit', 'RP', true],
    ['residence_permit', 'C<', true],
    ['residence_permit', 'ID', false],
    ['drivers_license', 'DL', true],
    ['drivers_license', 'ID', false],
  ])('a declared %s with the code %s: %s', (document_type, code, isSame) => {
    const found = codes(ofZone(document_type === 'passport' ? passport({ code }) : card({ code }), { document_type }));
    expect(found).toEqual(isSame ? [] : ['type_differs']);
  });

  describe('barcodes', () => {
    const american = { country: 'US', document_type: 'drivers_license' };

    it('a licence by AAMVA passes', () => {
      const { outcome, facts } = judge({ barcode: LICENCE }, american);
      expect(outcome).toBe('pass');
      expect(facts).toMatchObject({
        barcode: { version: 10, jurisdiction: 'VA' },
        expiry: '2034-12-10',
        issued: '2019-06-06',
      });
    });

    it('one that expired or is not valid yet fails', () => {
      expect(codes(judge({ barcode: { ...LICENCE, expiryDate: '2026-11-26' } }, american))).toEqual(['expired']);
      expect(codes(judge({ barcode: { ...LICENCE, issueDate: '2026-11-30' } }, american))).toEqual(['not_yet_valid']);
      expect(judge({ barcode: { ...LICENCE, issueDate: '2026-11-29' } }, american).outcome).toBe('pass');
    });

    it('an identity card is no licence', () => {
      expect(codes(judge({ barcode: { ...LICENCE, subfile: 'ID' } }, american))).toEqual(['type_differs']);
    });

    it('zone and barcode of one document have one birth date', () => {
      const zone = reading(card({ code: 'DL', issuer: 'USA', birthDate: '860606' }));
      expect(judge({ zone, barcode: LICENCE }, american).outcome).toBe('pass');
      const other = judge({ zone, barcode: { ...LICENCE, birthDate: '1986-06-07' } }, american);
      expect(other.outcome).toBe('fail');
      expect(codes(other)).toEqual(['barcode_differs']);
    });
  });

  it.each([
    ['passport', 'DE', null, 'zone_not_found', 'inconclusive'],
    ['drivers_license', 'US', null, 'barcode_not_found', 'inconclusive'],
    ['drivers_license', 'US', 'unreadable', 'barcode_unreadable', 'inconclusive'],
    ['drivers_license', 'CH', null, 'zone_not_found', 'inconclusive'],
    ['drivers_license', 'DE', null, 'unsupported', 'not_run'],
  ] as const)('nothing on a %s of %s (barcode: %s) is %s, %s', (document_type, country, barcode, code, outcome) => {
    const answer = judge({ barcode }, { document_type, country });
    expect(answer).toMatchObject({ outcome, findings: [{ code }] });
  });
});
