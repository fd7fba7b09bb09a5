/** Where in a strip the characters stand: an even grid, a little stretched to one side, whose lines run through light columns. */
import { contrastAt, STRIP_PITCH } from './cells.ts';
import type { Picture } from './picture.ts';
import { MARGIN } from './strips.ts';

export interface Grid {
  /** Middles of the characters, and how wide they are, in the strip's pixels. */
  places: number[];
  pitch: number;
  score: number;
}

/** `stretch`: how far the middle of the line is beside an even grid, in characters. */
interface Stretched {
  first: number;
  pitch: number;
  stretch: number;
  score: number;
}

export interface Profile {
  /** How much ink each column has, 0 to 1. */
  ink: Float32Array;
  /** Where the middle of the line is, column by column. */
  middle: Float32Array;
}

/** Half of a line's height, in characters. */
const REACH = 0.62;
const PITCHES = 13;
const STRETCHES = [-0.5, -0.25, 0, 0.25, 0.5];
const OFFSET_STEP = 0.08;

export function profileOf(strip: Picture): Profile {
  const { width, height, data } = strip;
  const contrasts = Array.from({ length: Math.ceil(width / STRIP_PITCH) + 1 }, (_, i) =>
    contrastAt(strip, i * STRIP_PITCH, height / 2),
  );
  const darkness = new Float32Array(width * height);
  for (let x = 0; x < width; x++) {
    const { paper, ink } = contrasts[Math.round(x / STRIP_PITCH)] as { paper: number; ink: number };
    const range = Math.max(40, paper - ink);
    for (let y = 0; y < height; y++) {
      darkness[y * width + x] = Math.max(
        0,
        Math.min(1, (paper - range * 0.25 - (data[y * width + x] as number)) / range),
      );
    }
  }
  const middle = middles(darkness, width, height);
  const ink = new Float32Array(width);
  const reach = Math.round(REACH * STRIP_PITCH);
  for (let x = 0; x < width; x++) {
    const y0 = Math.max(0, Math.round(middle[x] as number) - reach);
    let sum = 0;
    for (let y = y0; y < Math.min(height, y0 + 2 * reach); y++) sum += darkness[y * width + x] as number;
    ink[x] = Math.min(1, (sum / (2 * reach)) * 2.5);
  }
  return { ink, middle };
}

/** The ink's centre in a window of six characters; what is far from the strip's middle counts less, as the next line's feet do. */
function middles(darkness: Float32Array, width: number, height: number): Float32Array {
  const sums = new Float64Array(width + 1);
  const moments = new Float64Array(width + 1);
  for (let x = 0; x < width; x++) {
    let [sum, moment] = [0, 0];
    for (let y = 0; y < height; y++) {
      const off = y - height / 2 + 0.5;
      const weight = (darkness[y * width + x] as number) * Math.max(0, 1 - (Math.abs(off) / (height / 2)) ** 2);
      sum += weight;
      moment += weight * off;
    }
    sums[x + 1] = (sums[x] as number) + sum;
    moments[x + 1] = (moments[x] as number) + moment;
  }
  const reach = 4 * STRIP_PITCH;
  return Float32Array.from({ length: width }, (_, x) => {
    const [from, to] = [Math.max(0, x - reach), Math.min(width, x + reach + 1)];
    const sum = (sums[to] as number) - (sums[from] as number);
    return height / 2 - 0.5 + ((moments[to] as number) - (moments[from] as number)) / (sum + 20);
  });
}

/** The likeliest grids of `count` characters, the likeliest first, none nearly the same as another. */
export function findGrids({ ink }: Profile, count: number, most: number): Grid[] {
  const width = ink.length;
  const between = new Float32Array(width);
  for (let x = 1; x < width - 1; x++)
    between[x] = ((ink[x - 1] as number) + (ink[x] as number) + (ink[x + 1] as number)) / 3;
  const sums = new Float64Array(width + 1);
  for (let x = 0; x < width; x++) sums[x + 1] = (sums[x] as number) + (ink[x] as number);
  const length = width - 2 * MARGIN * STRIP_PITCH;
  const found: Stretched[] = [];
  for (let p = 0; p < PITCHES; p++) {
    const pitch = (length / count) * (1 + (p - (PITCHES - 1) * 0.62) * 0.0085);
    const begin = MARGIN * STRIP_PITCH;
    for (
      let first = begin - 1.3 * pitch;
      first < begin + length - count * pitch + 1.3 * pitch;
      first += OFFSET_STEP * pitch
    ) {
      for (const stretch of STRETCHES)
        found.push({ first, pitch, stretch, score: scoreOf(between, sums, first, pitch, stretch, count) });
    }
  }
  found.sort((a, b) => b.score - a.score);
  const kept: Stretched[] = [];
  for (const grid of found) {
    if (kept.length === most) break;
    const near = 0.3 * grid.pitch;
    const isKnown = ({ first, pitch }: Stretched) =>
      Math.abs(first - grid.first) < near && Math.abs(first + pitch * count - grid.first - grid.pitch * count) < near;
    if (!kept.some(isKnown)) kept.push(grid);
  }
  return kept.map((grid) => ({ places: placesOf(grid, count), pitch: grid.pitch, score: grid.score }));
}

const edge = (first: number, pitch: number, stretch: number, count: number, i: number) =>
  first + pitch * i + ((stretch * pitch * 4) / (count * count)) * i * (count - i);

function placesOf({ first, pitch, stretch }: Stretched, count: number): number[] {
  return Array.from({ length: count }, (_, i) => edge(first, pitch, stretch, count, i + 0.5));
}

/** Ink within cells counts for a grid, ink on its lines against it. */
function scoreOf(
  between: Float32Array,
  sums: Float64Array,
  first: number,
  pitch: number,
  stretch: number,
  count: number,
): number {
  let score = 0;
  let left = first;
  for (let i = 0; i <= count; i++) {
    const x = Math.round(left);
    score -= 1.6 * (between[x] ?? 0);
    if (i === count) break;
    const right = edge(first, pitch, stretch, count, i + 1);
    const [from, to] = [
      Math.max(0, Math.round(left + pitch * 0.15)),
      Math.min(sums.length - 1, Math.round(right - pitch * 0.15)),
    ];
    // A dark desk beside the document is no better a character than any other.
    if (to > from) score += Math.min(0.35, ((sums[to] as number) - (sums[from] as number)) / (to - from));
    left = right;
  }
  return score / count;
}
