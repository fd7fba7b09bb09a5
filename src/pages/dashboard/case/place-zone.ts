import type { Zone } from './facts.ts';

/** Around the zone, as a share of its height: what stands at its edge is part of the judgement, and perspective moves the fourth corner. */
const MARGIN = 0.15;

/**
 * Where a picture goes behind a window, so that the zone fills the window upright however the picture was taken. Three corners make it so;
 * the fourth is off by the perspective.
 * @returns null for corners that enclose nothing
 */
export function placeZone([topLeft, topRight, , bottomLeft]: NonNullable<Zone['corners']>) {
  const along = { x: topRight.x - topLeft.x, y: topRight.y - topLeft.y };
  const down = { x: bottomLeft.x - topLeft.x, y: bottomLeft.y - topLeft.y };
  const [width, height] = [Math.hypot(along.x, along.y), Math.hypot(down.x, down.y)];
  const area = along.x * down.y - along.y * down.x;
  if (area < 1) return null;
  const [a, b] = [(width * down.y) / area, (-height * along.y) / area];
  const [c, d] = [(-width * down.x) / area, (height * along.x) / area];
  const [e, f] = [-(a * topLeft.x + c * topLeft.y), -(b * topLeft.x + d * topLeft.y)];
  const margin = MARGIN * height;
  return {
    transform: `matrix(${[a, b, c, d, e, f].map((value) => value.toFixed(5)).join(' ')})`,
    viewBox: [-margin, -margin, width + 2 * margin, height + 2 * margin].map((value) => value.toFixed(2)).join(' '),
  };
}
