import type { Picture } from '../../src/lib/zones/picture.ts';

/** The transform of so many pixels each way, of which the lowest frequencies count. */
const SIDE = 32;
const FREQUENCIES = 8;
const COSINES = Array.from({ length: FREQUENCIES + 1 }, (_, frequency) =>
  Array.from({ length: SIDE }, (_, at) => Math.cos(((2 * at + 1) * frequency * Math.PI) / (2 * SIDE))),
);

/**
 * 64 bits of a photo's coarse shape, as 16 hexadecimal digits. The same photo made smaller, greyer or compressed again differs by 0 to 2
 * bits; turned by 3° or cropped by 5 % it does by more than 5. It recognises copies of a photo, not a person, and is not for
 * documents: those of one layout are alike.
 */
export function hashPhoto(picture: Picture): string {
  const pixels = shrink(picture);
  const shape: number[] = [];
  for (let v = 0; v < FREQUENCIES; v++) {
    // The mean brightness says nothing of the shape: the next frequency stands in for it.
    for (let u = 0; u < FREQUENCIES; u++) shape.push(coefficient(pixels, u === 0 && v === 0 ? FREQUENCIES : u, v));
  }
  const median = [...shape].sort((a, b) => a - b)[shape.length / 2] as number;
  const bits = shape.map((value) => (value >= median ? '1' : '0')).join('');
  return BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}

function coefficient(pixels: Float64Array, u: number, v: number): number {
  const [across, down] = [COSINES[u] as number[], COSINES[v] as number[]];
  let sum = 0;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++)
      sum += (pixels[y * SIDE + x] as number) * (across[x] as number) * (down[y] as number);
  }
  return sum;
}

/** To SIDE × SIDE, each the mean of the pixels that it covers. */
function shrink({ width, height, data }: Picture): Float64Array {
  const sums = new Float64Array(SIDE * SIDE);
  const counts = new Float64Array(SIDE * SIDE);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * SIDE) / height) * SIDE;
    for (let x = 0; x < width; x++) {
      const cell = row + Math.floor((x * SIDE) / width);
      sums[cell] = (sums[cell] as number) + (data[y * width + x] as number);
      counts[cell] = (counts[cell] as number) + 1;
    }
  }
  return sums.map((sum, cell) => sum / Math.max(1, counts[cell] as number));
}
