import { expect } from 'vitest';
import { superuser } from '../support/api.ts';
import type { PocketBaseInfo } from '../support/pocketbase.ts';
import type { TestWorker } from '../support/worker.ts';

/** What must hold in PocketBase whatever happened: nothing is there twice, and every history and feed is without gaps. */
export async function expectNothingDoubled(pocketbase?: PocketBaseInfo) {
  const admin = await superuser(pocketbase);
  const all = (name: string, sort: string) => admin.collection(name).getFullList({ batch: 1_000, sort });
  const profiles = await all('profiles', 'created');
  const history = Map.groupBy(await all('status_history', 'seq'), ({ profile }) => profile as string);
  const events = Map.groupBy(await all('events', 'sequence'), ({ partner }) => partner as string);

  const applicants = profiles.map(({ dedupe_key }) => dedupe_key).filter(Boolean);
  expect(new Set(applicants).size, 'no applicant exists twice').toBe(applicants.length);
  for (const { id, status } of profiles) {
    const rows = history.get(id) ?? [];
    expect(
      rows.map(({ from }) => from),
      `the history of ${id} is a chain`,
    ).toEqual(['', ...rows.slice(0, -1).map(({ to }) => to)]);
    expect(rows.at(-1)?.to).toBe(status);
  }
  for (const [partner, feed] of events) {
    expect(
      feed.map(({ sequence }) => sequence),
      `the feed of ${partner} has no gap`,
    ).toEqual(feed.map((_, index) => index + 1));
  }
  return { profiles, history };
}

/** workerd's own line for a document that stood still and was cut off: its status had been sent. */
const CUT = /DOMException\(AbortError\): The operation was aborted/;

/** A rejection that nobody handled, or an error that was none of the contract's. */
export function expectQuietLog(worker: Pick<TestWorker, 'logs'>): void {
  const isLoud = (line: string) => /unhandled|uncaught|\berror: |"code":"internal"/i.test(line) && !CUT.test(line);
  const loud = worker.logs().filter(isLoud);
  expect(loud, 'no unhandled rejection, and no fault of ours').toEqual([]);
}
