/** Under which origins callers reach this Worker. What a request says of its own host is believed only where `PUBLIC_URL` is empty. */
import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';

/** For links and problem types. Where `PUBLIC_URL` is missing or malformed a problem says so, and needs a type all the same. */
export function publicOrigin(c: Context<AppEnv>): string {
  const { settings } = c.get('runtime');
  const [first] = settings.malformed.includes('PUBLIC_URL') ? [] : settings.get('PUBLIC_URL');
  return first?.origin ?? new URL(c.req.url).origin;
}

/**
 * The origins that a page of this request may have. The scheme is that of `PUBLIC_URL`: what ends TLS before the Worker may pass the
 * request on as `http:`.
 */
export function ownOrigins(c: Context<AppEnv>): string[] {
  const { origin, host } = new URL(c.req.url);
  const known = c.get('runtime').settings.get('PUBLIC_URL');
  return known.length === 0 ? [origin] : known.flatMap((url) => (url.host === host ? [url.origin] : []));
}
