/** Numbers of a picture's quality, for a camera's pictures. They are hints: noise passes for sharpness. */
import type { Picture } from '../../../../lib/zones/picture.ts';

export interface Measures {
  /** Mean grey, 0 to 255. */
  brightness: number;
  /** Of the sharpest tiles, since a side with little print is smooth nearly everywhere: the Laplacian's variance. */
  sharpness: number;
  /** Share of the picture that a lamp hides, 0 to 1. White that reaches the edge is paper. */
  glare: number;
}

const TILE = 32;
/** How many of a hundred tiles are as sharp as the measure says, or sharper. */
const SHARPEST = 5;
const GLARE_TILE = 12;
const BLINDING = 250;

export function measure(picture: Picture): Measures {
  return { brightness: mean(picture.data), sharpness: sharpnessOf(picture), glare: glareOf(picture) };
}

/** By the weights of ITU-R BT.601, as pictures are made grey elsewhere. */
export function greyOf({ width, height, data }: Pick<ImageData, 'width' | 'height' | 'data'>): Picture {
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    const [red, green, blue] = [data[4 * i] as number, data[4 * i + 1] as number, data[4 * i + 2] as number];
    grey[i] = 0.299 * red + 0.587 * green + 0.114 * blue;
  }
  return { width, height, data: grey };
}

function mean(data: Uint8Array): number {
  let sum = 0;
  for (const value of data) sum += value;
  return sum / Math.max(1, data.length);
}

function sharpnessOf({ width, height, data }: Picture): number {
  const tiles: number[] = [];
  for (let top = 1; top + TILE < height; top += TILE) {
    for (let left = 1; left + TILE < width; left += TILE) {
      let [sum, squares] = [0, 0];
      for (let y = top; y < top + TILE; y++) {
        for (let at = y * width + left; at < y * width + left + TILE; at++) {
          const around = (data[at - 1] as number) + (data[at + 1] as number) + (data[at - width] as number);
          const laplacian = around + (data[at + width] as number) - 4 * (data[at] as number);
          sum += laplacian;
          squares += laplacian ** 2;
        }
      }
      tiles.push(squares / TILE ** 2 - (sum / TILE ** 2) ** 2);
    }
  }
  tiles.sort((a, b) => b - a);
  return tiles[Math.floor((tiles.length * SHARPEST) / 100)] ?? 0;
}

/** White tiles that no chain of white tiles joins to the edge. */
function glareOf(picture: Picture): number {
  const across = Math.floor(picture.width / GLARE_TILE);
  const down = Math.floor(picture.height / GLARE_TILE);
  const white = Array.from({ length: across * down }, (_, i) => isWhite(picture, i % across, Math.floor(i / across)));
  const edge = white.flatMap((_, i) => {
    const [x, y] = [i % across, Math.floor(i / across)];
    return x === 0 || y === 0 || x === across - 1 || y === down - 1 ? [i] : [];
  });
  for (let i = edge.pop(); i !== undefined; i = edge.pop()) {
    if (!white[i]) continue;
    white[i] = false;
    edge.push(i - across, i + across, ...(i % across > 0 ? [i - 1] : []), ...((i + 1) % across > 0 ? [i + 1] : []));
  }
  return white.filter(Boolean).length / Math.max(1, white.length);
}

function isWhite({ width, data }: Picture, x: number, y: number): boolean {
  let blinding = 0;
  for (let row = y * GLARE_TILE; row < (y + 1) * GLARE_TILE; row++) {
    const from = row * width + x * GLARE_TILE;
    for (let at = from; at < from + GLARE_TILE; at++) if ((data[at] as number) >= BLINDING) blinding++;
  }
  return blinding > GLARE_TILE ** 2 * 0.95;
}
