import { log } from '../lib/log.ts';
import type { ClaimedDelivery } from '../pocketbase/records/webhooks.ts';
import type { Runtime } from '../runtime.ts';
import { attempt } from './attempt.ts';
import { Dispatch, MAX_OPEN } from './dispatch.ts';
import { WakeUp } from './message.ts';

/** Workers leave 30 s after a queue's handler has returned, so an attempt that begins in the first 10 s ends in time. */
const DURATION_MS = 10_000;

/** Acknowledges first: a message is only a wake-up, and PocketBase holds what is due. */
export function consume(batch: MessageBatch<unknown>, runtime: Runtime, ctx: ExecutionContext): void {
  const ids = batch.messages.flatMap((message) => {
    message.ack();
    const wakeUp = WakeUp.safeParse(message.body);
    return wakeUp.success ? [wakeUp.data.delivery] : [];
  });
  if (ids.length === 0) return;
  const work = deliverWoken(runtime, ids);
  ctx.waitUntil(work.catch((error: Error) => log('error', 'wake_up_failed', { cause: error.name })));
}

async function deliverWoken(runtime: Runtime, ids: string[]): Promise<void> {
  const dispatch = new Dispatch(runtime, DURATION_MS);
  const claimed = await dispatch.claim(MAX_OPEN, ids);
  const ends = await Promise.allSettled(claimed.map((first) => follow(first, dispatch, claimed.length - 1)));
  for (const end of ends) if (end.status === 'rejected') log('error', 'delivery_failed', { cause: end.reason?.name });
  await dispatch.wake(ends.flatMap((end) => (end.status === 'fulfilled' && end.value ? [end.value] : [])));
}

/** Makes one delivery, then the others that are due at its endpoint. @returns the one with which another invocation has to go on */
async function follow(first: ClaimedDelivery, dispatch: Dispatch, others: number): Promise<string | null> {
  for (let current: ClaimedDelivery | undefined = first; current; ) {
    const next = await attempt(current, dispatch);
    if (!next) return null;
    if (dispatch.places(others) === 0) return next;
    [current] = await dispatch.claim(1, [next]);
  }
  return null;
}
