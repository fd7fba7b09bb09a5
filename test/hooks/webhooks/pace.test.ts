import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backlog, startBacklog } from '../support/backlog.ts';
import { auditOf } from '../support/client.ts';
import { addEndpoint, newPartner } from '../support/webhook-client.ts';

let own: Backlog;
let service: Backlog['service'];
beforeAll(async () => {
  own = await startBacklog();
  ({ service } = own);
});
afterAll(() => own.stop());

const sendTest = (endpoint: { id: string }) => service('POST', `/api/edge/webhooks/${endpoint.id}/test`);

test('tests and redeliveries are ten a minute and endpoint, counted together; then it is told when to come again', async () => {
  const partner = newPartner();
  const [endpoint, other] = [await addEndpoint(service, partner), await addEndpoint(service, partner)];
  const { id } = (await sendTest(endpoint)).body;
  const redeliver = () => service('POST', `/api/edge/webhooks/${endpoint.id}/deliveries/${id}/redeliver`);
  for (let index = 0; index < 4; index++) expect((await sendTest(endpoint)).status).toBe(200);
  for (let index = 0; index < 5; index++) expect((await redeliver()).status).toBe(200);
  for (const refused of [await sendTest(endpoint), await redeliver()]) {
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    const { retry_after } = refused.body as { retry_after?: number };
    expect(retry_after).toBeGreaterThan(30);
    expect(retry_after).toBeLessThanOrEqual(60);
  }
  expect((await sendTest(other)).status).toBe(200);
  const rows = await auditOf(service, `partner = "${partner}" && action ~ "ed" && target ~ "${endpoint.id}"`);
  const counts = (action: string) => rows.filter((row) => row.action === action).length;
  expect([counts('webhook.tested'), counts('webhook.redelivered')]).toEqual([5, 5]);
});

test('an unknown endpoint is 404 and a disabled one 422, however often', async () => {
  const endpoint = await addEndpoint(service, newPartner(), { enabled: false });
  for (let index = 0; index < 12; index++) expect((await sendTest(endpoint)).status).toBe(422);
  expect((await sendTest({ id: 'azzzzzzzzzzzzzz' })).status).toBe(404);
});
