import type { PocketBaseClient } from '../pocketbase/client.ts';
import { SweepAnswer } from '../pocketbase/records.ts';

/** What PocketBase does in one call, so that no writer waits long for it. */
const BATCH_SIZE = 100;
/** A minute's backlog is worked off within the minute; more waits for the next. */
export const MAX_BATCHES = 10;
const CRON = { type: 'system', id: '', partner: null };

/** Expiry, retention and cleaning up, as PocketBase's own clock has them. */
export async function sweep(pb: PocketBaseClient) {
  const total = { expired: 0, redacted: 0, cleaned: 0 };
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const done = await pb.as(CRON).call(SweepAnswer, '/api/edge/sweep', { method: 'POST', body: {} });
    total.expired += done.expired;
    total.redacted += done.redacted;
    total.cleaned += done.cleaned;
    if (Math.max(done.expired, done.redacted, done.cleaned) < BATCH_SIZE) break;
  }
  return total;
}
