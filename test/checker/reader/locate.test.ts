import { beforeAll, describe, expect, it } from 'vitest';
import { damage, greyPicture, type Stress } from '../../../checker/training/damage.ts';
import { drawSpecimen } from '../../../checker/training/specimens.ts';
import { findLines, lengthOf } from '../../../src/lib/zones/lines.ts';
import { locateZones } from '../../../src/lib/zones/locate.ts';
import { type Picture, resize } from '../../../src/lib/zones/picture.ts';
import { cutStrips, flatten, turnOver } from '../../../src/lib/zones/strips.ts';

const take = async (format: 'TD1' | 'TD3', stress: Stress, seed: number) =>
  greyPicture(await damage(drawSpecimen({ format, seed }), stress, seed));

describe('where a zone is', () => {
  let scan: Picture;

  beforeAll(async () => {
    scan = await take('TD3', 'scan', 11);
  });

  it('the two lines at the foot of a page are the likeliest zone', () => {
    const [zone] = locateZones(scan);
    expect(zone?.lines).toHaveLength(2);
    // The page fills six sevenths of the picture, and 44 characters nine tenths of the page.
    for (const line of zone?.lines ?? []) {
      expect(lengthOf(line) / scan.width).toBeCloseTo((44 * 25.4) / 1250 / 1.16, 1);
      expect(line.left.y).toBeGreaterThan(scan.height * 0.75);
    }
  });

  it.each<[Stress, number]>([
    ['tilt 14°', 12],
    ['perspective 12 %', 13],
    ['500 px', 14],
  ])('three lines are found at %s', async (stress, seed) => {
    const [zone] = locateZones(await take('TD1', stress, seed));
    expect(zone?.lines).toHaveLength(3);
  });

  it('a zone in a corner of a larger picture is found as well', () => {
    const page = resize(scan, 800, Math.round((800 * scan.height) / scan.width));
    const desk: Picture = { width: 1600, height: 1200, data: new Uint8Array(1600 * 1200).fill(120) };
    for (let y = 0; y < page.height; y++)
      desk.data.set(page.data.subarray(y * 800, (y + 1) * 800), (y + 40) * 1600 + 700);
    const [zone] = locateZones(desk);
    expect(zone?.lines).toHaveLength(2);
    expect(zone?.lines[0]?.left.x).toBeGreaterThan(700);
    expect(zone?.lines[0]?.left.y).toBeLessThan(40 + page.height);
  });

  it('an empty picture has no lines', () => {
    expect(findLines({ width: 400, height: 300, data: new Uint8Array(120_000).fill(200) })).toEqual([]);
  });
});

describe('strips', () => {
  it('a line that comes nearer to another towards one end is seen flat', () => {
    const line = (y0: number, y1: number) => ({ left: { x: 100, y: y0 }, right: { x: 900, y: y1 }, thickness: 20 });
    const { map, middles } = flatten({ lines: [line(100, 120), line(150, 160)] }, 44);
    // What is far away is small: the middle of the page lies beyond the middle of the picture's line.
    const [a, b] = [0, 440].map((x) => (map[0] as number) * x + (map[2] as number));
    expect(a).toBeCloseTo(100);
    const half = (b as number) / ((map[6] as number) * 440 + 1);
    expect(half).toBeGreaterThan(505);
    expect(middles[0]).toBeCloseTo(0);
  });

  it('a strip shows its line upright in the middle, and turned over it shows it upside down', async () => {
    const picture = await take('TD1', 'good', 15);
    const [zone] = locateZones(picture);
    const [strip] = cutStrips(picture, zone as NonNullable<typeof zone>, 30);
    const { width, height, data } = strip as Picture;
    const rows = Array.from(
      { length: height },
      (_, y) => data.slice(y * width, (y + 1) * width).reduce((sum, v) => sum + v, 0) / width,
    );
    const lightest = Math.max(...rows);
    const inked = rows.flatMap((value, y) => (value < lightest * 0.93 ? [y] : []));
    expect(Math.abs((inked[0] as number) + (inked.at(-1) as number) - height)).toBeLessThan(height * 0.2);
    expect((inked.at(-1) as number) - (inked[0] as number)).toBeLessThan(height * 0.65);
    expect(turnOver(turnOver(strip as Picture))).toEqual(strip);
  });
});
