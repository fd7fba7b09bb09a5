import { describe, expect, it } from 'vitest';
import { damage, greyPicture, STRESSES } from '../../../checker/training/damage.ts';
import { KEPT_FOR_TESTS } from '../../../checker/training/fonts.ts';
import { drawSpecimen } from '../../../checker/training/specimens.ts';
import type { Format } from '../../../src/lib/zones/formats.ts';
import { unpackWeights } from '../../../src/lib/zones/net.ts';
import { type Picture, turn } from '../../../src/lib/zones/picture.ts';
import { readZone, SURE } from '../../../src/lib/zones/read-zone.ts';
import { WEIGHTS } from '../../../src/lib/zones/weights.ts';

const weights = unpackWeights(WEIGHTS);
// Smaller than a phone's picture, so that the tests stay short.
const SMALL = { ...STRESSES.good, width: 900 };
const [font = 'ocr-b'] = KEPT_FOR_TESTS;

const taken = new Map<string, Picture>();

async function specimen(format: Format, seed: number, how = SMALL) {
  const { lines, ...drawn } = drawSpecimen({ format, seed, font });
  const key = JSON.stringify([format, seed, how]);
  const picture = taken.get(key) ?? (await greyPicture(await damage(drawn, how, seed)));
  taken.set(key, picture);
  return { lines, picture: { ...picture, data: picture.data.slice() } };
}

describe('a zone in a picture', () => {
  it.each<[Format, number]>([
    ['TD1', 21],
    ['TD2', 22],
    ['TD3', 23],
    ['MRV-A', 24],
    ['MRV-B', 25],
    ['FRA', 26],
    ['FRA-LICENCE', 27],
    ['CHE', 28],
  ])('%s is read to the last character, and its format is known', async (format, seed) => {
    const { lines, picture } = await specimen(format, seed);
    const reading = readZone(picture, weights);
    expect(reading).toMatchObject({ format, lines, quarterTurns: 0, hidden: [] });
    expect(reading?.checkDigits).toBe(format === 'CHE' ? 'none' : 'right');
    expect(reading?.characters.map(({ length }) => length)).toEqual(lines.map(({ length }) => length));
  });

  it('it is sure only if its weakest character is, whatever the check digits say', async () => {
    const { lines, picture } = await specimen('TD3', 23);
    const reading = readZone(picture, weights);
    expect(reading?.isSure).toBe((reading?.weakest ?? 0) >= SURE);
    const blurred = readZone((await specimen('TD3', 23, { ...SMALL, blur: 4 })).picture, weights);
    expect(blurred?.lines.join() === lines.join() && blurred.isSure).toBe(false);
    expect(blurred?.isSure ?? false).toBe(false);
  });

  it.each([1, 2, 3])('turned %i times, it says how often to turn it on, and where it is', async (turns) => {
    const { lines, picture } = await specimen('TD1', 21);
    let turned: Picture = picture;
    for (let i = 0; i < turns; i++) turned = turn(turned);
    const reading = readZone(turned, weights);
    expect(reading).toMatchObject({ lines, quarterTurns: 4 - turns });
    const corners = reading?.corners ?? [];
    for (const { x, y } of corners) {
      expect(x).toBeGreaterThan(-20);
      expect(y).toBeGreaterThan(-20);
      expect(x).toBeLessThan(turned.width + 20);
      expect(y).toBeLessThan(turned.height + 20);
    }
    // Its own upper left comes first: at half a turn that is to the right of its upper right.
    const [upperLeft, upperRight] = corners;
    if (turns === 2) expect(upperLeft?.x).toBeGreaterThan(upperRight?.x as number);
    if (turns === 1) expect(upperLeft?.y).toBeLessThan(upperRight?.y as number);
    if (turns === 3) expect(upperLeft?.y).toBeGreaterThan(upperRight?.y as number);
  });

  it('characters under glare are named, and nothing is sure', async () => {
    const { lines, picture } = await specimen('TD3', 23);
    const clear = readZone(picture, weights);
    const [upperLeft, upperRight] = clear?.corners ?? [];
    if (!upperLeft || !upperRight) throw new Error('no zone');
    // A lamp over characters 20 to 24 of the first line.
    const at = (22.5 + 1) / 46;
    const [x, y] = [
      upperLeft.x + (upperRight.x - upperLeft.x) * at,
      upperLeft.y + (upperRight.y - upperLeft.y) * at + 16,
    ];
    for (let j = 0; j < picture.height; j++) {
      for (let i = 0; i < picture.width; i++) {
        if (Math.hypot((i - x) / 40, (j - y) / 14) < 1) picture.data[j * picture.width + i] = 255;
      }
    }
    const reading = readZone(picture, weights);
    expect(reading?.isSure).toBe(false);
    expect(reading?.lines[1]).toBe(lines[1]);
    const hidden = reading?.hidden.find(({ line }) => line === 0);
    expect(hidden?.from).toBeGreaterThan(17);
    expect(hidden?.to).toBeLessThan(29);
    expect(reading?.characters[0]?.[22]).toBe(0);
  });

  it('a picture without a zone has none', async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><rect width="100%" height="100%" fill="#ddd"/>
      <circle cx="300" cy="250" r="120" fill="#864"/><path d="M0 500h800M0 540h800M0 560h700" stroke="#333" stroke-width="8"/></svg>`;
    expect(readZone(await greyPicture(Buffer.from(svg)), weights)).toBeNull();
  });
});
