import { resolver } from 'hono-openapi';
import { MESSAGES } from '../schemas/event.ts';

const text = { type: 'string' as const };
/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const HEADERS = {
  'webhook-id': { description: 'The event’s `id`, the same on every attempt', schema: text },
  'webhook-timestamp': { description: 'Of the attempt, in seconds since 1970', schema: text },
  'webhook-signature': {
    description: 'Signatures separated by spaces, `v1,` and base64 of the HMAC-SHA256 of id, timestamp and body',
    schema: text,
  },
};

/** What receivers implement: the document's `webhooks`, and the components that they refer to. */
export async function describeWebhooks() {
  const described = await Promise.all(
    MESSAGES.map(async (message) => ({
      type: message.shape.type.value,
      summary: message.meta()?.description ?? '',
      ...(await resolver(message).toOpenAPISchema()),
    })),
  );
  return {
    webhooks: Object.fromEntries(
      described.map(({ type, summary, schema }) => [type, { post: receive(type, summary, schema) }]),
    ),
    schemas: Object.assign({}, ...described.map(({ components }) => components?.schemas)),
    parameters: Object.fromEntries(
      Object.entries(HEADERS).map(([name, header]) => [
        name,
        { in: 'header' as const, name, required: true, ...header },
      ]),
    ),
  };
}

function receive(type: string, summary: string, schema: object) {
  return {
    operationId: type.replace(/[._](\w)/g, (_, letter: string) => letter.toUpperCase()),
    tags: ['Webhooks'],
    summary,
    description: 'Sent to your endpoint, signed by Standard Webhooks 1.0, at least once.',
    security: [],
    parameters: Object.keys(HEADERS).map((name) => ({ $ref: `#/components/parameters/${name}` })),
    requestBody: { required: true, content: { 'application/json': { schema } } },
    responses: {
      '2XX': { description: 'The event is safe with you' },
      410: { description: 'Disables the webhook' },
      default: { description: 'It is tried again, for three days' },
    },
  };
}
