export type Table = { [name: string]: unknown };

/**
 * `over` wins. A table is laid over the table of its name; in a list of tables, over the one of the same `binding` or `name`, without these over
 * the one in its place. What the list does not have is added.
 */
export function layOver(base: Table, over: Table): Table {
  const result = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const below = base[name];
    if (isTable(below) && isTable(value)) result[name] = layOver(below, value);
    else if (isTables(below) && isTables(value)) result[name] = layListOver(below, value);
    else result[name] = value;
  }
  return result;
}

function layListOver(base: Table[], over: Table[]): Table[] {
  const result = [...base];
  for (const [place, table] of over.entries()) {
    const id = idOf(table);
    const found = id === undefined ? place : base.findIndex((other) => idOf(other) === id);
    const below = base[found];
    if (below) result[found] = layOver(below, table);
    else result.push(table);
  }
  return result;
}

const idOf = ({ binding, name }: Table) => binding ?? name;
const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTables = (value: unknown): value is Table[] => Array.isArray(value) && value.length > 0 && value.every(isTable);
