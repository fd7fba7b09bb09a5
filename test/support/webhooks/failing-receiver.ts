import { expect } from 'vitest';
import type { Event } from '../../../src/schemas/event.ts';
import type { StatusChange } from '../../../src/schemas/status.ts';
import { api } from '../api.ts';
import type { TestWorker } from '../worker.ts';
import { type Receiver, verifies } from './receiver.ts';

const CHANGES = 25;
const CHANGES_WHILE_DOWN = 8;
/**
 * The delays for such a receiver. The second attempt waits until it is back, as attempts at a closed port show nothing new; then the
 * unluckiest event needs about ten.
 */
export const RETRY_SOON = [0, 10, ...Array(40).fill(1)].join();

async function listAll<T>(worker: TestWorker, path: string, parameter: string): Promise<T[]> {
  const all: T[] = [];
  for (let cursor = ''; ; ) {
    const page = await api(worker).get(`${path}?limit=100${cursor && `&${parameter}=${cursor}`}`);
    const { items, next_cursor } = (await page.json()) as { items: T[]; next_cursor: string | null };
    all.push(...items);
    if (!next_cursor) return all;
    cursor = next_cursor;
  }
}

/**
 * 25 changes of each profile go to a receiver that is down at first, then answers 500 to three requests of ten and resets a fourth:
 * in the end it holds every event as the feed has it, each attempt signed, and can rebuild every history.
 */
export async function expectAllDelivered(
  worker: TestWorker,
  { receiver, secret }: { receiver: Receiver; secret: string },
  profiles: number,
): Promise<void> {
  const accepted = new Map<string, Event>();
  const seen: Receiver['received'] = [];
  let dice = 0;
  receiver.respond = (received, answer) => {
    seen.push(received);
    dice = (dice + 7) % 10;
    if (dice < 3) answer.writeHead(500).end('no');
    else if (dice < 4) answer.socket?.resetAndDestroy();
    else {
      accepted.set(received.event.id, received.event as unknown as Event);
      answer.end();
    }
  };
  await receiver.down();

  const ids = await Promise.all(Array.from({ length: profiles }, async () => (await api(worker).created()).id));
  const way = ['in_review', 'approved'];
  for (let change = 0; change < CHANGES; change++) {
    if (change === CHANGES_WHILE_DOWN) await receiver.up();
    const answers = await Promise.all(ids.map((id) => api(worker).decide(id, { status: way[change % 2] })));
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 201));
  }
  const events = await listAll<Event>(worker, '/api/events', 'after');
  const feed = events.filter(({ data }) => ids.includes(data.profile_id));
  expect(feed).toHaveLength(profiles * (CHANGES + 1));
  const missing = async () => {
    await worker.scheduled();
    return feed.length - accepted.size;
  };
  await expect.poll(missing, { timeout: 500_000, interval: 1_000 }).toBe(0);

  const delivered = feed.map(({ id }) => accepted.get(id));
  expect(delivered).toEqual(feed);
  for (const received of seen) expect(received.headers['webhook-id']).toBe(received.event.id);
  expect(seen.length).toBeGreaterThan(feed.length * 1.3);
  expect(seen.every((received) => verifies(secret, received))).toBe(true);

  const ordered = [...accepted.values()].sort((a, b) => a.sequence - b.sequence);
  for (const id of ids) {
    const history = await listAll<StatusChange>(worker, `/api/status_history/${id}`, 'cursor');
    const rebuilt = ordered
      .filter(({ data }) => data.profile_id === id)
      .map(({ data }) => ['from' in data ? data.from : null, 'to' in data && data.to]);
    expect(rebuilt).toEqual(history.map(({ from, to }) => [from, to]));
  }
}
