import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { BodyStream, MAX_REQUEST_BYTES } from '../documents/body.ts';
import { UPLOAD_MS } from '../pocketbase/limits.ts';

/** A client that has sent nothing for this long waits for the answer. */
const STALL_MS = 10_000;
const WINDOW_BYTES = 65_536;
const STRANGER = { maxBytes: 1_000_000, maxMs: 30_000 };
const KNOWN = { maxBytes: MAX_REQUEST_BYTES, maxMs: UPLOAD_MS };

/**
 * Reads and discards what nobody has read of the body, before the answer leaves: a refusal may come first. Otherwise the connection would close
 * under a client that still sends, and many a client sends everything before it reads: it would see a broken pipe in place of the answer.
 */
export function drainBody() {
  return createMiddleware<AppEnv>(async function drainBody(c, next) {
    await next();
    const { body } = c.req.raw;
    // A body that was read to its end, or that stood still, stays locked.
    if (!body || body.locked) return;
    const bounds = boundsOf(c);
    if (!bounds) return;
    const { maxBytes, maxMs } = bounds;
    await new BodyStream(body, { stallMs: STALL_MS, maxMs, windowBytes: WINDOW_BYTES }).drain(maxBytes);
  });
}

/** `null` for an address over its limit: its bytes are not worth reading. */
function boundsOf(c: Context<AppEnv>) {
  const code = c.get('problem')?.code;
  // A revoked link has a caller as well.
  if (c.get('caller') && code !== 'unauthenticated') return KNOWN;
  return code === 'rate_limited' ? null : STRANGER;
}
