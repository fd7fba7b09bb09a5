/**
 * The least that a Hono app can refuse a caller with: a request id, the contract's two log lines, an error that becomes the answer. It
 * looks at nothing: the answer is the product's own as a constant.
 */
import { Hono } from 'hono';
import { type Refusals, refusalsIn } from './refusals.ts';

const log = (fields: object) => console.log(JSON.stringify(fields));

const app = new Hono<{ Bindings: { ANSWERS: string }; Variables: { id: string } }>();
app.use(async (c, next) => {
  c.set('id', crypto.randomUUID());
  await next();
  c.res.headers.set('x-request-id', c.get('id'));
});
app.use(async (c, next) => {
  await next();
  log({
    level: 'info',
    event: 'request',
    request_id: c.get('id'),
    method: c.req.method,
    route: '*',
    status: c.res.status,
  });
});
app.get('*', (c) => {
  log({ level: 'warn', event: 'authentication', request_id: c.get('id'), outcome: 'refused' });
  throw new Error('unauthenticated');
});
let refusals: Refusals | undefined;
app.onError((_, c) => {
  refusals ??= refusalsIn(c.env.ANSWERS);
  const { status, headers, body } = refusals.unauthenticated;
  return new Response(body, { status, headers });
});

export default app;
