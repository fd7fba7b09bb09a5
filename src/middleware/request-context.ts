import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { runtimeFor } from '../runtime.ts';

const REQUEST_ID_PATTERN = /^[A-Za-z0-9._-]{1,64}$/;

/** Sets the isolate's `runtime` and the request's id: the caller's own if it is well-formed. hono's request-id allows other characters. */
export function requestContext() {
  return createMiddleware<AppEnv>(async function requestContext(c, next) {
    const own = c.req.header('x-request-id') ?? '';
    const requestId = REQUEST_ID_PATTERN.test(own) ? own : crypto.randomUUID();
    c.set('requestId', requestId);
    c.set('runtime', runtimeFor(c.env));
    await next();
    // `c.header` would copy the finished answer.
    c.res.headers.set('x-request-id', requestId);
  });
}
