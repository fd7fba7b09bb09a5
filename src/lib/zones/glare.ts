/** Light that hides characters: tile by tile, one a character, each compared with its line. */
import { NOTHING } from './alphabet.ts';
import type { LineReading } from './read-line.ts';

export interface Hidden {
  line: number;
  from: number;
  /** Without. */
  to: number;
}

/** Of a line's usual contrast. */
const FADED = 0.45;
const EMPTY = 0.5;

/** Runs of tiles in which the line's contrast is lost, or in which the net sees nothing. */
export function hiddenTiles(readings: readonly LineReading[]): Hidden[] {
  return readings.flatMap(({ contrasts, probabilities }, line) => {
    const ranges = contrasts.map(({ ink, paper }) => paper - ink);
    const usual = [...ranges].sort((a, b) => a - b)[ranges.length >> 1] as number;
    const isHidden = ranges.map((range, i) => range < usual * FADED || (probabilities[i]?.[NOTHING] as number) > EMPTY);
    const runs: Hidden[] = [];
    for (let from = 0; from < isHidden.length; from++) {
      if (!isHidden[from]) continue;
      let to = from;
      while (isHidden[to]) to++;
      runs.push({ line, from, to });
      from = to;
    }
    return runs;
  });
}

/** What is hidden has been guessed: its confidence is 0. */
export function withoutHidden(confidences: number[][], hidden: readonly Hidden[]): number[][] {
  return confidences.map((line, row) =>
    line.map((value, at) => (hidden.some(({ line: of, from, to }) => of === row && at >= from && at < to) ? 0 : value)),
  );
}
