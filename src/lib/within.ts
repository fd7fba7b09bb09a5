import type { ApiProblem } from './problem.ts';

/** The promise's value, unless it takes longer than `ms`: then `late` says what to throw. The work itself goes on. */
export async function within<T>(promise: Promise<T>, ms: number, late: () => ApiProblem): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
