import { log } from '../lib/log.ts';
import type { Runtime } from '../runtime.ts';
import { attempt } from './attempt.ts';
import { Dispatch } from './dispatch.ts';

/** The next sweep comes after a minute. */
const DURATION_MS = 45_000;

/**
 * Makes the due deliveries that no message has reached. When this invocation has done its share, the queue goes on with the rest. Each
 * free place takes the delivery that has waited longest, among the endpoints that have fewer than two attempts running.
 */
export async function sweepDeliveries(runtime: Runtime): Promise<void> {
  const dispatch = new Dispatch(runtime, DURATION_MS);
  const running = new Set<Promise<void>>();
  /** By endpoint, so that an endpoint with many deliveries is handed on once. */
  const left = new Map<string, string | null>();
  for (;;) {
    const places = dispatch.places(running.size);
    const claimed = places > 0 ? await dispatch.claim(places) : [];
    for (const delivery of claimed) {
      const done = attempt(delivery, dispatch)
        .then((next) => void left.set(delivery.endpoint.id, next))
        .catch((error: Error) => log('error', 'delivery_failed', { cause: error.name }))
        .finally(() => running.delete(done));
      running.add(done);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  await dispatch.wake([...left.values()].filter((id) => id !== null));
}
