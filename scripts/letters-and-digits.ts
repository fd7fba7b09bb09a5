/**
 * Writes the tables `letters-digits.json` and `marks.json` of `pocketbase/hooks/lib/profiles`: the code points at which \p{L}\p{N}, or \p{M},
 * begins or ends, ascending. To be followed by `npm run format`. PocketBase's JavaScript engine (goja) strips every letter under \p{L}, so
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

if (import.meta.main) {
  for (const table of Object.keys(TABLES) as Table[]) {
    const file = join(import.meta.dirname, `../pocketbase/hooks/lib/profiles/${table}.json`);
    writeFileSync(file, `${JSON.stringify(boundariesOf(table))}\n`);
  }
}
