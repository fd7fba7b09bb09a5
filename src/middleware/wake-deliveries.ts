import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { sendWakeUps } from '../webhooks/message.ts';

/** After the answer: tells the queue of the deliveries that this request has made due. */
export function wakeDeliveries() {
  return createMiddleware<AppEnv>(async function wakeDeliveries(c, next) {
    await next();
    const deliveries = c.get('pb')?.deliveries ?? [];
    if (deliveries.length > 0) c.executionCtx.waitUntil(sendWakeUps(c.env.WEBHOOKS, deliveries));
  });
}
