import type { Picture } from '../../src/lib/zones/picture.ts';

/** Numbers of a picture's quality. They are hints: noise passes for sharpness, and a scan on white paper is bright. */
export interface Measures {
  /** Mean grey, 0 to 255. */
  brightness: number;
  /** Variance of the Laplacian in a copy 1000 pixels wide: below 20 little can be read, unless it is dark. */
  sharpness: number;
  /** Share of blinding white in the worst tile over the zone, 0 to 1. Null without a zone: white paper looks like glare. */
  glare: number | null;
  /** Whether the zone reaches beyond the picture. Null without a zone. */
  isCutOff: boolean | null;
}

/** A corner in pixels of the picture. */
export interface Corner {
  x: number;
  y: number;
}

const MEASURED_WIDTH = 1000;
const BLINDING = 250;
/** Along a zone: a tile is about two characters wide and as high as all lines. */
const TILES_ACROSS = 22;

export function measure(picture: Picture, zone: Corner[] | null): Measures {
  return {
    brightness: mean(picture.data),
    sharpness: sharpnessOf(shrink(picture, MEASURED_WIDTH)),
    glare: zone && glareOver(picture, zone),
    isCutOff: zone?.some((corner) => isOutside(picture, corner)) ?? null,
  };
}

function mean(data: Uint8Array): number {
  let sum = 0;
  for (const value of data) sum += value;
  return sum / Math.max(1, data.length);
}

/** By a whole factor, with means: that keeps edges as sharp as they were seen at that size. */
function shrink({ width, height, data }: Picture, target: number): Picture {
  const factor = Math.max(1, Math.round(width / target));
  const small = { width: Math.floor(width / factor), height: Math.floor(height / factor) };
  const out = new Uint8Array(small.width * small.height);
  for (let y = 0; y < small.height; y++) {
    for (let x = 0; x < small.width; x++) {
      let sum = 0;
      for (let dy = 0; dy < factor; dy++) {
        const row = (y * factor + dy) * width + x * factor;
        for (let dx = 0; dx < factor; dx++) sum += data[row + dx] as number;
      }
      out[y * small.width + x] = sum / factor ** 2;
    }
  }
  return { ...small, data: out };
}

function sharpnessOf({ width, height, data }: Picture): number {
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1; at < (y + 1) * width - 1; at++) {
      const around = (data[at - 1] as number) + (data[at + 1] as number);
      const laplacian = around + (data[at - width] as number) + (data[at + width] as number) - 4 * (data[at] as number);
      sum += laplacian;
      squares += laplacian ** 2;
    }
  }
  const count = Math.max(1, (width - 2) * (height - 2));
  return squares / count - (sum / count) ** 2;
}

/** The zone may be tilted, so tiles follow its upper and lower edge from corner to corner. */
function glareOver({ width, height, data }: Picture, zone: Corner[]): number {
  const [topLeft, topRight, bottomRight, bottomLeft] = zone as [Corner, Corner, Corner, Corner];
  const steps = Math.ceil(distance(topLeft, topRight) / TILES_ACROSS);
  const rows = Math.ceil(distance(topLeft, bottomLeft));
  let worst = 0;
  for (let tile = 0; tile < TILES_ACROSS; tile++) {
    let blinding = 0;
    let seen = 0;
    for (let step = 0; step < steps; step++) {
      const along = (tile + step / steps) / TILES_ACROSS;
      const top = between(topLeft, topRight, along);
      const bottom = between(bottomLeft, bottomRight, along);
      for (let row = 0; row < rows; row++) {
        const point = between(top, bottom, row / rows);
        const [x, y] = [Math.round(point.x), Math.round(point.y)];
        if (x < 0 || y < 0 || x >= width || y >= height) continue;
        seen++;
        if ((data[y * width + x] as number) >= BLINDING) blinding++;
      }
    }
    if (seen > 0) worst = Math.max(worst, blinding / seen);
  }
  return worst;
}

const distance = (a: Corner, b: Corner) => Math.hypot(b.x - a.x, b.y - a.y);

const between = (a: Corner, b: Corner, share: number): Corner => ({
  x: a.x + (b.x - a.x) * share,
  y: a.y + (b.y - a.y) * share,
});

/** The reader gives corners with half a character around the zone. */
const isOutside = ({ width, height }: Picture, { x, y }: Corner) => x < 0 || y < 0 || x > width || y > height;
