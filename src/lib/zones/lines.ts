/** Where lines of text are: bands that are darker than what is above and below them, long, thin and straight. */
import { integrate, type Picture, type Point, resize } from './picture.ts';

export interface TextLine {
  left: Point;
  right: Point;
  thickness: number;
}

/** The longer side of the picture that is searched. A smaller one is enlarged, at most this many times. */
const SIDE = 1000;
const ENLARGED = 2.5;
/** About a character's width, in pixels of that picture: text of other sizes is caught by the nearest. */
const SCALES = [6, 10, 16, 26];
/** How much darker than its surroundings a band is, by their lightness. */
const DARKER = 0.028;
const STEEPEST = Math.tan((24 * Math.PI) / 180);
const SHORTEST = 0.13;
const SLIMMEST = 8;
/** Length by thickness: one line of 44 has 40 and more. */
const THINNEST = 75;

/** Lines that run from left to right, tilted by at most 24°, in the picture's own pixels. */
export function findLines(picture: Picture): TextLine[] {
  const scale = Math.min(ENLARGED, SIDE / Math.max(picture.width, picture.height));
  const small = resize(picture, Math.round(picture.width * scale), Math.round(picture.height * scale));
  const sums = integrate(small);
  const found = SCALES.flatMap((size) => join(bandsOf(darkBands(small, sums, size), small, size)));
  const back = ({ x, y }: Point) => ({ x: (x + 0.5) / scale - 0.5, y: (y + 0.5) / scale - 0.5 });
  return found
    .filter((line) => lengthOf(line) >= SHORTEST * SIDE && lengthOf(line) / line.thickness <= THINNEST)
    .map(({ left, right, thickness }) => ({ left: back(left), right: back(right), thickness: thickness / scale }));
}

export const lengthOf = ({ left, right }: TextLine) => Math.hypot(right.x - left.x, right.y - left.y);

/** 1 where a flat box of a character's width is darker than a large one around it. */
function darkBands({ width, height }: Picture, sums: Float64Array, size: number): Uint8Array {
  const marks = new Uint8Array(width * height);
  const stride = width + 1;
  const [flatX, flatY] = [size, Math.max(1, Math.round(size / 7))];
  const [largeX, largeY] = [size * 2, Math.round(size * 1.7)];
  for (let y = 0; y < height; y++) {
    const [a0, a1] = [Math.max(0, y - flatY), Math.min(height, y + flatY + 1)];
    const [b0, b1] = [Math.max(0, y - largeY), Math.min(height, y + largeY + 1)];
    const [rowA0, rowA1, rowB0, rowB1] = [a0 * stride, a1 * stride, b0 * stride, b1 * stride];
    for (let x = 0; x < width; x++) {
      const c0 = x < flatX ? 0 : x - flatX;
      const c1 = x + flatX >= width ? width : x + flatX + 1;
      const d0 = x < largeX ? 0 : x - largeX;
      const d1 = x + largeX >= width ? width : x + largeX + 1;
      const flat =
        (sums[rowA1 + c1] as number) -
        (sums[rowA0 + c1] as number) -
        (sums[rowA1 + c0] as number) +
        (sums[rowA0 + c0] as number);
      const large =
        (sums[rowB1 + d1] as number) -
        (sums[rowB0 + d1] as number) -
        (sums[rowB1 + d0] as number) +
        (sums[rowB0 + d0] as number);
      const around = large / ((d1 - d0) * (b1 - b0));
      if (around * (1 - DARKER) - flat / ((c1 - c0) * (a1 - a0)) > 1) marks[y * width + x] = 1;
    }
  }
  return marks;
}

/** Sums over a band's pixels, from which its axis comes. */
interface Band {
  count: number;
  x: number;
  y: number;
  xx: number;
  xy: number;
  yy: number;
  from: number;
  to: number;
}

