import * as z from 'zod';
import { log } from '../lib/log.ts';
import { Id } from '../schemas/common.ts';

/** A wake-up for one delivery. It carries no payload and decides nothing: PocketBase knows what is due, and to whom. */
export const WakeUp = z.object({ delivery: Id });
export type WakeUp = z.infer<typeof WakeUp>;

/** The limit of `sendBatch`. */
const BATCH_MAX = 100;

/** A wake-up that cannot be sent is no error: the cron's sweep finds the delivery. */
export async function sendWakeUps(
  queue: Queue<WakeUp>,
  deliveries: readonly string[],
  delaySeconds = 0,
): Promise<void> {
  try {
    for (let at = 0; at < deliveries.length; at += BATCH_MAX) {
      const batch = deliveries.slice(at, at + BATCH_MAX);
      await queue.sendBatch(
        batch.map((delivery) => ({ body: { delivery } })),
        { delaySeconds },
      );
    }
  } catch {
    log('warn', 'wake_up_not_sent', { deliveries: deliveries.length });
  }
}
