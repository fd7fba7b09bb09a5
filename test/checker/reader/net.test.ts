import { describe, expect, it } from 'vitest';
import { greyPicture } from '../../../checker/training/damage.ts';
import { faceOf, KEPT_FOR_TESTS } from '../../../checker/training/fonts.ts';
import { ALPHABET, ANSWERS, NOTHING } from '../../../src/lib/zones/alphabet.ts';
import { CELL_HEIGHT, CELL_WIDTH, contrastAt, cutCell, STRIP_PITCH } from '../../../src/lib/zones/cells.ts';
import { Net, TENSORS, unpackWeights } from '../../../src/lib/zones/net.ts';
import { WEIGHTS } from '../../../src/lib/zones/weights.ts';

const weights = unpackWeights(WEIGHTS);
const net = new Net(weights);
const [HEIGHT, MIDDLE] = [52, 26];

function stripOf(text: string, font: (typeof KEPT_FOR_TESTS)[number]) {
  const width = (text.length + 2) * STRIP_PITCH;
  const outlines = [...text].map((character, i) =>
    faceOf(font).outline(character, (i + 1.5) * STRIP_PITCH, MIDDLE + STRIP_PITCH / 2, STRIP_PITCH),
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}"><rect width="100%" height="100%" fill="#eee"/>
    <path fill="#222" d="${outlines.join('')}"/></svg>`;
  return greyPicture(Buffer.from(svg));
}

function readAt(strip: Awaited<ReturnType<typeof stripOf>>, x: number): Float32Array {
  const cell = new Float32Array(CELL_WIDTH * CELL_HEIGHT);
  cutCell(strip, x, MIDDLE - 0.5, 1, contrastAt(strip, x, MIDDLE), cell);
  return net.read(cell);
}

describe('the net', () => {
  it('its weights are within 60 kB, and none is missing', () => {
    expect(atob(WEIGHTS).length).toBeLessThan(60_000);
    for (const tensor of TENSORS) expect(weights[tensor].every(Number.isFinite)).toBe(true);
  });

  it.each(KEPT_FOR_TESTS)('every character of %s, which it has never seen, is read', async (font) => {
    const strip = await stripOf(ALPHABET, font);
    const read = [...ALPHABET].map((_, i) => {
      const probabilities = readAt(strip, (i + 1.5) * STRIP_PITCH);
      return ALPHABET[probabilities.indexOf(Math.max(...probabilities))];
    });
    // Cuts differ in how wide a 0 is: alone, it may pass for an O.
    expect(read.join('').replaceAll('O', '0')).toBe(ALPHABET.replaceAll('O', '0'));
  });

  it('its answers are probabilities, and between two characters it sees nothing', async () => {
    const strip = await stripOf('HHHHHH', 'ocr-b-square');
    const between = readAt(strip, 4 * STRIP_PITCH);
    expect(between).toHaveLength(ANSWERS);
    expect(between.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1);
    expect(between[NOTHING]).toBeGreaterThan(0.5);
  });

  it('an empty cell beside ink is nothing, however much its noise is stretched', async () => {
    const strip = await stripOf('A   B', 'ocr-b-square');
    expect(readAt(strip, 3.5 * STRIP_PITCH)[NOTHING]).toBeGreaterThan(0.5);
  });

  it('the contrast of a cell is its surroundings’, so a hidden character stays empty', () => {
    const strip = { width: 100, height: HEIGHT, data: new Uint8Array(100 * HEIGHT).fill(200) };
    for (let y = 15; y < 35; y++) for (let x = 20; x < 40; x++) strip.data[y * 100 + x] = 20;
    expect(contrastAt(strip, 50, MIDDLE).ink).toBeLessThan(30);
    expect(contrastAt(strip, 50, MIDDLE).paper).toBeGreaterThan(195);
    const cell = new Float32Array(CELL_WIDTH * CELL_HEIGHT);
    cutCell(strip, 80, MIDDLE, 1, contrastAt(strip, 50, MIDDLE), cell);
    expect(Math.max(...cell)).toBeLessThan(0.1);
  });
});
