export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The names in another order each round, so that each comes first and last equally often. */
export function rotated<T>(names: readonly T[], round: number): T[] {
  const turn = round % names.length;
  return [...names.slice(turn), ...names.slice(0, turn)];
}

/** What one peer did in every round. */
export type Rounds = Record<string, number[]>;

export async function interleave(
  names: readonly string[],
  rounds: number,
  measure: (name: string) => Promise<number>,
): Promise<Rounds> {
  const measured: Rounds = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of rotated(names, round)) measured[name]?.push(await measure(name));
  }
  return measured;
}

/** Median over the rounds of `name` by `yardstick`, each round compared with itself. */
export function ratio(measured: Rounds, name: string, yardstick: string): number {
  return median((measured[name] ?? []).map((value, round) => value / (measured[yardstick]?.[round] ?? Number.NaN)));
}
