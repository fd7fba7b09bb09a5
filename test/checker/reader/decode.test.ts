import { describe, expect, it } from 'vitest';
import { ALPHABET, ANSWERS, NOTHING } from '../../../src/lib/zones/alphabet.ts';
import { decode } from '../../../src/lib/zones/decode.ts';

const LINES = ['P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', 'L898902C36UTO7408122F1204159ZE184226B<<<<<10'];

type Doubt = [line: number, at: number, seen: Record<string, number>];

/** The net saw each character clearly, but for the doubts. */
function seen(lines: string[], ...doubts: Doubt[]): Float32Array[][] {
  const probabilities = lines.map((line) =>
    [...line].map((character) => {
      const answer = new Float32Array(ANSWERS).fill(0.0002);
      answer[ALPHABET.indexOf(character)] = 0.99;
      return answer;
    }),
  );
  for (const [line, at, shares] of doubts) {
    const answer = (probabilities[line] as Float32Array[])[at] as Float32Array;
    answer.fill(0.0002);
    for (const [character, share] of Object.entries(shares)) {
      answer[character === 'nothing' ? NOTHING : ALPHABET.indexOf(character)] = share;
    }
  }
  return probabilities;
}

describe('decoding', () => {
  it('what is clearly seen is read, with right check digits and nothing corrected', () => {
    expect(decode('TD3', seen(LINES))).toMatchObject({ lines: LINES, checkDigits: 'right', corrected: 0 });
  });

  it('the second-best character is taken where it makes all check digits right, and said to be corrected', () => {
    const decoded = decode('TD3', seen(LINES, [1, 3, { B: 0.6, 8: 0.39 }]));
    expect(decoded).toMatchObject({ lines: LINES, checkDigits: 'right', corrected: 1 });
    expect(decoded.confidences[1]?.[3]).toBeCloseTo(0.39);
  });

  it('three doubtful characters are not guessed', () => {
    const doubts: Doubt[] = [
      [1, 3, { B: 0.6, 8: 0.39 }],
      [1, 14, { 1: 0.6, 4: 0.39 }],
      [1, 22, { 7: 0.6, 2: 0.39 }],
    ];
    const decoded = decode('TD3', seen(LINES, ...doubts));
    expect(decoded).toMatchObject({ checkDigits: 'wrong', corrected: 0 });
  });

  it('an O in a date is a 0, and as sure as the net was of the O', () => {
    const decoded = decode('TD3', seen(LINES, [1, 15, { O: 0.97, 0: 0.02 }]));
    expect(decoded.lines[1]?.[15]).toBe('0');
    expect(decoded.confidences[1]?.[15]).toBeCloseTo(0.99);
  });

  it('a letter that looks like no digit gives a date no confidence', () => {
    const decoded = decode('TD3', seen(LINES, [1, 13, { K: 0.97, 7: 0.02 }]));
    expect(decoded.lines[1]?.[13]).toBe('7');
    expect(decoded.confidences[1]?.[13]).toBeLessThan(0.03);
  });

  it('where a number may hold both, a 0 needs less than an O', () => {
    const visa = ['V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', 'L8988901C4XXX4009078F96121096ZE184226B<<<<<<'];
    const decoded = decode('MRV-A', seen(visa, [1, 36, { O: 0.6, 0: 0.38 }]));
    expect(decoded.lines[1]?.[36]).toBe('0');
    expect(decoded.confidences[1]?.[36]).toBeCloseTo(0.38);
  });

  it('a place where nothing stands has no confidence', () => {
    const decoded = decode('TD3', seen(LINES, [0, 9, { nothing: 0.95, K: 0.04 }]));
    expect(decoded.confidences[0]?.[9]).toBeLessThan(0.06);
  });

  it("behind a name's end a shadow is a filler, and an unsure one", () => {
    const decoded = decode('TD3', seen(LINES, [0, 43, { J: 0.7, '<': 0.1 }]));
    expect(decoded.lines).toEqual(LINES);
    expect(decoded.confidences[0]?.[43]).toBeCloseTo(0.1);
    const clear = decode('TD3', seen(LINES, [0, 43, { J: 0.97, '<': 0.02 }]));
    expect(clear.lines[0]?.[43]).toBe('J');
  });

  it('a format without check digits has none that are right', () => {
    const lines = ['ABC123D<<', 'FACHE123456789001<<590117<<<<<', 'MUSTER<<ANNA<<<<<<<<<<<<<<<<<<'];
    expect(decode('CHE', seen(lines))).toMatchObject({ lines, checkDigits: 'none' });
  });
});
