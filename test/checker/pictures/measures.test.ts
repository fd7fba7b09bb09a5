import type { Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../checker/pictures/decode.ts';
import { type Corner, measure } from '../../../checker/pictures/measures.ts';
import { photo } from '../support/files.ts';

const SIZE = [960, 1280] as const;
const ZONE: Corner[] = [
  { x: 100, y: 1040 },
  { x: 860, y: 1040 },
  { x: 860, y: 1180 },
  { x: 100, y: 1180 },
];

async function measured(picture: Sharp, zone: Corner[] | null = null) {
  return measure((await decode(await picture.jpeg({ quality: 95 }).toBuffer())).picture, zone);
}

const spot = (x: number, y: number, size: number) => [
  {
    input: Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"><circle cx="50%" cy="50%" r="50%" fill="#fff"/></svg>`,
    ),
    left: x,
    top: y,
  },
];

describe('measures of a picture', () => {
  it('brightness falls with the light', async () => {
    const plain = await measured(photo(...SIZE));
    expect(plain.brightness).toBeGreaterThan(80);
    expect((await measured(photo(...SIZE).linear(0.25, 0))).brightness).toBeLessThan(50);
    expect((await measured(photo(...SIZE).linear(1, 190))).brightness).toBeGreaterThan(235);
  });

  it('sharpness falls with each blur, and is below 20 for one that hides letters', async () => {
    const sharpness: number[] = [];
    for (const blur of [0.3, 1, 2, 5]) sharpness.push((await measured(photo(...SIZE).blur(blur))).sharpness);
    expect(sharpness).toEqual([...sharpness].sort((a, b) => b - a));
    expect(sharpness.at(-1)).toBeLessThan(20);
    expect(sharpness[0]).toBeGreaterThan(20);
  });

  it('glare is what blinds one tile of the zone, not white paper around it', async () => {
    expect((await measured(photo(...SIZE), ZONE)).glare).toBe(0);
    expect((await measured(photo(...SIZE).composite(spot(400, 1050, 120)), ZONE)).glare).toBeGreaterThan(0.5);
    expect((await measured(photo(...SIZE).composite(spot(400, 200, 400)), ZONE)).glare).toBe(0);
    expect((await measured(photo(...SIZE).composite(spot(400, 200, 400)))).glare).toBeNull();
  });

  it('a zone that reaches beyond the picture is cut off', async () => {
    expect((await measured(photo(...SIZE), ZONE)).isCutOff).toBe(false);
    const shifted = ZONE.map(({ x, y }) => ({ x: x + 110, y }));
    expect((await measured(photo(...SIZE), shifted)).isCutOff).toBe(true);
    expect((await measured(photo(...SIZE))).isCutOff).toBeNull();
  });
});
