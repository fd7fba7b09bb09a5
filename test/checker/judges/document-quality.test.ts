import { describe, expect, it } from 'vitest';
import { answer, type Code } from '../../../checker/judges/answer.ts';
import { judgeDocumentQuality } from '../../../checker/judges/document-quality.ts';
import codes from '../../../pocketbase/hooks/lib/shared/check-codes.json' with { type: 'json' };

const found = ({ outcome, findings }: { outcome: string; findings: { code: string }[] }) => [
  outcome,
  ...findings.map(({ code }) => code),
];

describe('An answer', () => {
  it.each([
    [['too_dark', 'zone_not_found'], 'inconclusive'],
    [['zone_not_found', 'name_differs'], 'attention'],
    [['name_differs', 'expired'], 'fail'],
    [['no_document'], 'not_run'],
    [['too_dark', 'no_expiry'], 'pass'],
    [[], 'pass'],
  ] as [Code[], string][])(
    'with %j is %s: the worst finding decides, and hints change nothing',
    (findings, outcome) => {
      expect(answer(findings.map((code) => ({ code }))).outcome).toBe(outcome);
    },
  );

  it('has an outcome for every code of the closed list', () => {
    const outcomes = new Set(Object.keys(codes).map((code) => answer([{ code: code as Code }]).outcome));
    expect([...outcomes].sort()).toEqual(['attention', 'fail', 'inconclusive', 'not_run', 'pass']);
  });
});

describe('document_quality', () => {
  const GOOD = {
    kind: 'document_front',
    width: 1600,
    height: 1100,
    brightness: 150,
    sharpness: 300,
    glare: 0,
    isCutOff: false,
    isEdited: false,
    isRead: false,
  };

  it.each([
    [{ width: 500, height: 300 }, ['too_small']],
    [{ brightness: 49, sharpness: 10 }, ['too_dark']],
    [{ brightness: 240 }, ['too_bright']],
    [{ brightness: 240, isRead: true }, []],
    [{ sharpness: 19 }, ['blurred']],
    [{ sharpness: 19, isRead: true }, []],
    [{ glare: 0.03 }, ['glare']],
    [{ glare: null }, []],
    [{ isCutOff: true }, ['cut_off']],
    [{ isEdited: true }, ['edited_by_software']],
  ])('%j gives the hints %j', (changes, hints) => {
    expect(found(judgeDocumentQuality([{ ...GOOD, ...changes }]))).toEqual(['pass', ...hints]);
  });

  it('hints name the picture, and scores have its measures', () => {
    const { findings, scores } = judgeDocumentQuality([
      GOOD,
      { ...GOOD, kind: 'facial_photo', brightness: 20, glare: null },
    ]);
    expect(findings).toEqual([{ code: 'too_dark', kind: 'facial_photo' }]);
    expect(scores).toEqual({
      document_front_brightness: 150,
      document_front_sharpness: 300,
      document_front_glare: 0,
      facial_photo_brightness: 20,
      facial_photo_sharpness: 300,
    });
  });
});
