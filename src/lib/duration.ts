const UNITS: [name: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
];

/** In the two largest units, for people who compare many of them: `3 d 4 h`, `12 min`. */
export function durationText(ms: number): string {
  const first = UNITS.findIndex(([, unit]) => ms >= unit);
  if (first === -1) return '< 1 min';
  const [[name, unit], next] = [UNITS[first] as [string, number], UNITS[first + 1]];
  const rest = next ? Math.floor((ms % unit) / next[1]) : 0;
  const text = `${Math.floor(ms / unit)} ${name}`;
  return next && rest > 0 ? `${text} ${rest} ${next[0]}` : text;
}
