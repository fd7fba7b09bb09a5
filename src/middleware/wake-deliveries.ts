import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { sendWakeUps } from '../webhooks/message.ts';

/** Sends the deliveries that the request made due to the queue, after the answer. */
export function wakeDeliveries() {
  return createMiddleware<AppEnv>(async function wakeDeliveries(c, next) {
    await next();
    const deliveries = c.get('pb')?.deliveries ?? [];
    if (deliveries.length > 0) c.executionCtx.waitUntil(sendWakeUps(c.env.WEBHOOKS, deliveries));
  });
}
