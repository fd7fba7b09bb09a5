/** The reader's door: a picture in, the zone's lines with the confidence of every character out. */
import { STRIP_PITCH } from './cells.ts';
import { type Decoded, decode } from './decode.ts';
import type { Format } from './formats.ts';
import { type Hidden, hiddenTiles, withoutHidden } from './glare.ts';
import type { TextLine } from './lines.ts';
import { locateZones, type Zone } from './locate.ts';
import { Net, type Weights } from './net.ts';
import { type Picture, type Point, turn } from './picture.ts';
import { project } from './projection.ts';
import { LineReader, type LineReading } from './read-line.ts';
import { cutStrips, flatten, turnOver } from './strips.ts';

export interface ZoneReading {
  format: Format;
  lines: string[];
  /** The probability of each character of each line. */
  characters: number[][];
  weakest: number;
  /** Every character at `SURE` or above: check digits make nothing surer, since names have none. */
  isSure: boolean;
  /** `none`: the format has no check digits. */
  checkDigits: Decoded['checkDigits'];
  /** Characters that were read differently until the check digits were asked. */
  corrected: number;
  /** Places under glare, the last one without. */
  hidden: Hidden[];
  /** Clockwise turns after which the zone stands upright. */
  quarterTurns: number;
  /** Of the zone with a character's width around it, clockwise from its own upper left, in the picture's pixels. */
  corners: [Point, Point, Point, Point];
}

export const SURE = 0.95;

/**
 * The net has learned from cells that are far worse than most, so it doubts too much. The value was chosen by hand on specimens of other seeds
 * than the bench's, in the same two cuts; the bench counts the reads that are sure and wrong.
 */
const SHARPNESS = 2.5;

/** What stands in `lines` lines of one length. */
const BY_LINES: Record<number, { length: number; formats: Format[] }[]> = {
  1: [{ length: 30, formats: ['FRA-LICENCE'] }],
  2: [
    { length: 44, formats: ['TD3', 'MRV-A'] },
    { length: 36, formats: ['TD2', 'MRV-B', 'FRA'] },
    // Above these two stands a short one, which is too short to be found by itself.
    { length: 30, formats: ['CHE'] },
  ],
  3: [{ length: 30, formats: ['TD1'] }],
};
/** A reading that fits so well ends the search: what is read in the wrong place or direction fits much worse. */
const CLEAR = -0.3;
/** With one that fits so well the picture is not turned. */
const LIKELY = -0.6;
/** One that fits worse is no zone. */
const POOREST = -1.1;
/** Below this a glance has seen no characters. */
const GLANCE = 0.45;
/** By the best way's glance: upside down, some characters are others. */
const ALIKE = 0.8;

interface Found {
  decoded: Decoded;
  hidden: Hidden[];
  zone: Zone;
  turned: number;
  isOver: boolean;
}

/** @param isLate ends the search before the next place: a picture without a zone takes ten times as long as one that is read at once */
export function readZone(picture: Picture, weights: Weights, isLate = () => false): ZoneReading | null {
  const reader = new LineReader(new Net(weights, SHARPNESS));
  let best: Found | null = null;
  for (const turned of [0, 1]) {
    if (best && best.decoded.fit > LIKELY) break;
    const upright = turned === 0 ? picture : turn(picture);
    for (const zone of locateZones(upright)) {
      const found = tryZone(reader, upright, zone, turned);
      if (found && (!best || worth(found) > worth(best))) best = found;
      if (best && isClear(best)) return report(best, picture);
      if (isLate()) break;
    }
  }
  return best && best.decoded.fit > POOREST ? report(best, picture) : null;
}

const worth = ({ decoded }: Found) =>
  decoded.fit + (decoded.checkDigits === 'right' && decoded.corrected === 0 ? 1 : 0);
const isClear = ({ decoded }: Found) =>
  decoded.fit > CLEAR || (decoded.checkDigits === 'right' && decoded.corrected === 0);

/** One way to read a zone: as lines of this length, upright or turned over. */
interface Way {
  length: number;
  formats: Format[];
  strips: Picture[];
  isOver: boolean;
  /** How much it looked like characters at a glance. */
  seen: number;
}

