import type { Picture } from '../../src/lib/zones/picture.ts';

const TILE_PX = 25;
/** Steps of grey between bars and gaps; guilloches and shades stay below. */
const CONTRAST = 60;
/** Bars are about half of the surface, letters a fifth. */
const DARK_SHARE = [0.3, 0.7] as const;
/** Changes between dark and light on the way through a tile. */
const CHANGES = 3;
/** On 17 public specimens without a barcode at most 18 tiles, but for one page of dense print with 44; drawn licences at half the width 30 and more. */
const TILES_OF_A_BARCODE = 25;

/**
 * Whether a picture 1000 pixels wide may hold a PDF417: a surface of stripes, at any tilt. The sweep of angles takes seconds,
 * and most pictures have no barcode.
 */
export function mayHoldBarcode({ width, height, data }: Picture): boolean {
  const columns = Math.floor(width / TILE_PX);
  const rows = Math.floor(height / TILE_PX);
  const striped = new Set<number>();
  for (let tile = 0; tile < columns * rows; tile++) {
    const corner = Math.floor(tile / columns) * TILE_PX * width + (tile % columns) * TILE_PX;
    if (isStriped(data, corner, width)) striped.add(tile);
  }
  return largestGroup(striped, columns) >= TILES_OF_A_BARCODE;
}

function isStriped(data: Uint8Array, corner: number, width: number): boolean {
  let least = 255;
  let most = 0;
  for (let y = 0; y < TILE_PX; y++) {
    for (const value of data.subarray(corner + y * width, corner + y * width + TILE_PX)) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  if (most - least < CONTRAST) return false;
  const middle = (most + least) / 2;
  let dark = 0;
  let across = 0;
  let down = 0;
  for (let y = 1; y < TILE_PX; y++) {
    for (let at = corner + y * width + 1; at < corner + y * width + TILE_PX; at++) {
      const isDark = (data[at] as number) < middle;
      if (isDark) dark++;
      if (isDark !== (data[at - 1] as number) < middle) across++;
      if (isDark !== (data[at - width] as number) < middle) down++;
    }
  }
  const share = dark / (TILE_PX - 1) ** 2;
  return share > DARK_SHARE[0] && share < DARK_SHARE[1] && Math.max(across, down) / TILE_PX >= CHANGES;
}

/** How many tiles of the largest group touch by their sides. */
function largestGroup(tiles: Set<number>, columns: number): number {
  let largest = 0;
  for (const first of tiles) {
    const group = [first];
    for (const tile of group) {
      tiles.delete(tile);
      for (const near of [tile - 1, tile + 1, tile - columns, tile + columns]) {
        if (tiles.delete(near)) group.push(near);
      }
    }
    largest = Math.max(largest, group.length);
  }
  return largest;
}
