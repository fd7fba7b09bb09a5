import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';
import type { AppEnv } from '../app-env.ts';

const NO_CONTENT_OF_ITS_OWN = "default-src 'none'; frame-ancestors 'none'";
const setHeaders = secureHeaders({ xXssProtection: false, referrerPolicy: false });

/** hono's secure headers, and a policy that allows nothing to a route that did not set its own; nothing about a profile is cached. */
export function secureDefaults() {
  return createMiddleware<AppEnv>(async function secureDefaults(c, next) {
    await setHeaders(c, next);
    // Hono's `c.header` copies a finished answer each time.
    const { headers } = c.res;
    if (!headers.has('content-security-policy')) headers.set('content-security-policy', NO_CONTENT_OF_ITS_OWN);
    if (!headers.has('referrer-policy')) headers.set('referrer-policy', 'no-referrer');
    if (!headers.has('cache-control')) headers.set('cache-control', 'private, no-store');
  });
}
