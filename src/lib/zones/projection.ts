/** Maps of a plane onto a plane, seen from anywhere. */
import type { Point } from './picture.ts';

/** Eight numbers; the ninth is 1. */
export type Projection = readonly number[];

export function project(map: Projection, x: number, y: number): Point {
  const w = (map[6] as number) * x + (map[7] as number) * y + 1;
  return {
    x: ((map[0] as number) * x + (map[1] as number) * y + (map[2] as number)) / w,
    y: ((map[3] as number) * x + (map[4] as number) * y + (map[5] as number)) / w,
  };
}

/** The map that takes four points to four others. */
export function homography(from: readonly Point[], to: readonly Point[]): Projection {
  const rows: number[][] = [];
  for (let i = 0; i < 4; i++) {
    const [{ x, y }, { x: u, y: v }] = [from[i] as Point, to[i] as Point];
    rows.push([x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]);
  }
  return solve(rows);
}

/** Gauss-Jordan; each row ends with its right side. */
function solve(rows: number[][]): number[] {
  const n = rows.length;
  const at = (row: number, column: number) => rows[row]?.[column] as number;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column; row < n; row++) if (Math.abs(at(row, column)) > Math.abs(at(pivot, column))) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot] as number[], rows[column] as number[]];
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const factor = at(row, column) / at(column, column);
      for (let k = column; k <= n; k++) (rows[row] as number[])[k] = at(row, k) - factor * at(column, k);
    }
  }
  return rows.map((row, i) => (row[n] as number) / at(i, i));
}
