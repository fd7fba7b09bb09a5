import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { touched } from '../auth/session.ts';
import { anonymousClient } from '../http/authenticate.ts';
import { checkOrigin, isBackground, isSafe, wantsPage } from '../http/browser.ts';
import { isWithinLimit } from '../http/rate-limit.ts';
import { keepSession, readSession } from '../http/session-cookie.ts';
import { log } from '../lib/log.ts';
import { ApiProblem } from '../lib/problem.ts';
import { rateLimited } from '../lib/rate-limits.ts';

export const LOGIN_PATH = '/dashboard/login';

/**
 * Lets in the reviewer whose session the cookie holds, and sets `session`, `caller` and `pb`. Unsafe methods need a same-origin `Origin`, and
 * `csrfToken` behind this one.
 * @throws ApiProblem `unauthenticated`, `rate_limited`, `forbidden`
 */
export function reviewerSession(now: () => number = Date.now) {
  return createMiddleware<AppEnv>(async function reviewerSession(c, next) {
    const session = await readSession(c, now());
    const caller = session && (await c.get('runtime').reviewers.verify(session.token, anonymousClient(c)));
    log(caller ? 'info' : 'warn', 'authentication', {
      request_id: c.get('requestId'),
      outcome: caller ? 'accepted' : 'refused',
      credential: 'session',
      actor_type: caller?.type,
      actor_id: caller?.id,
    });
    if (!session || !caller) return refuse(c);
    if (!(await isWithinLimit(c, 'KEY_LIMITER', caller.credentialId))) throw rateLimited('KEY_LIMITER');
    c.set('session', session);
    c.set('caller', caller);
    c.set('pb', c.get('pb').as({ ...caller, isRefresh: isBackground(c) }));
    if (!isSafe(c)) checkOrigin(c);
    await next();
    // An idle session must end although its page stays open, so what the page fetches by itself does not renew it.
    const renewed = isBackground(c) ? null : touched(session, now());
    if (renewed && c.res.headers.getSetCookie().length === 0) await keepSession(c, renewed);
  });
}

/** A page redirects to the login, which leads back to it. What a page fetches is told that the session is over. */
function refuse(c: Context<AppEnv>): Response {
  const { pathname, search } = new URL(c.req.url);
  const isPage = c.req.method === 'GET' && wantsPage(c);
  if (!isPage) throw new ApiProblem('unauthenticated', 'The session is over: log in again');
  const back = pathname === '/dashboard' ? '' : `?${new URLSearchParams({ next: pathname + search })}`;
  return c.redirect(`${LOGIN_PATH}${back}`, 303);
}
