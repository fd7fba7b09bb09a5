const UNIT = 1000;

/** For people: `120 B`, `48 kB`, `3.1 MB`. Never `0.0 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < UNIT) return `${bytes} B`;
  if (bytes < UNIT ** 2) return `${Math.round(bytes / UNIT)} kB`;
  return `${(bytes / UNIT ** 2).toFixed(1)} MB`;
}
