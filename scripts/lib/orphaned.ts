import { readFileSync } from 'node:fs';

const INTERVAL_MS = 500;

/** Calls back once npm, or the shell that it may have put between, is gone: whoever lost it gets another parent. */
export function whenOrphaned(callback: () => void): void {
  const before = ancestors();
  const timer = setInterval(() => {
    if (ancestors() === before) return;
    clearInterval(timer);
    callback();
  }, INTERVAL_MS).unref();
}

function ancestors(): string {
  const parent = process.ppid;
  try {
    // `pid (name) state ppid …`, Linux only; where there is no /proc, sh replaces itself by its only command.
    return `${parent} ${/.*\) \S+ (\d+)/.exec(readFileSync(`/proc/${parent}/stat`, 'utf8'))?.[1]}`;
  } catch {
    return `${parent}`;
  }
}
