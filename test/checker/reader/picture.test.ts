import { describe, expect, it } from 'vitest';
import { integrate, type Picture, resize, sample, turn } from '../../../src/lib/zones/picture.ts';

const picture: Picture = { width: 3, height: 2, data: Uint8Array.of(0, 100, 200, 50, 150, 250) };

describe('pictures', () => {
  it('a point between pixels has their share of each, and one outside has the edge', () => {
    expect(sample(picture, 0.5, 0)).toBeCloseTo(50);
    expect(sample(picture, 1, 0.5)).toBeCloseTo(125);
    expect(sample(picture, -5, 1)).toBeCloseTo(50, 0);
  });

  it('a quarter turn is clockwise, and four of them change nothing', () => {
    expect(turn(picture)).toEqual({ width: 2, height: 3, data: Uint8Array.of(50, 0, 150, 100, 250, 200) });
    expect(turn(turn(turn(turn(picture))))).toEqual(picture);
  });

  it('a smaller picture holds the means of what falls together', () => {
    const checked = {
      width: 4,
      height: 4,
      data: Uint8Array.from({ length: 16 }, (_, i) => ((i + (i >> 2)) % 2 ? 200 : 100)),
    };
    for (const value of resize(checked, 2, 2).data) expect(value).toBe(150);
  });

  it('the sums hold everything above and left', () => {
    expect(integrate(picture).at(-1)).toBe(750);
    expect(integrate(picture)[5]).toBe(0);
    expect(integrate(picture)[6]).toBe(100);
  });
});
