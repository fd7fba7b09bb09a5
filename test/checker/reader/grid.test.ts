import { describe, expect, it } from 'vitest';
import { findGrids, profileOf } from '../../../src/lib/zones/grid.ts';
import type { Picture } from '../../../src/lib/zones/picture.ts';

const [WIDTH, HEIGHT] = [900, 52];

/** Dark bars in the places of characters, on light paper. */
function bars(places: number[], half: number, middle = (_: number) => HEIGHT / 2): Picture {
  const data = new Uint8Array(WIDTH * HEIGHT).fill(220);
  for (const place of places) {
    for (let y = 0; y < HEIGHT; y++) {
      if (Math.abs(y + 0.5 - middle(place)) > 10) continue;
      for (let x = Math.round(place - half); x <= Math.round(place + half); x++) data[y * WIDTH + x] = 40;
    }
  }
  return { width: WIDTH, height: HEIGHT, data };
}

const even = (count: number, first: number, pitch: number) =>
  Array.from({ length: count }, (_, i) => first + i * pitch);
const farthest = (found: number[], true_: number[]) =>
  Math.max(...found.map((x, i) => Math.abs(x - (true_[i] as number))));

describe('the grid of a line', () => {
  it.each([
    [44, 59, 18.2],
    [44, 68, 17.6],
    [36, 58, 22],
    [30, 64, 26.4],
  ])('%i characters from %d on are found where they are', (count, first, pitch) => {
    const places = even(count, first, pitch);
    const [grid] = findGrids(profileOf(bars(places, pitch * 0.33)), count, 1);
    expect(farthest(grid?.places ?? [], places)).toBeLessThan(pitch * 0.2);
  });

  it('a line that is stretched towards one end is followed', () => {
    const places = even(44, 60, 18).map((x, i) => x + (0.4 * 18 * 4 * i * (43 - i)) / 43 ** 2);
    const [grid] = findGrids(profileOf(bars(places, 6)), 44, 1);
    expect(farthest(grid?.places ?? [], places)).toBeLessThan(5);
  });

  it('the middle of a bent line is followed', () => {
    const bent = (x: number) => HEIGHT / 2 + 5 * Math.sin((x / WIDTH) * Math.PI);
    const { middle } = profileOf(bars(even(44, 59, 18.2), 6, bent));
    for (const x of [200, 450, 700]) expect(Math.abs((middle[x] as number) + 0.5 - bent(x))).toBeLessThan(2.2);
  });
});
