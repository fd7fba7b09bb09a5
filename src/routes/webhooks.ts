import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { requirePartner } from '../auth/caller.ts';
import { BODY_PROBLEMS, endpoint } from '../http/endpoint.ts';
import { DELIVERY, ID } from '../http/paths.ts';
import { afterRecord, jsonBody, noFields, query } from '../http/validate.ts';
import { onePartner } from '../middleware/one-partner.ts';
import { PageQuery } from '../schemas/common.ts';
import {
  CreatedWebhook,
  CreateWebhookBody,
  Deliveries,
  Delivery,
  RotatedSecret,
  RotateWebhookBody,
  UpdateWebhookBody,
  Webhook,
  Webhooks,
} from '../schemas/webhook.ts';
import {
  checkTarget,
  createWebhook,
  deleteWebhook,
  findWebhook,
  listDeliveries,
  listWebhooks,
  presentDelivery,
  presentWebhook,
  redeliver,
  rotateSecret,
  sendTest,
  updateWebhook,
} from '../webhooks/endpoints.ts';
import { targetPolicy } from '../webhooks/targets.ts';

const tag = 'Webhooks';
const access = 'webhooks:manage';

export const webhooks = new Hono<AppEnv>()
  .post(
    '/',
    endpoint({
      id: 'createWebhook',
      tag,
      summary: 'Be told of events',
      description: 'The answer alone carries the `secret`. Internal keys name the partner in `x-partner`.',
      access,
      answers: { 201: { description: 'The webhook, with its secret', schema: CreatedWebhook } },
      problems: BODY_PROBLEMS,
    }),
    onePartner(),
    jsonBody(CreateWebhookBody),
    async (c) => {
      const partner = requirePartner(c.get('caller'));
      const body = c.req.valid('json');
      checkTarget(body.url, policyOf(c));
      const dataSecrets = c.get('runtime').settings.get('DATA_SECRET');
      const { row, secret } = await createWebhook(c.get('pb'), partner, body, dataSecrets);
      return c.json({ ...presentWebhook(row, Date.now()), secret } satisfies CreatedWebhook, 201);
    },
  )
  .get(
    '/',
    endpoint({
      id: 'listWebhooks',
      tag,
      summary: 'List the webhooks, newest first',
      access,
      answers: { 200: { description: 'A page of webhooks', schema: Webhooks } },
      problems: ['validation_failed'],
    }),
    query(PageQuery),
    async (c) => {
      const { items, next_cursor } = await listWebhooks(c.get('pb'), c.req.valid('query'));
      return c.json({ items: items.map((row) => presentWebhook(row, Date.now())), next_cursor });
    },
  )
  .get(
    `/${ID}`,
    endpoint({
      id: 'readWebhook',
      tag,
      summary: 'Read a webhook',
      access,
      answers: { 200: { description: 'The webhook', schema: Webhook } },
      problems: ['not_found'],
    }),
    async (c) => c.json(presentWebhook(await findWebhook(c.get('pb'), c.req.param('id')), Date.now())),
  )
  .patch(
    `/${ID}`,
    endpoint({
      id: 'updateWebhook',
      tag,
      summary: 'Change a webhook, disable or enable it',
      access,
      record: findWebhook,
      answers: { 200: { description: 'The webhook as it is now', schema: Webhook } },
      problems: ['not_found', ...BODY_PROBLEMS],
    }),
    jsonBody(UpdateWebhookBody),
    async (c) => {
      const body = c.req.valid('json');
      const { url } = body;
      if (url !== undefined) {
        const policy = policyOf(c);
        await afterRecord(c, () => checkTarget(url, policy));
      }
      return c.json(presentWebhook(await updateWebhook(c.get('pb'), c.req.param('id'), body), Date.now()));
    },
  )
  .delete(
    `/${ID}`,
    endpoint({
      id: 'deleteWebhook',
      tag,
      summary: 'Remove a webhook and its deliveries',
      access,
      answers: { 204: { description: 'It is gone' } },
      problems: ['not_found'],
    }),
    async (c) => {
      await deleteWebhook(c.get('pb'), c.req.param('id'));
      return c.body(null, 204);
    },
  )
  .post(
    `/${ID}/test`,
    endpoint({
      id: 'testWebhook',
      tag,
      summary: 'Send a test',
      description:
        'An event of type `webhook.test` with a `sequence` of null, for this webhook alone and not in the feed. How it went stands in its delivery. Tests and redeliveries together are ten a minute and webhook.',
      access,
      record: findWebhook,
      answers: { 200: { description: 'The delivery, due now', schema: Delivery } },
      problems: ['not_found', 'rate_limited', ...BODY_PROBLEMS],
    }),
    noFields(),
    async (c) => c.json(presentDelivery(await sendTest(c.get('pb'), c.req.param('id')))),
  )
  .post(
    `/${ID}/rotate`,
    endpoint({
      id: 'rotateWebhookSecret',
      tag,
      summary: 'Replace the secret',
      description: 'Both sign until `previous_expires_at`. A secret that was still expiring ends now.',
      access,
      record: findWebhook,
      answers: { 200: { description: 'The new secret, shown this once', schema: RotatedSecret } },
      problems: ['not_found', ...BODY_PROBLEMS],
    }),
    jsonBody(RotateWebhookBody, { optional: true }),
    async (c) => {
      const dataSecrets = c.get('runtime').settings.get('DATA_SECRET');
      const graceSeconds = c.req.valid('json').grace_seconds;
      return c.json(await rotateSecret(c.get('pb'), c.req.param('id'), { dataSecrets, graceSeconds, now: Date.now() }));
    },
  )
  .get(
    `/${ID}/deliveries`,
    endpoint({
      id: 'listDeliveries',
      tag,
      summary: 'Read how deliveries went, newest first',
      access,
      record: findWebhook,
      answers: { 200: { description: 'A page of deliveries', schema: Deliveries } },
      problems: ['not_found', 'validation_failed'],
    }),
    query(PageQuery),
    async (c) => {
      const id = c.req.param('id');
      const { items, next_cursor } = await listDeliveries(c.get('pb'), id, c.req.valid('query'));
      if (items.length === 0) await findWebhook(c.get('pb'), id);
      return c.json({ items: items.map(presentDelivery), next_cursor });
    },
  )
  .post(
    `/${ID}/deliveries/${DELIVERY}/redeliver`,
    endpoint({
      id: 'redeliver',
      tag,
      summary: 'Deliver once more',
      description:
        'Due now, with the whole retry schedule before it. One that is being delivered is left alone. Tests and redeliveries together are ten a minute and webhook.',
      access,
      record: findWebhook,
      answers: { 200: { description: 'The delivery', schema: Delivery } },
      problems: ['not_found', 'rate_limited', ...BODY_PROBLEMS],
    }),
    noFields(),
    async (c) => c.json(presentDelivery(await redeliver(c.get('pb'), c.req.param('id'), c.req.param('delivery')))),
  );

function policyOf(c: Context<AppEnv>) {
  return targetPolicy(c.get('runtime').settings, [new URL(c.req.url).host]);
}
