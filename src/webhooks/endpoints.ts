import * as z from 'zod';
import { invalidField } from '../lib/validation-problem.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { listNewestFirst } from '../pocketbase/lists.ts';
import { DeliveryRow, WebhookRow } from '../pocketbase/records/webhooks.ts';
import type { PageQuery } from '../schemas/common.ts';
import { DEFAULT_EVENT_TYPES } from '../schemas/event.ts';
import type { CreateWebhookBody, Delivery, UpdateWebhookBody, Webhook } from '../schemas/webhook.ts';
import { newWebhookSecret, sealWebhookSecret } from './secrets.ts';
import { refuseTarget, type TargetPolicy } from './targets.ts';

const RECORDS = '/api/collections/webhook_endpoints/records';
const ROUTES = '/api/edge/webhooks';

/** The endpoint and its secret, which nobody can read again. */
export async function createWebhook(
  pb: PocketBaseClient,
  partner: string,
  body: CreateWebhookBody,
  dataSecrets: readonly string[],
): Promise<{ row: WebhookRow; secret: string }> {
  const secret = newWebhookSecret();
  const sealed = await sealWebhookSecret(dataSecrets, secret);
  const row = await pb.call(WebhookRow, ROUTES, { method: 'POST', body: { ...body, partner, secret: sealed } });
  return { row, secret };
}

/** @throws ApiProblem `validation_failed` */
export function checkTarget(url: string, policy: TargetPolicy): void {
  const detail = refuseTarget(url, policy);
  if (detail) throw invalidField('/url', detail);
}

export function findWebhook(pb: PocketBaseClient, id: string): Promise<WebhookRow> {
  return pb.call(WebhookRow, `${RECORDS}/${id}`);
}

export function listWebhooks(pb: PocketBaseClient, query: PageQuery) {
  return listNewestFirst(pb, 'webhook_endpoints', WebhookRow, query, { conditions: [] });
}

/** An empty list chooses nothing, as at creation: the default types. */
export function updateWebhook(pb: PocketBaseClient, id: string, body: UpdateWebhookBody): Promise<WebhookRow> {
  const events = body.events?.length === 0 ? { events: DEFAULT_EVENT_TYPES } : {};
  return pb.call(WebhookRow, `${RECORDS}/${id}`, { method: 'PATCH', body: { ...body, ...events } });
}

export async function deleteWebhook(pb: PocketBaseClient, id: string): Promise<void> {
  await pb.call(z.null(), `${RECORDS}/${id}`, { method: 'DELETE' });
}

/** Gives the endpoint a new secret. The previous one signs as well until the grace is over. */
export async function rotateSecret(
  pb: PocketBaseClient,
  id: string,
  { dataSecrets, graceSeconds, now }: { dataSecrets: readonly string[]; graceSeconds: number; now: number },
): Promise<{ secret: string; previous_expires_at: string }> {
  const secret = newWebhookSecret();
  const expiresAt = new Date(now + graceSeconds * 1_000).toISOString();
  const body = { secret: await sealWebhookSecret(dataSecrets, secret), previous_expires_at: expiresAt };
  await pb.call(WebhookRow, `${ROUTES}/${id}/rotate`, { method: 'POST', body });
  return { secret, previous_expires_at: expiresAt };
}

export function sendTest(pb: PocketBaseClient, id: string): Promise<DeliveryRow> {
  return pb.call(DeliveryRow, `${ROUTES}/${id}/test`, { method: 'POST', body: {} });
}

export function listDeliveries(pb: PocketBaseClient, id: string, query: PageQuery) {
  return listNewestFirst(pb, 'webhook_deliveries', DeliveryRow, query, { conditions: [['endpoint', '=', id]] });
}

export function redeliver(pb: PocketBaseClient, id: string, delivery: string): Promise<DeliveryRow> {
  return pb.call(DeliveryRow, `${ROUTES}/${id}/deliveries/${delivery}/redeliver`, { method: 'POST', body: {} });
}

export function presentWebhook(row: WebhookRow, now: number): Webhook {
  const expiresAt = row.previous_expires_at;
  return { ...row, previous_expires_at: expiresAt && Date.parse(expiresAt) > now ? expiresAt : null };
}

export function presentDelivery(row: DeliveryRow): Delivery {
  const { event, attempt, last_status, last_latency_ms, last_excerpt, last_error, ...rest } = row;
  return {
    ...rest,
    event_id: event,
    attempts: attempt,
    response_status: last_status,
    response_excerpt: last_excerpt,
    latency_ms: row.last_attempt_at && last_latency_ms,
    error: last_error,
  } as Delivery;
}
