/**
 * Writes tables of `pocketbase/hooks/lib/profiles`, ascending. `letters-digits.json` and `marks.json`: the code points at which \p{L}\p{N}, or
 * \p{M}, begins or ends. `zeros.json`: the zero of each script that has decimal digits. To be followed by `npm run format`. PocketBase's JavaScript engine (goja) strips every letter under \p{L}, so
 * hooks search these tables instead.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LAST_CODE_POINT = 0x10ffff;
const TABLES = { 'letters-digits': /[\p{L}\p{N}]/u, marks: /\p{M}/u };
type Table = keyof typeof TABLES;

export function boundariesOf(table: Table): number[] {
  const boundaries: number[] = [];
  for (let code = 0; code <= LAST_CODE_POINT; code++) {
    const isInside = boundaries.length % 2 === 1;
    if (TABLES[table].test(String.fromCodePoint(code)) !== isInside) boundaries.push(code);
  }
  return boundaries;
}

/** Unicode keeps ten places in a row for each script's decimal digits (https://www.unicode.org/policies/stability_policy.html). */
export function zerosOfScripts(): number[] {
  const digits: number[] = [];
  for (let code = 0; code <= LAST_CODE_POINT; code++) {
    if (/\p{Nd}/u.test(String.fromCodePoint(code))) digits.push(code);
  }
  return digits.filter((_, index) => index % 10 === 0);
}

if (import.meta.main) {
  const write = (name: string, table: number[]) => {
    const file = join(import.meta.dirname, `../pocketbase/hooks/lib/profiles/${name}.json`);
    writeFileSync(file, `${JSON.stringify(table)}\n`);
  };
  for (const table of Object.keys(TABLES) as Table[]) write(table, boundariesOf(table));
  write('zeros', zerosOfScripts());
}
