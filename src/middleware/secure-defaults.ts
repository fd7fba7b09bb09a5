import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';
import type { AppEnv } from '../app-env.ts';

const ALLOW_NOTHING = "default-src 'none'; frame-ancestors 'none'";
const setHeaders = secureHeaders({ xXssProtection: false, referrerPolicy: false });

/** hono's secure headers, and the strictest value of three more for answers that set none of their own. */
export function secureDefaults() {
  return createMiddleware<AppEnv>(async function secureDefaults(c, next) {
    await setHeaders(c, next);
    // `c.header` would copy the finished answer each time.
    const { headers } = c.res;
    if (!headers.has('content-security-policy')) headers.set('content-security-policy', ALLOW_NOTHING);
    if (!headers.has('referrer-policy')) headers.set('referrer-policy', 'no-referrer');
    if (!headers.has('cache-control')) headers.set('cache-control', 'private, no-store');
  });
}
