import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import { startPocketBase } from '../../support/pocketbase.ts';
import { connect } from './client.ts';
import { addEndpoint, deliveriesOf, newPartner } from './webhook-client.ts';

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
export const at = (offset: number) => new Date(Date.now() + offset).toISOString();
export const stored = (time: string) => time.replace('T', ' ');

export const only = <Item>(items: Item[]): Item => {
  expect(items).toHaveLength(1);
  return items[0] as Item;
};

export type Backlog = Awaited<ReturnType<typeof startBacklog>>;

/** A PocketBase with deliveries that wait, of its own: a claim takes what is due of all partners, and would take other tests'. */
export async function startBacklog() {
  const pb = await startPocketBase();
  const { service } = await connect(pb);
  const database = new DatabaseSync(join(pb.dir, 'data.db'), { timeout: 10_000 });

  /** An endpoint of its own partner with `count` due deliveries, the oldest first. */
  async function backlog(count: number, fields: object = {}) {
    const partner = newPartner();
    const endpoint = await addEndpoint(service, partner, fields);
    database
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
        INSERT INTO webhook_deliveries (id, partner, endpoint, event, event_type, status, next_attempt_at, created)
        SELECT 'a' || lower(hex(randomblob(7))), ?, ?, 'test' || i, 'webhook.test', 'pending', strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-1 hour', i || ' seconds'), '2026-01-01'
        FROM n`,
      )
      .run(count, partner, endpoint.id);
    return endpoint;
  }

  return {
    service,
    database,
    backlog,
    /** One after the other, as SQLite has one writer and PocketBase is another. */
    async backlogs(endpoints: number, count: number) {
      const made = [];
      for (let index = 0; index < endpoints; index++) made.push(await backlog(count));
      return made;
    },
    deliveryOf: async (endpoint: { id: string }) => only(await deliveriesOf(service, endpoint.id)),
    /** What one test leaves due must not be claimed by the next. */
    settle: () =>
      database.exec("UPDATE webhook_deliveries SET status = 'failed', locked_until = '' WHERE status = 'pending'"),
    async stop() {
      database.close();
      await pb.stop();
    },
  };
}
