import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { requirePartner } from '../auth/caller.ts';

/** For what concerns one partner: an internal key that has not named it is told so before its query or body is judged. */
export function onePartner() {
  return createMiddleware<AppEnv>(async function onePartner(c, next) {
    requirePartner(c.get('caller'));
    await next();
  });
}
