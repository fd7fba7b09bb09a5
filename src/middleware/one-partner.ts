import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { requirePartner } from '../auth/caller.ts';

/** For routes about one partner. An internal key that names none is refused before its query or body is validated. */
export function onePartner() {
  return createMiddleware<AppEnv>(async function onePartner(c, next) {
    requirePartner(c.get('caller'));
    await next();
  });
}
