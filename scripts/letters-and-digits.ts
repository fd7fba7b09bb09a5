/**
 * Writes `pocketbase/hooks/lib/profiles/letters-digits.json`: the code points at which \p{L}\p{N} begins or ends, ascending.
 * To be followed by `npm run format`. PocketBase's JavaScript engine (goja) strips every letter under \p{L}, so hooks search this table instead.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LAST_CODE_POINT = 0x10ffff;

export function letterAndDigitBoundaries(): number[] {
  const boundaries: number[] = [];
  for (let code = 0; code <= LAST_CODE_POINT; code++) {
    const isInside = boundaries.length % 2 === 1;
    if (/[\p{L}\p{N}]/u.test(String.fromCodePoint(code)) !== isInside) boundaries.push(code);
  }
  return boundaries;
}

if (import.meta.main) {
  const file = join(import.meta.dirname, '../pocketbase/hooks/lib/profiles/letters-digits.json');
  writeFileSync(file, `${JSON.stringify(letterAndDigitBoundaries())}\n`);
}
