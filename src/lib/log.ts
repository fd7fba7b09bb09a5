type Level = 'info' | 'warn' | 'error';

/** One structured line. Fields hold codes, ids, route patterns and numbers: never personal data, secrets or raw URLs. */
export function log(level: Level, event: string, fields: Record<string, unknown> = {}): void {
  console[level](JSON.stringify({ level, event, ...fields }));
}
