import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { isSafe } from '../http/browser.ts';
import { readForm } from '../http/form.ts';
import { digestsEqual, sha256 } from '../lib/digest.ts';
import { ApiProblem } from '../lib/problem.ts';

/**
 * Unsafe methods need the token of the session, in `x-csrf-token` or in the form, which is read only then.
 * @throws ApiProblem `forbidden`, and what `readForm` throws
 */
export function csrfToken() {
  return createMiddleware<AppEnv>(async function csrfToken(c, next) {
    if (isSafe(c)) return next();
    const token = c.req.header('x-csrf-token') ?? (await readForm(c)).csrf;
    const isRight = typeof token === 'string' && digestsEqual(await sha256(token), await sha256(c.get('session').csrf));
    if (!isRight) throw new ApiProblem('forbidden', 'The page is out of date: reload it and repeat');
    await next();
  });
}
