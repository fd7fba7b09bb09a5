import { SYSTEM } from '../pocketbase/actor.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { SweepAnswer } from '../pocketbase/records/upkeep.ts';

/** How much PocketBase does in one call: so no writer waits long for it. */
const BATCH_SIZE = 100;
/** More waits for the next minute. */
export const MAX_BATCHES = 10;

/** Expiry, retention and cleaning up; PocketBase's clock decides what is due. */
export async function sweep(pb: PocketBaseClient) {
  const total = { expired: 0, redacted: 0, cleaned: 0 };
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const done = await pb.as(SYSTEM).call(SweepAnswer, '/api/edge/sweep', { method: 'POST', body: {} });
    total.expired += done.expired;
    total.redacted += done.redacted;
    total.cleaned += done.cleaned;
    if (Math.max(done.expired, done.redacted, done.cleaned) < BATCH_SIZE) break;
  }
  return total;
}
