/** Cells as the reader cuts them from a strip, a little off in every way, each with its answer. */
import { ALPHABET, NOTHING } from '../../src/lib/zones/alphabet.ts';
import { CELL_HEIGHT, CELL_WIDTH, contrastAt, cutCell, STRIP_PITCH } from '../../src/lib/zones/cells.ts';
import { type Picture, sample } from '../../src/lib/zones/picture.ts';
import type { Random } from './random.ts';
import { ROW_LENGTH, type Row } from './rows.ts';

export interface Sample {
  cell: Float32Array;
  answer: number;
}

/** Characters in the piece of a strip that is cut at once, and how many of them are taken. */
const PIECE = 9;
const TAKEN = 5;

export function* drawSamples(random: Random, row: Row): Generator<Sample> {
  const first = random.integer(ROW_LENGTH - TAKEN + 1);
  const tilt = random.bell() * 0.035;
  const scale = 1 + random.bell() * 0.055;
  const stretch = 1 + random.bell() * 0.07;
  const strip = cutPiece(row, first - 2, tilt, scale, stretch);
  const hidden = random.chance(0.06) ? glare(random, strip) : null;
  for (let i = 2; i < 2 + TAKEN; i++) {
    const isBeside = random.chance(0.06);
    const off = isBeside ? (random.chance(0.5) ? 1 : -1) * random.between(0.4, 0.5) : random.bell() * 0.085;
    const x = (i + 0.5 + off) * (STRIP_PITCH / scale);
    const y = strip.height / 2 + random.bell() * 0.085 * STRIP_PITCH;
    const cell = new Float32Array(CELL_WIDTH * CELL_HEIGHT);
    cutCell(strip, x, y, 1, contrastAt(strip, x, y), cell);
    const at = first + i - 2;
    const isNothing = isBeside || row.strange.has(at) || hidden?.(x) === true;
    yield { cell, answer: isNothing ? NOTHING : ALPHABET.indexOf(row.text[at] as string) };
  }
}

function cutPiece(row: Row, first: number, tilt: number, scale: number, stretch: number): Picture {
  const width = PIECE * STRIP_PITCH;
  const height = STRIP_PITCH * 2.4;
  const step = row.pitch / STRIP_PITCH;
  const data = new Uint8Array(width * height);
  // A strip is never finer than its picture, so more than one pixel falls into each of its own only where the picture is larger.
  const n = Math.max(1, Math.round(step));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < n * n; k++) {
        const u = (x + ((k % n) + 0.5) / n - 0.5) * scale;
        const v = (y + (((k / n) | 0) + 0.5) / n - height / 2) * stretch * scale;
        const px = row.left + (first - 0.5) * row.pitch + u * step - v * step * tilt;
        const py = row.middle + v * step + (u - width / 2) * step * tilt;
        sum += sample(row.picture, px, py);
      }
      data[y * width + x] = sum / (n * n);
    }
  }
  return { width, height, data };
}

/** Light that hides what it covers; gives whether a character there is covered. Where its edge is, nothing can be learned: half is nothing too. */
function glare(random: Random, strip: Picture): (x: number) => boolean {
  const middle = random.between(0, strip.width);
  const reach = random.between(0.6, 3) * STRIP_PITCH;
  const edge = random.between(0.1, 1) * STRIP_PITCH;
  const covers = (x: number) => Math.max(0, Math.min(1, (reach - Math.abs(x - middle)) / edge + 0.5));
  for (let i = 0; i < strip.data.length; i++) {
    const share = covers(i % strip.width);
    strip.data[i] = (strip.data[i] ?? 0) * (1 - share) + 252 * share;
  }
  return (x) => covers(x) > 0.7 || Math.abs(covers(x + STRIP_PITCH * 0.3) - covers(x - STRIP_PITCH * 0.3)) > 0.6;
}
