import { describe, expect, it } from 'vitest';
import { answer, type Code } from '../../../checker/judges/answer.ts';
import { judgeDocumentQuality } from '../../../checker/judges/document-quality.ts';
import { judgeDocumentReuse } from '../../../checker/judges/document-reuse.ts';
import { judgeFaceLiveness } from '../../../checker/judges/face-liveness.ts';
import { judgeFaceMatch } from '../../../checker/judges/face-match.ts';
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

describe('document_reuse', () => {
  const NONE = { same_file: false, same_number: false, similar_number: false, same_photo: false };

  it('no hit passes, and every hit is for a person', () => {
    expect(found(judgeDocumentReuse(NONE))).toEqual(['pass']);
    expect(found(judgeDocumentReuse({ ...NONE, same_file: true, same_photo: true }))).toEqual([
      'attention',
      'same_file',
      'same_photo',
    ]);
  });

  it('the same number is not also told to be similar', () => {
    expect(found(judgeDocumentReuse({ ...NONE, same_number: true, similar_number: true }))).toEqual([
      'attention',
      'same_number',
    ]);
    expect(found(judgeDocumentReuse({ ...NONE, similar_number: true }))).toEqual(['attention', 'similar_number']);
  });
});

describe('face_match', () => {
  const ONE = { count: 1, widthPx: 200 };

  it.each([
    [ONE, ONE, 0.3, ['pass']],
    [ONE, ONE, 0.51, ['attention', 'face_differs']],
    [{ count: 0, widthPx: 0 }, ONE, null, ['attention', 'no_face']],
    [ONE, { count: 2, widthPx: 200 }, 0.3, ['fail', 'several_faces']],
    [{ count: 2, widthPx: 200 }, ONE, 0.3, ['pass']],
    [{ count: 1, widthPx: 60 }, ONE, 0.3, ['inconclusive', 'face_small']],
  ])('portrait %j, photo %j, distance %s: %j', (portrait, photo, distance, expected) => {
    expect(found(judgeFaceMatch({ portrait, photo, distance }))).toEqual(expected);
  });

  it('scores are distance and similarity', () => {
    expect(judgeFaceMatch({ portrait: ONE, photo: ONE, distance: 0.3 }).scores).toEqual({
      distance: 0.3,
      similarity: 0.7,
    });
  });
});

describe('face_liveness', () => {
  const frames = (...yaws: (number | null)[]) => yaws.map((yaw) => ({ faces: yaw === null ? 0 : 1, yaw }));

  it.each([
    ['left', frames(0, 8, 25), 0.2, ['pass']],
    ['right', frames(0, -8, -25), 0.2, ['pass']],
    ['left', frames(0, -25), 0.2, ['attention', 'head_not_turned']],
    ['left', frames(25, 25, 25), 0.2, ['attention', 'head_not_turned']],
    ['left', frames(25, 0), 0.2, ['attention', 'head_not_turned']],
    ['left', frames(0, 25), 0.7, ['attention', 'face_differs']],
    ['left', frames(null, null), null, ['attention', 'no_face']],
    ['left', [], null, ['inconclusive', 'video_unreadable']],
    [null, frames(0, 25), 0.2, ['not_run', 'no_provider']],
  ] as const)('asked to turn %s, with frames %j and a distance of %s: %j', (asked, seen, distance, expected) => {
    expect(found(judgeFaceLiveness({ asked, frames: [...seen], distance }))).toEqual(expected);
  });

  it('two persons in most frames fail, one who walks by does not', () => {
    const with2 = (...faces: number[]) => faces.map((count, at) => ({ faces: count, yaw: at * 25 }));
    expect(found(judgeFaceLiveness({ asked: 'left', frames: with2(2, 2, 1), distance: 0.2 }))).toEqual([
      'fail',
      'several_faces',
    ]);
    expect(found(judgeFaceLiveness({ asked: 'left', frames: with2(1, 2, 1), distance: 0.2 }))).toEqual(['pass']);
  });

  it('a passive score is never given', () => {
    const { facts, scores } = judgeFaceLiveness({ asked: 'left', frames: frames(0, 25), distance: null });
    expect({ facts, scores }).toEqual({
      facts: { turned: true, passive: { outcome: 'not_run', code: 'no_provider' } },
      scores: {},
    });
  });
});
