import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import type { Scope } from '../auth/caller.ts';
import { ApiProblem } from '../lib/problem.ts';

/**
 * Lets in a caller that an earlier middleware has recognised, if it has the scope.
 * @throws ApiProblem `forbidden`
 */
export function requireScope(scope: Scope) {
  return createMiddleware<AppEnv>(async function requireScope(c, next) {
    if (!c.get('caller').scopes.has(scope)) {
      throw new ApiProblem('forbidden', `Needs the scope ${scope}`, { members: { required_scope: scope } });
    }
    await next();
  });
}
