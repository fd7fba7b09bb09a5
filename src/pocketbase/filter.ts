/** A condition whose value is `null` or `undefined` is left out. */
export type Condition = [field: string, operator: '=' | '!=' | '<' | '>' | '>=', value: string | null | undefined];

/**
 * All of the conditions, in PocketBase's filter language. A text in it takes JSON's escapes for quotes and backslashes, but not for control
 * characters: schemas must refuse these. The `pocketbase` package escapes quotes alone, so a backslash at the end would swallow the quote.
 */
export function where(conditions: Condition[]): string {
  return conditions
    .flatMap(([field, operator, value]) => (value == null ? [] : [`${field} ${operator} ${JSON.stringify(value)}`]))
    .join(' && ');
}
