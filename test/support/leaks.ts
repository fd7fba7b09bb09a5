/** What must stand in no log line: every secret of the run, and what the made-up applicants are called and carry. */
const watched = new Set<string>();
/** Shorter values are words and codes, which a log line may hold by chance. */
const MIN_LENGTH = 8;

export function watchForLeaks(...values: unknown[]): void {
  for (const value of values) if (typeof value === 'string' && value.length >= MIN_LENGTH) watched.add(value);
}

/** A test file may follow another in the same process. Names of the other's applicants may then stand in its log. */
export function forgetLeaks(): void {
  watched.clear();
}

/** What an answer hands out once: a managed key, an applicant's token. */
export function watchSecretsOf(text: string): void {
  for (const [secret] of text.matchAll(/ek_(live|test)_\w{49}|whsec_[\w+/=-]{20,}/g)) watchForLeaks(secret);
  for (const [, token] of text.matchAll(/#token=([\w.-]+)/g)) watchForLeaks(token);
}

/** @throws naming the line's event, never the value */
export function checkForLeaks(lines: string[]): void {
  const log = lines.join('\n');
  const leaked = [...watched].filter((value) => log.includes(value));
  if (leaked.length === 0) return;
  const line = lines.find((text) => leaked.some((value) => text.includes(value))) ?? '';
  throw new Error(`A log line holds a secret or personal data: ${leaked[0]?.slice(0, 4)}… in ${line.slice(0, 200)}`);
}
