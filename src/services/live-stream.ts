/**
 * Server-sent events for the dashboard (https://html.spec.whatwg.org/multipage/server-sent-events.html): ids of profiles that were written. Rows
 * that SQL writes raise no event of PocketBase's, so the isolate asks for what is new once a second, for all its open pages together.
 */
import { ExpiringCache } from '../lib/expiring-cache.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { ChangesAnswer } from '../pocketbase/records/review.ts';

const EVERY_MS = 1_000;
/** All pages ask at the full second: the first of them within this time, and the others get its answer. */
const SPREAD_MS = 100;
const SHARED_MS = EVERY_MS - SPREAD_MS;
/** Only a write shows that a client has left. */
const PING_MS = 15_000;
const RECONNECT_MS = 1_000;
const MAX_SHARED = 16;
/** A request may make a thousand calls on Cloudflare's plan (https://developers.cloudflare.com/workers/platform/limits/): then the browser connects again. */
const MAX_ROUNDS = 900;

export interface StreamOptions {
  /** Called at each ping: a reviewer who was shut out must not go on listening. */
  isAllowed: () => Promise<boolean>;
  sleep: (ms: number) => Promise<unknown>;
  now: () => number;
  random: () => number;
}

/** What the isolate's pages share: answers, never a request's promise. A page that lags behind asks from its own place. */
export class Changes {
  readonly #answers: ExpiringCache<ChangesAnswer>;

  constructor(now: () => number) {
    this.#answers = new ExpiringCache({ ttlMs: SHARED_MS, maxEntries: MAX_SHARED, now });
  }

  async since(pb: PocketBaseClient, place: number | null): Promise<ChangesAnswer> {
    const key = String(place);
    const known = this.#answers.get(key);
    if (known) return known;
    const answer = await pb.call(ChangesAnswer, '/api/edge/changes', { query: place === null ? {} : { after: key } });
    this.#answers.set(key, answer);
    return answer;
  }
}

/** @throws ApiProblem when PocketBase does not answer at first; afterwards the stream just ends, and the browser reconnects by itself */
export async function openLiveStream(
  pb: PocketBaseClient,
  changes: Changes,
  options: StreamOptions,
): Promise<ReadableStream<Uint8Array>> {
  const { seq } = await changes.since(pb, null);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  void pump(pb, changes, seq, writable.getWriter(), options);
  return readable;
}

async function pump(
  pb: PocketBaseClient,
  changes: Changes,
  start: number,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  { isAllowed, sleep, now, random }: StreamOptions,
): Promise<void> {
  const encoder = new TextEncoder();
  const write = (text: string) => writer.write(encoder.encode(text));
  try {
    await write(`retry: ${RECONNECT_MS}\nevent: ready\ndata: {}\n\n`);
    let [place, pingAt] = [start, now() + PING_MS];
    for (let round = 0; round < MAX_ROUNDS; round++) {
      await sleep(EVERY_MS - (now() % EVERY_MS) + random() * SPREAD_MS);
      if (now() >= pingAt) {
        if (!(await isAllowed())) break;
        await write(': ping\n\n');
        pingAt = now() + PING_MS;
      }
      const { seq, profiles, all } = await changes.since(pb, place);
      place = seq;
      const told = all ? [null] : profiles;
      for (const id of told) await write(`event: change\ndata: ${JSON.stringify({ id })}\n\n`);
    }
    await writer.close();
  } catch {
    // The browser has left, or PocketBase is gone.
    await writer.abort().catch(() => {});
  }
}
