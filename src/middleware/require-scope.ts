import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { checkScope } from '../auth/caller.ts';
import type { Scope } from '../schemas/key.ts';

/**
 * Lets in a caller that an earlier middleware has recognised, if it has the scope.
 * @throws ApiProblem `forbidden`
 */
export function requireScope(scope: Scope) {
  return createMiddleware<AppEnv>(async function requireScope(c, next) {
    checkScope(c.get('caller'), scope);
    await next();
  });
}
