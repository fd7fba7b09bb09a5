import type { Settings } from '../env.ts';
import { SYSTEM } from '../pocketbase/actor.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { listOf } from '../pocketbase/records/common.ts';
import { ClaimedDelivery } from '../pocketbase/records/webhooks.ts';
import type { Runtime } from '../runtime.ts';
import { MAX_BATCHES } from '../services/sweep.ts';
import { sendWakeUps } from './message.ts';
import { type TargetPolicy, targetPolicy } from './targets.ts';

/** Workers let an invocation have six connections open: one is PocketBase's. */
export const MAX_OPEN = 5;
/** Subrequests of an invocation on the Free plan. */
const SUBREQUESTS_MAX = 50;
/** Claim, attempt, result and wake-up. */
const SUBREQUESTS_PER_ATTEMPT = 4;
/** The service token from KV, a login, and the calls of the cron's other duty. */
const SUBREQUESTS_RESERVED = 2 + MAX_BATCHES;

/** What one invocation needs to deliver, and how much it may. */
export class Dispatch {
  readonly settings: Settings;
  readonly pb: PocketBaseClient;
  readonly policy: TargetPolicy;
  readonly #queue: Runtime['env']['WEBHOOKS'];
  readonly #endsAt: number;
  #sent = 0;

  /** @param durationMs after which no attempt begins */
  constructor(runtime: Runtime, durationMs: number) {
    this.settings = runtime.settings;
    this.pb = runtime.connect(crypto.randomUUID()).as(SYSTEM);
    this.policy = targetPolicy(runtime.settings);
    this.#queue = runtime.env.WEBHOOKS;
    this.#endsAt = Date.now() + durationMs;
  }

  /** How many attempts may begin while `running` others are under way. */
  places(running: number): number {
    if (Date.now() >= this.#endsAt) return 0;
    const left = SUBREQUESTS_MAX - SUBREQUESTS_RESERVED - this.pb.calls - this.#sent;
    return Math.max(0, Math.min(MAX_OPEN, Math.floor(left / SUBREQUESTS_PER_ATTEMPT)) - running);
  }

  /** Locks due deliveries for a minute, at most two of an endpoint; with `ids`, only these. */
  async claim(limit: number, ids?: readonly string[]): Promise<ClaimedDelivery[]> {
    const body = { limit, ...(ids && { ids }) };
    const { items } = await this.pb.call(listOf(ClaimedDelivery), '/api/edge/deliveries/claim', {
      method: 'POST',
      body,
    });
    return items;
  }

  fetch(url: string, init: RequestInit): Promise<Response> {
    this.#sent++;
    return fetch(url, init);
  }

  async wake(deliveries: readonly string[], delaySeconds = 0): Promise<void> {
    if (deliveries.length === 0) return;
    this.#sent++;
    await sendWakeUps(this.#queue, deliveries, delaySeconds);
  }
}
