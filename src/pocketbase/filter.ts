/** A condition whose value is `null` or `undefined` is left out. */
export type Condition = [field: string, operator: '=' | '<' | '>' | '>=', value: string | null | undefined];

/**
 * All of the conditions, in PocketBase's filter language. Its texts know JSON's escapes for quotes and backslashes (the `pocketbase` package
 * escapes quotes alone, so that a closing backslash swallows the quote); control characters must be refused before.
 */
export function where(conditions: Condition[]): string {
  return conditions
    .flatMap(([field, operator, value]) => (value == null ? [] : [`${field} ${operator} ${JSON.stringify(value)}`]))
    .join(' && ');
}