/** Connected pixels, run by run; what is straight and thin becomes a line. */
function bandsOf(marks: Uint8Array, { width, height }: Picture, size: number): TextLine[] {
  const parents: number[] = [];
  const bands: Band[] = [];
  const root = (i: number): number => {
    let at = i;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] as number] as number;
      at = parents[at] as number;
    }
    return at;
  };
  let above: [from: number, to: number, band: number][] = [];
  for (let y = 0; y < height; y++) {
    const runs: typeof above = [];
    let first = 0;
    for (let x = 0; x < width; x++) {
      if (!marks[y * width + x]) continue;
      const from = x;
      while (x < width && marks[y * width + x]) x++;
      const band = bands.push(bandOf(from, x, y)) - 1;
      parents.push(band);
      while (first < above.length && (above[first] as [number, number, number])[1] <= from) first++;
      for (let i = first; i < above.length && (above[i] as [number, number, number])[0] < x; i++) {
        parents[root((above[i] as [number, number, number])[2])] = root(band);
      }
      runs.push([from, x, band]);
    }
    above = runs;
  }
  for (let i = 0; i < bands.length; i++) if (root(i) !== i) add(bands[root(i)] as Band, bands[i] as Band);
  return bands.flatMap((band, i) => (root(i) === i ? (lineOf(band, size) ?? []) : []));
}

function bandOf(from: number, to: number, y: number): Band {
  const count = to - from;
  const x = ((from + to - 1) * count) / 2;
  const xx = ((to - 1) * to * (2 * to - 1) - (from - 1) * from * (2 * from - 1)) / 6;
  return { count, x, y: y * count, xx, xy: x * y, yy: y * y * count, from, to: to - 1 };
}

function add(sum: Band, band: Band): void {
  for (const key of ['count', 'x', 'y', 'xx', 'xy', 'yy'] as const) sum[key] += band[key];
  sum.from = Math.min(sum.from, band.from);
  sum.to = Math.max(sum.to, band.to);
}

function lineOf({ count, x, y, xx, xy, yy, from, to }: Band, size: number): TextLine | null {
  if (to - from < size * 3 || count < size * size) return null;
  const [mx, my] = [x / count, y / count];
  const [vx, vxy, vy] = [xx / count - mx * mx, xy / count - mx * my, yy / count - my * my];
  const slope = vxy / vx;
  if (Math.abs(slope) > STEEPEST) return null;
  const cosine = 1 / Math.hypot(1, slope);
  const across = Math.max(0, vy - slope * vxy) * cosine * cosine;
  const thickness = (count / (to - from + 1)) * cosine;
  // A solid bar spreads by its thickness through √12: what spreads much more is bent, or several lines in one.
  if (Math.sqrt(12 * across) > thickness * 1.7) return null;
  if ((to - from) / cosine < thickness * 2.5) return null;
  return { left: { x: from, y: my + slope * (from - mx) }, right: { x: to, y: my + slope * (to - mx) }, thickness };
}

/** Pieces of one line, which a crease or a lamp has parted, become one again; what is short stays out. */
function join(pieces: TextLine[]): TextLine[] {
  const sorted = [...pieces].sort((a, b) => a.left.x - b.left.x);
  const joined: TextLine[] = [];
  for (const piece of sorted) {
    const before = joined.findLast((line) => continues(line, piece));
    if (!before) joined.push({ ...piece });
    else {
      const [a, b] = [lengthOf(before), lengthOf(piece)];
      before.thickness = (before.thickness * a + piece.thickness * b) / (a + b);
      before.right = piece.right;
    }
  }
  return joined.filter((line) => lengthOf(line) / line.thickness >= SLIMMEST);
}

function continues(line: TextLine, next: TextLine): boolean {
  const height = Math.max(line.thickness, next.thickness);
  const gap = next.left.x - line.right.x;
  // Where both pieces are long, a lamp may hide a third of the line.
  const farthest = Math.min(lengthOf(line), lengthOf(next)) > 6 * height ? 14 : 5;
  if (gap < -height || gap > farthest * height || Math.min(line.thickness, next.thickness) < height * 0.5) return false;
  // The longer of the two knows the direction.
  const leads = lengthOf(line) >= lengthOf(next) ? line : next;
  const slope = (leads.right.y - leads.left.y) / (leads.right.x - leads.left.x);
  const off = (x: number, y: number) => Math.abs(y - leads.left.y - slope * (x - leads.left.x));
  const other = leads === line ? next : line;
  return off(other.left.x, other.left.y) < height * 0.5 && off(other.right.x, other.right.y) < height * 0.6;
}
