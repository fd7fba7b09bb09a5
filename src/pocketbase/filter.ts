/** PocketBase's filter language (https://github.com/ganigeorgiev/fexpr), for values that a caller wrote. */

/** `null` and `undefined` ask for nothing. */
export type Condition = [field: string, operator: '=' | '<' | '>' | '>=', value: string | null | undefined];

const HIGHEST_CHARACTER = '\u{10ffff}';

/** All of the conditions. A value is never parsed as anything but itself. */
export function where(conditions: Condition[]): string {
  return conditions
    .flatMap(([field, operator, value]) =>
      value === null || value === undefined ? [] : [compare(field, operator, value)],
    )
    .join(' && ');
}

/**
 * A backslash escapes the quote after it and nothing else, itself neither: a value that ends in one cannot be written, and would swallow
 * the closing quote. What equals it lies between two that can be: nothing else does, as our texts hold no control characters.
 */
function compare(field: string, operator: string, value: string): string {
  if (!value.endsWith('\\')) return `${field} ${operator} ${quote(value)}`;
  if (operator !== '=') throw new TypeError('Only equality is asked for with free text');
  const before = `${value.slice(0, -1)}[${HIGHEST_CHARACTER}`; // [ comes just before the backslash
  return `${field} > ${quote(before)} && ${field} < ${quote(`${value} `)}`;
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "\\'")}'`;
}
