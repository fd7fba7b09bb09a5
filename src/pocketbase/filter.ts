/** A condition whose value is `null` or `undefined` is left out. */
export type Condition = [field: string, operator: '=' | '!=' | '<' | '>' | '>=', value: string | null | undefined];

/** PocketBase refuses a filter of the service account that holds these words, within quotes too. */
const RESERVED = /@(?:request|collection)(?=\.)/;

/**
 * All of the conditions, in PocketBase's filter language. A text in it takes JSON's escapes for quotes and backslashes, but not for control
 * characters: schemas must refuse these. The `pocketbase` package escapes quotes alone, so a backslash at the end would swallow the quote.
 */
export function where(conditions: Condition[]): string {
  return conditions
    .flatMap(([field, operator, value]) => {
      if (value == null) return [];
      return RESERVED.test(value) ? [equalsReserved(field, value)] : [`${field} ${operator} ${JSON.stringify(value)}`];
    })
    .join(' && ');
}

/**
 * Equality without the reserved word: a range up to its dot, which an index serves, and a pattern for the rest, in which a backslash parts
 * the word. A pattern is taken as it is only with a `%`; the second one excludes what that `%` adds. Patterns know no case: see `isExact`.
 */
function equalsReserved(field: string, value: string): string {
  const [word = ''] = RESERVED.exec(value) ?? [];
  const start = value.slice(0, value.indexOf(word) + word.length);
  const pattern = value.replace(/[\\%_]|(?<=@)(?=request\.|collection\.)/g, '\\$&');
  const texts = [`> ${JSON.stringify(start)}`, `< ${JSON.stringify(`${start}/`)}`];
  const patterns = [`~ ${JSON.stringify(`%${pattern}`)}`, `!~ ${JSON.stringify(`_%${pattern}`)}`];
  return [...texts, ...patterns].map((test) => `${field} ${test}`).join(' && ');
}

/** Whether a row that was found has the very texts that were asked for. */
export function isExact(row: object, conditions: Condition[]): boolean {
  return conditions.every(([field, operator, value]) => {
    const found = (row as Record<string, unknown>)[field];
    return operator !== '=' || value == null || !RESERVED.test(value) || found === value;
  });
}
