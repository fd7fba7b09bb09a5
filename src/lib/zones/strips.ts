/** A zone's lines, straightened: each a strip in which characters stand upright, one about every `STRIP_PITCH` pixels. */
import { STRIP_PITCH } from './cells.ts';
import { lengthOf } from './lines.ts';
import type { Zone } from './locate.ts';
import { type Picture, type Point, sample } from './picture.ts';
import { homography, type Projection, project } from './projection.ts';

/** In characters: what a strip shows before the first and after the last, and its height. */
export const MARGIN = 2.5;
const HEIGHT = 2.6;

/** `length`: how many characters the zone's lines are thought to have. It may be wrong by a fifth; cells are cut by what is found. */
export function cutStrips(picture: Picture, zone: Zone, length: number): Picture[] {
  const toPicture = flatten(zone, length);
  const width = Math.round((length + 2 * MARGIN) * STRIP_PITCH);
  const height = Math.round(HEIGHT * STRIP_PITCH);
  const [a, b] = [project(toPicture.map, 0, 0), project(toPicture.map, STRIP_PITCH, 0)];
  const n = Math.max(1, Math.min(4, Math.round(Math.hypot(b.x - a.x, b.y - a.y) / STRIP_PITCH)));
  return toPicture.middles.map((middle) => {
    const data = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let k = 0; k < n * n; k++) {
          const u = x + 0.5 + ((k % n) + 0.5) / n - 0.5 - MARGIN * STRIP_PITCH;
          const v = y + 0.5 + (((k / n) | 0) + 0.5) / n - 0.5 - height / 2;
          const at = project(toPicture.map, u, v + middle);
          sum += sample(picture, at.x, at.y);
        }
        data[y * width + x] = sum / (n * n);
      }
    }
    return { width, height, data };
  });
}

/**
 * The map from a flat page, on which the zone begins at 0,0 and a character is `STRIP_PITCH` wide, into the picture; and where on that page
 * the lines' middles are. Where two lines come nearer to each other towards one end, that end is farther away.
 */
export function flatten({ lines }: Zone, length: number): { map: Projection; middles: number[] } {
  const [first, last] = [lines[0] as Zone['lines'][number], lines.at(-1) as Zone['lines'][number]];
  const width = length * STRIP_PITCH;
  const scale = width / ((lengthOf(first) + lengthOf(last)) / 2);
  const isAlone = lines.length === 1;
  const down = (from: Point, to: Point): Point => {
    if (!isAlone) return to;
    const unit = lengthOf(first);
    return {
      x: from.x - ((first.right.y - first.left.y) / unit) * first.thickness,
      y: from.y + ((first.right.x - first.left.x) / unit) * first.thickness,
    };
  };
  const [left, right] = [down(first.left, last.left), down(first.right, last.right)];
  const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);
  const height = ((distance(first.left, left) + distance(first.right, right)) / 2) * scale;
  const page = [
    { x: 0, y: 0 },
    { x: width, y: 0 },
    { x: width, y: height },
    { x: 0, y: height },
  ];
  const corners = [first.left, first.right, right, left];
  const toPage = homography(corners, page);
  const middles = lines.map(
    (line) => (project(toPage, line.left.x, line.left.y).y + project(toPage, line.right.x, line.right.y).y) / 2,
  );
  return { map: homography(page, corners), middles };
}

/** Half a turn: the picture was upside down. */
export function turnOver({ width, height, data }: Picture): Picture {
  return { width, height, data: data.toReversed() };
}
