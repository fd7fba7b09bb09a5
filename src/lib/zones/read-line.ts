/** The net's answers for one line, on the grid that it understands best. */
import { ANSWERS, NOTHING } from './alphabet.ts';
import { CELL_HEIGHT, CELL_WIDTH, type Contrast, contrastAt, cutCell, STRIP_PITCH } from './cells.ts';
import { findGrids, type Grid, type Profile, profileOf } from './grid.ts';
import type { Net } from './net.ts';
import type { Picture } from './picture.ts';

export interface LineReading {
  /** One for each character, of 38 numbers. */
  probabilities: Float32Array[];
  contrasts: Contrast[];
  places: number[];
  pitch: number;
  /** The mean logarithm of the largest probabilities: 0 is certain. */
  fit: number;
}

const GRIDS = 5;
/** With this fit no other grid is tried. */
const GOOD = -0.05;
/** Where the middles are moved to, in characters, if that is clearer. */
const MOVES = [-0.12, 0.12];
/** Small shifts over which a character's probability is averaged: what hangs on a tenth of a character is not sure. */
const TREMOR: readonly [number, number][] = [
  [0.05, -0.05],
  [-0.05, 0.05],
];

export class LineReader {
  readonly #net: Net;
  readonly #cell = new Float32Array(CELL_WIDTH * CELL_HEIGHT);

  constructor(net: Net) {
    this.#net = net;
  }

  /** How much a line looks like one of `count` characters, by some of them: the mean of the largest probabilities. */
  glance(strip: Picture, count: number): number {
    const profile = profileOf(strip);
    const [grid] = findGrids(profile, count, 1);
    if (!grid) return 0;
    let sum = 0;
    let seen = 0;
    for (let i = 1; i < count; i += 3) {
      sum += largest(this.#ask(strip, profile, grid.places[i] as number, grid.pitch));
      seen++;
    }
    return sum / seen;
  }

  read(strip: Picture, count: number): LineReading {
    const profile = profileOf(strip);
    let best: LineReading | null = null;
    for (const grid of findGrids(profile, count, GRIDS)) {
      const reading = this.#readGrid(strip, profile, grid);
      if (!best || reading.fit > best.fit) best = reading;
      if (best.fit > GOOD) break;
    }
    return this.#tremble(strip, profile, this.#settle(strip, profile, best as LineReading));
  }

  /** Where the characters stand is known from another line. */
  readAt(strip: Picture, places: number[], pitch: number): LineReading {
    const profile = profileOf(strip);
    return this.#tremble(strip, profile, this.#readGrid(strip, profile, { places, pitch, score: 0 }));
  }

  #readGrid(strip: Picture, profile: Profile, { places, pitch }: Grid): LineReading {
    const contrasts: Contrast[] = [];
    const probabilities = places.map((x) => {
      contrasts.push(contrastAt(strip, x, middleAt(profile, x), pitch / STRIP_PITCH));
      return this.#ask(strip, profile, x, pitch).slice();
    });
    return { probabilities, contrasts, places, pitch, fit: fitOf(probabilities) };
  }

  /** The grid follows its line: what is bent or unevenly stretched is read a little beside it, as far as the neighbours agree. */
  #settle(strip: Picture, profile: Profile, reading: LineReading): LineReading {
    if (reading.fit > GOOD) return reading;
    const shifts = reading.places.map((x, i) => {
      let best = largest(reading.probabilities[i] as Float32Array);
      let shift = 0;
      if (best > 0.98) return { shift, weight: 1 };
      for (const move of MOVES) {
        const value = largest(this.#ask(strip, profile, x + move * reading.pitch, reading.pitch));
        if (value > best) [best, shift] = [value, move];
      }
      return { shift, weight: best };
    });
    const places = reading.places.map((x, i) => {
      const near = shifts.slice(Math.max(0, i - 3), i + 4);
      const weight = near.reduce((sum, one) => sum + one.weight, 0);
      return x + (reading.pitch * near.reduce((sum, one) => sum + one.shift * one.weight, 0)) / weight;
    });
    const moved = this.#readGrid(strip, profile, { places, pitch: reading.pitch, score: 0 });
    return moved.fit > reading.fit ? moved : reading;
  }

  #tremble(strip: Picture, profile: Profile, reading: LineReading): LineReading {
    const { pitch } = reading;
    const probabilities = reading.places.map((x, i) => {
      const mean = Float32Array.from(reading.probabilities[i] as Float32Array);
      for (const [dx, dy] of TREMOR) {
        const answer = this.#ask(strip, profile, x + dx * pitch, pitch, dy * pitch);
        for (let k = 0; k < ANSWERS; k++) (mean[k] as number) += answer[k] as number;
      }
      return mean.map((value) => value / (TREMOR.length + 1));
    });
    return { ...reading, probabilities, fit: fitOf(probabilities) };
  }

  #ask(strip: Picture, profile: Profile, x: number, pitch: number, up = 0): Float32Array {
    const y = middleAt(profile, x) + up;
    const scale = pitch / STRIP_PITCH;
    cutCell(strip, x, y, scale, contrastAt(strip, x, y, scale), this.#cell);
    return this.#net.read(this.#cell);
  }
}

function middleAt({ middle }: Profile, x: number): number {
  return middle[Math.max(0, Math.min(middle.length - 1, Math.round(x)))] as number;
}

/** Of the characters: a cell with nothing in it is no success. */
function largest(probabilities: Float32Array): number {
  let most = 0;
  for (let i = 0; i < NOTHING; i++) if ((probabilities[i] as number) > most) most = probabilities[i] as number;
  return most;
}

function fitOf(probabilities: Float32Array[]): number {
  return probabilities.reduce((sum, answer) => sum + Math.log(largest(answer) + 1e-3), 0) / probabilities.length;
}
