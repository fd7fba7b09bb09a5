import { log } from '../lib/log.ts';
import { type ClaimedDelivery, ConcludeAnswer } from '../pocketbase/records/webhooks.ts';
import { presentEvent } from '../services/events.ts';
import { deliver, NOT_SENT, type Outcome } from './deliver.ts';
import type { Dispatch } from './dispatch.ts';
import { nextAttempt } from './schedule.ts';
import { openWebhookSecret } from './secrets.ts';
import { refuseTarget } from './targets.ts';

/** A retry that is due later than this waits for the cron: a minute more is little then. */
const WAKE_UP_MAX_SECONDS = 600;

/**
 * Sends a claimed delivery and tells PocketBase how it went.
 * @returns the id of the same endpoint's next delivery that is due
 */
export async function attempt(claimed: ClaimedDelivery, dispatch: Dispatch): Promise<string | null> {
  const outcome = await send(claimed, dispatch);
  const now = Date.now();
  const verdict = judge(outcome, claimed.attempt, dispatch, now);
  log('info', 'delivery', {
    delivery: claimed.id,
    endpoint: claimed.endpoint.id,
    attempt: claimed.attempt,
    outcome: verdict.outcome,
    error: outcome.error,
    status: outcome.status,
    ms: outcome.latencyMs,
  });
  const { next } = await dispatch.pb.call(ConcludeAnswer, `/api/edge/deliveries/${claimed.id}/result`, {
    method: 'POST',
    body: {
      ...verdict,
      attempt: claimed.attempt,
      status: outcome.status,
      latency_ms: outcome.latencyMs,
      excerpt: outcome.excerpt,
      error: outcome.error,
    },
  });
  if (verdict.outcome === 'retry') {
    const delaySeconds = Math.max(0, Math.ceil((Date.parse(verdict.next_attempt_at) - now) / 1_000));
    if (delaySeconds <= WAKE_UP_MAX_SECONDS) await dispatch.wake([claimed.id], delaySeconds);
  }
  return next;
}

/** The target is judged again: since it was registered the rules may have changed, or the URL in PocketBase's own UI. */
async function send({ id, endpoint, event }: ClaimedDelivery, dispatch: Dispatch): Promise<Outcome> {
  if (refuseTarget(endpoint.url, dispatch.policy)) return { ...NOT_SENT, error: 'target_refused' };
  const secrets = await openSecrets(endpoint, dispatch);
  if (!secrets) {
    log('error', 'webhook_secret_unreadable', { delivery: id, endpoint: endpoint.id });
    return { ...NOT_SENT, error: 'secret_unreadable' };
  }
  const payload = JSON.stringify(presentEvent(event));
  return deliver(
    { id: event.id, url: endpoint.url, payload, secrets },
    { fetch: (url, init) => dispatch.fetch(url, init), now: Date.now },
  );
}

/** `null` when one of them cannot be opened: a receiver that holds that secret would take the delivery for a forgery. */
async function openSecrets(endpoint: ClaimedDelivery['endpoint'], { settings }: Dispatch): Promise<string[] | null> {
  const boxes = [endpoint.secret, endpoint.previous_secret].filter(Boolean);
  const opened = await Promise.all(boxes.map((box) => openWebhookSecret(settings.get('DATA_SECRET'), box)));
  const secrets = opened.filter((secret) => secret !== null);
  return secrets.length === boxes.length ? secrets : null;
}

function judge(outcome: Outcome, attempts: number, { settings }: Dispatch, now: number) {
  if (!outcome.error) return { outcome: 'succeeded' as const };
  if (outcome.status === 410) return { outcome: 'disable' as const, reason: 'The endpoint answered 410 Gone.' };
  const next = nextAttempt(attempts, {
    delays: settings.get('WEBHOOK_DELAYS_SECONDS'),
    random: Math.random(),
    now,
    retryAfterSeconds: outcome.retryAfterSeconds,
  });
  return next ? { outcome: 'retry' as const, next_attempt_at: next.toISOString() } : { outcome: 'failed' as const };
}
