/** A line's strip is cut into cells, one a character, which the net looks at. Training cuts its own with the same function. */
import { type Picture, sample } from './picture.ts';

/** Pixels from one character to the next: in a strip, and in a cell. */
export const STRIP_PITCH = 20;
export const CELL_PITCH = 14;
/** A cell shows its neighbours' edges too: how far a character reaches is only seen beside them. */
export const CELL_WIDTH = 20;
export const CELL_HEIGHT = 24;

const STEP = STRIP_PITCH / CELL_PITCH;
const CONTRAST_REACH = 1.5 * STRIP_PITCH;
const LEAST_CONTRAST = 18;

export interface Contrast {
  ink: number;
  paper: number;
}

/**
 * How dark ink and how light paper are around `x`, over three characters: a cell that is hidden by glare stays empty beside its neighbours'
 * ink, where its own extremes would make letters of noise.
 */
export function contrastAt(strip: Picture, x: number, y: number, scale = 1): Contrast {
  const counts = new Uint16Array(64);
  let total = 0;
  const reachY = (CELL_HEIGHT / 2) * STEP * scale;
  for (let py = Math.max(0, Math.ceil(y - reachY)); py <= Math.min(strip.height - 1, y + reachY); py += 1) {
    const from = Math.max(0, Math.ceil(x - CONTRAST_REACH * scale));
    for (let px = from; px <= Math.min(strip.width - 1, x + CONTRAST_REACH * scale); px += 2) {
      const bin = (strip.data[py * strip.width + px] ?? 0) >> 2;
      counts[bin] = (counts[bin] ?? 0) + 1;
      total++;
    }
  }
  return { ink: percentile(counts, total * 0.04), paper: percentile(counts, total * 0.85) };
}

function percentile(counts: Uint16Array, rank: number): number {
  let seen = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] ?? 0;
    if (seen + count > rank) return (bin + (rank - seen) / count) * 4;
    seen += count;
  }
  return 255;
}

/** Ink is 1 and paper 0, about: beyond, values are cut at -0.5 and 1.5. `scale` is this place's pitch by the strip's. */
export function cutCell(
  strip: Picture,
  x: number,
  y: number,
  scale: number,
  contrast: Contrast,
  cell: Float32Array,
): void {
  const range = 1 / Math.max(LEAST_CONTRAST, contrast.paper - contrast.ink);
  const step = STEP * scale;
  for (let j = 0; j < CELL_HEIGHT; j++) {
    const py = y + (j - CELL_HEIGHT / 2 + 0.5) * step;
    for (let i = 0; i < CELL_WIDTH; i++) {
      const value = (contrast.paper - sample(strip, x + (i - CELL_WIDTH / 2 + 0.5) * step, py)) * range;
      cell[j * CELL_WIDTH + i] = Math.max(-0.5, Math.min(1.5, value));
    }
  }
}
