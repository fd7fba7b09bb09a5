/** Lines that belong together: two or three of one length, one below the other, or a line alone. */
import { findLines, lengthOf, type TextLine } from './lines.ts';
import type { Picture, Point } from './picture.ts';

/** The lines from the top down, all as long as the longest of them. */
export interface Zone {
  lines: TextLine[];
}

/** From line to line, by their thickness. */
const NEAREST = 1.25;
const FARTHEST = 4.5;
/** How much of the longer line the other one accompanies, at least. */
const ALIKE = 0.72;
const HALF = 0.35;
const MOST = 6;

/** Likely places of a zone, the likeliest first; which of them is one, only reading tells. */
export function locateZones(picture: Picture): Zone[] {
  const lines = withoutTwins(findLines(picture)).sort((a, b) => middle(a).y - middle(b).y);
  const zones: Zone[] = [];
  for (const [i, top] of lines.entries()) {
    for (const [j, next] of lines.entries()) {
      if (j <= i || !belongs(top, next)) continue;
      zones.push({ lines: [top, next] });
      for (const third of lines.slice(j + 1)) {
        if (belongs(next, third) && isEven(top, next, third)) zones.push({ lines: [top, next, third] });
      }
    }
  }
  const single = lines.filter((line) => lengthOf(line) / line.thickness > 16).map((line) => ({ lines: [line] }));
  return [
    ...zones.sort((a, b) => rank(b) - rank(a)).slice(0, MOST),
    ...single.sort((a, b) => rank(b) - rank(a)).slice(0, 2),
  ].map(evenLong);
}

const middle = ({ left, right }: TextLine): Point => ({ x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 });
const slope = ({ left, right }: TextLine) => (right.y - left.y) / (right.x - left.x);

/** A long text in small letters is what a zone is, and a third line is rather its own than by chance so. */
const rank = ({ lines }: Zone) => {
  const length = lines.reduce((sum, line) => sum + lengthOf(line), 0) / lines.length;
  const shortest = Math.min(...lines.map(lengthOf));
  return length * (shortest / length) ** 2 * (lines.length === 3 ? 1.15 : 1);
};

/** The same line is found at several scales: the longest of them stays. */
function withoutTwins(lines: TextLine[]): TextLine[] {
  const kept: TextLine[] = [];
  for (const line of [...lines].sort((a, b) => lengthOf(b) - lengthOf(a))) {
    const { x, y } = middle(line);
    const isTwin = kept.some((other) => {
      const isOver = x > other.left.x && x < other.right.x;
      const off = Math.abs(y - other.left.y - slope(other) * (x - other.left.x));
      return (
        isOver && off < Math.max(line.thickness, other.thickness) * 0.6 && Math.abs(slope(line) - slope(other)) < 0.06
      );
    });
    if (!isTwin) kept.push(line);
  }
  return kept;
}

function belongs(top: TextLine, next: TextLine): boolean {
  const height = (top.thickness + next.thickness) / 2;
  if (Math.min(top.thickness, next.thickness) < height * 0.6 || Math.abs(slope(top) - slope(next)) > 0.1) return false;
  const { x, y } = middle(next);
  const below = (y - top.left.y - slope(top) * (x - top.left.x)) / Math.hypot(1, slope(top));
  if (below < height * NEAREST || below > height * FARTHEST) return false;
  // Along the upper line: the lower one begins and ends where it does, nearly.
  const length = Math.max(lengthOf(top), lengthOf(next));
  const [from, to] = [along(top, next.left), along(top, next.right)];
  const overlap = Math.min(lengthOf(top), to) - Math.max(0, from);
  // A lamp hides the rest of a line: one of its ends is then where the other's is.
  const meets = Math.abs(from) < height * 1.5 || Math.abs(to - lengthOf(top)) < height * 1.5;
  return overlap > length * (meets ? HALF : ALIKE);
}

function along({ left, right }: TextLine, { x, y }: Point): number {
  const length = Math.hypot(right.x - left.x, right.y - left.y);
  return ((x - left.x) * (right.x - left.x) + (y - left.y) * (right.y - left.y)) / length;
}

function isEven(a: TextLine, b: TextLine, c: TextLine): boolean {
  const [first, second] = [middle(b).y - middle(a).y, middle(c).y - middle(b).y];
  return Math.abs(first - second) < 0.3 * Math.max(first, second);
}

/** A line whose last fillers were too faint is drawn out as far as the others. */
function evenLong({ lines }: Zone): Zone {
  const guide = lines[0] as TextLine;
  const from = Math.min(...lines.map(({ left }) => along(guide, left)));
  const to = Math.max(...lines.map(({ right }) => along(guide, right)));
  const stretched = lines.map((line) => {
    const length = lengthOf(line);
    const direction = { x: (line.right.x - line.left.x) / length, y: (line.right.y - line.left.y) / length };
    const [before, after] = [along(guide, line.left) - from, to - along(guide, line.right)];
    return {
      left: { x: line.left.x - direction.x * before, y: line.left.y - direction.y * before },
      right: { x: line.right.x + direction.x * after, y: line.right.y + direction.y * after },
      thickness: line.thickness,
    };
  });
  return { lines: stretched };
}
