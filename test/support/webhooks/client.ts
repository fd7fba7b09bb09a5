import { expect } from 'vitest';
import type { CreatedWebhook, Delivery } from '../../../src/schemas/webhook.ts';
import { api, json } from '../api.ts';
import type { TestWorker } from '../worker.ts';
import type { Receiver } from './receiver.ts';

/** What tests do with webhooks of acme that lead to this receiver. */
export function webhooksOf(worker: TestWorker, receiver: Receiver) {
  return {
    async register(body: Record<string, unknown> = {}, key = worker.keys.acme): Promise<CreatedWebhook> {
      const response = await worker.fetch('/api/webhooks', json({ url: receiver.url, ...body }, { 'x-api-key': key }));
      expect(response.status).toBe(201);
      return (await response.json()) as CreatedWebhook;
    },
    async remove(id: string): Promise<void> {
      const init = { method: 'DELETE', headers: { 'x-api-key': worker.keys.internal } };
      expect((await worker.fetch(`/api/webhooks/${id}`, init)).status).toBe(204);
    },
    async deliveries(id: string): Promise<Delivery[]> {
      const response = await api(worker).get(`/api/webhooks/${id}/deliveries`);
      return ((await response.json()) as { items: Delivery[] }).items;
    },
    arrived: (predicate: (received: Receiver['received'][number]) => boolean) =>
      expect.poll(() => receiver.received.filter(predicate), { timeout: 10_000 }).not.toHaveLength(0),
  };
}
