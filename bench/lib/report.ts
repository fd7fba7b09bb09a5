/** What a run has found: shown on the terminal, kept in `bench/results.json`, and written into the documentation from there. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';

const RESULTS = join(import.meta.dirname, '../results.json');

export interface Comparison {
  by: string;
  ratio: number;
  atLeast?: number;
  atMost?: number;
}

/** One line of the table. */
export interface Row {
  name: string;
  title: string;
  unit: string;
  /** The median of each peer. */
  figures: Record<string, number>;
  /** The product's figure by another's. */
  comparisons: Comparison[];
  /** Processor time of the peer's own process, in microseconds per request. */
  cpu?: Record<string, number>;
}

/** The parts are measured by commands of their own; each replaces its own. */
export type Part = 'ratios' | 'cost' | 'growth' | 'soak' | 'writer' | 'checks';
export type Results = Partial<Record<Part, { machine: string; rounds?: number; rows: Row[] }>>;

export function isMet({ ratio, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }: Comparison) {
  return ratio >= atLeast && ratio <= atMost;
}

export const digits = (value: number) =>
  Number.isInteger(value) ? String(value) : value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);

export function judged(comparison: Comparison): string {
  const { by, ratio, atLeast, atMost } = comparison;
  const target = atLeast === undefined ? (atMost === undefined ? '' : ` (≤ ${atMost})`) : ` (≥ ${atLeast})`;
  return `${ratio.toFixed(2)} × ${by}${target}${isMet(comparison) ? '' : ' MISSED'}`;
}

export function show({ title, unit, figures, cpu, comparisons }: Row): void {
  const shown = Object.entries(figures).map(([name, value]) => {
    const beside = cpu?.[name] ? ` [${cpu[name].toFixed(0)} µs]` : '';
    return `${name} ${digits(value)}${beside}`;
  });
  console.log(`${styleText('bold', title)}, ${unit}: ${shown.join(' · ')}`);
  for (const comparison of comparisons) {
    const line = `    ${judged(comparison)}`;
    console.log(isMet(comparison) ? line : styleText('red', line));
    if (!isMet(comparison)) process.exitCode = 1;
  }
}

export function readResults(): Results {
  return existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as Results) : {};
}

export function keep(part: Part, rows: Row[], rounds?: number): void {
  const machine = `${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, ${process.platform}-${process.arch}`;
  const results = { ...readResults(), [part]: { machine, ...(rounds && { rounds }), rows } };
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
}