/** A glance at some characters decides which way a zone is read; where two look alike, both are. */
function tryZone(reader: LineReader, picture: Picture, zone: Zone, turned: number): Found | null {
  const strips = cutStrips(picture, zone, stripLength(zone));
  const over = strips.map(turnOver).reverse();
  const ways: Way[] = (BY_LINES[zone.lines.length] ?? []).flatMap((kind) => [
    { ...kind, strips, isOver: false, seen: reader.glance(strips.at(-1) as Picture, kind.length) },
    { ...kind, strips: over, isOver: true, seen: reader.glance(over.at(-1) as Picture, kind.length) },
  ]);
  const [best, next] = ways.sort((a, b) => b.seen - a.seen);
  if (!best || best.seen < GLANCE) return null;
  const found = readWay(reader, picture, zone, turned, best);
  if (!next || next.seen < best.seen * ALIKE || isClear(found)) return found;
  const other = readWay(reader, picture, zone, turned, next);
  return worth(other) > worth(found) ? other : found;
}

function readWay(reader: LineReader, picture: Picture, zone: Zone, turned: number, way: Way): Found {
  const readings = way.strips.map((strip) => reader.read(strip, way.length));
  if (way.formats.includes('CHE')) {
    readings.unshift(readShortLine(reader, picture, zone, way.isOver, readings[0] as LineReading));
  }
  const probabilities = readings.map((reading) => reading.probabilities);
  const decoded = way.formats.map((format) => decode(format, probabilities)).sort((a, b) => order(b) - order(a));
  return { decoded: decoded[0] as Decoded, hidden: hiddenTiles(readings), zone, turned, isOver: way.isOver };
}

const order = ({ fit, checkDigits, corrected }: Decoded) =>
  fit + (checkDigits === 'right' ? 0.2 - corrected * 0.05 : 0);

/** Between the lengths that so many lines may have. */
const stripLength = ({ lines }: Zone) => (lines.length === 2 ? 38 : 30);
const SHORT_LINE = 9;

/** The first line of a Swiss licence, as far above the second as that is above the third: its characters stand above those of the second. */
function readShortLine(
  reader: LineReader,
  picture: Picture,
  { lines }: Zone,
  isOver: boolean,
  below: LineReading,
): LineReading {
  const [near, far] = (isOver ? [...lines].reverse() : lines) as [TextLine, TextLine];
  const mirrored = (a: Point, b: Point) => ({ x: 2 * a.x - b.x, y: 2 * a.y - b.y });
  const short = { ...near, left: mirrored(near.left, far.left), right: mirrored(near.right, far.right) };
  const zone = { lines: isOver ? [far, near, short] : [short, near, far] };
  const strips = cutStrips(picture, zone, stripLength({ lines }));
  const strip = isOver ? turnOver(strips[2] as Picture) : (strips[0] as Picture);
  return reader.readAt(strip, below.places.slice(0, SHORT_LINE), below.pitch);
}

function report({ decoded, hidden, zone, turned, isOver }: Found, picture: Picture): ZoneReading {
  const characters = withoutHidden(decoded.confidences, hidden);
  const weakest = Math.min(...characters.flat());
  const { format, lines, checkDigits, corrected } = decoded;
  const quarterTurns = turned + (isOver ? 2 : 0);
  return {
    format,
    lines,
    characters,
    weakest,
    isSure: weakest >= SURE,
    checkDigits,
    corrected,
    hidden,
    quarterTurns,
    corners: cornersOf(zone, turned, isOver, picture),
  };
}

function cornersOf(zone: Zone, turned: number, isOver: boolean, picture: Picture): ZoneReading['corners'] {
  const length = stripLength(zone);
  const { map, middles } = flatten(zone, length);
  const [left, right] = [-STRIP_PITCH, (length + 1) * STRIP_PITCH];
  const [top, foot] = [(middles[0] as number) - STRIP_PITCH, (middles.at(-1) as number) + STRIP_PITCH];
  const corners = [
    project(map, left, top),
    project(map, right, top),
    project(map, right, foot),
    project(map, left, foot),
  ];
  const back = corners.map((point) => (turned === 0 ? point : { x: point.y, y: picture.height - 1 - point.x }));
  return (isOver ? [back[2], back[3], back[0], back[1]] : back) as ZoneReading['corners'];
}
