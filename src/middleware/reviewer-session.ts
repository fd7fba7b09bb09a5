import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { openSession, type Session, sealSession, touched } from '../auth/session.ts';
import { anonymousClient } from '../http/authenticate.ts';
import { readForm } from '../http/form.ts';
import { isWithinLimit } from '../http/rate-limit.ts';
import { digestsEqual, sha256 } from '../lib/digest.ts';
import { log } from '../lib/log.ts';
import { ApiProblem } from '../lib/problem.ts';
import { rateLimited } from '../lib/rate-limits.ts';

const COOKIE = 'ekyc_session';
export const LOGIN_PATH = '/dashboard/login';

/** `__Host-` ties the cookie to this very host and to HTTPS, which a local run does not have. */
function cookieOptions(c: Context<AppEnv>) {
  const isLocal = c.var.runtime.settings.get('DEPLOYMENT') === 'development';
  const common = { path: '/', httpOnly: true, sameSite: 'Strict' as const };
  return isLocal ? common : { ...common, secure: true, prefix: 'host' as const };
}

export async function keepSession(c: Context<AppEnv>, session: Session): Promise<void> {
  const sealed = await sealSession(session, c.var.runtime.settings.get('SESSION_SECRET'));
  setCookie(c, COOKIE, sealed, cookieOptions(c));
}

export function endSession(c: Context<AppEnv>): void {
  deleteCookie(c, COOKIE, cookieOptions(c));
}

/**
 * Lets in the reviewer whose session the cookie is, and acts for them. Unsafe methods need a same-origin `Origin`, and `csrfToken`.
 * @throws ApiProblem `unauthenticated`, `rate_limited`, `forbidden`
 */
export function reviewerSession(now: () => number = Date.now) {
  return createMiddleware<AppEnv>(async function reviewerSession(c, next) {
    const session = await readSession(c, now());
    const caller = session && (await c.var.runtime.reviewers.verify(session.token, anonymousClient(c)));
    log(caller ? 'info' : 'warn', 'authentication', {
      request_id: c.var.requestId,
      outcome: caller ? 'accepted' : 'refused',
      credential: 'session',
      actor_type: caller?.type,
      actor_id: caller?.id,
    });
    if (!session || !caller) return refuse(c);
    if (!(await isWithinLimit(c, 'KEY_LIMITER', caller.credentialId))) throw rateLimited('KEY_LIMITER');
    c.set('session', session);
    c.set('caller', caller);
    c.set('pb', c.var.pb.as(caller));
    if (!isSafe(c)) checkOrigin(c);
    await next();
    // What the page fetches by itself is no activity: an idle session must end although its page stays open.
    const renewed = isBackground(c) ? null : touched(session, now());
    if (renewed && c.res.headers.getSetCookie().length === 0) await keepSession(c, renewed);
  });
}

/** @throws ApiProblem `forbidden`. Browsers name the origin with every unsafe method, and no page can forge it. */
export function checkOrigin(c: Context): void {
  if (c.req.header('origin') === new URL(c.req.url).origin) return;
  throw new ApiProblem('forbidden', 'The request must come from this origin');
}

/**
 * Unsafe methods need the session's token, in the form or in `x-csrf-token`. Apart from the session, as a form's size is judged in between.
 * @throws ApiProblem `forbidden`
 */
export function csrfToken() {
  return createMiddleware<AppEnv>(async function csrfToken(c, next) {
    if (isSafe(c)) return next();
    const token = c.req.header('x-csrf-token') ?? (await readForm(c)).csrf;
    const isRight = typeof token === 'string' && digestsEqual(await sha256(token), await sha256(c.var.session.csrf));
    if (!isRight) throw new ApiProblem('forbidden', 'The page is out of date: reload it and repeat');
    await next();
  });
}

const isSafe = (c: Context) => ['GET', 'HEAD'].includes(c.req.method);

async function readSession(c: Context<AppEnv>, now: number): Promise<Session | null> {
  const { prefix } = cookieOptions(c) as { prefix?: 'host' };
  const cookie = prefix ? getCookie(c, COOKIE, prefix) : getCookie(c, COOKIE);
  return cookie ? openSession(cookie, c.var.runtime.settings.get('SESSION_SECRET'), now) : null;
}

function isBackground(c: Context): boolean {
  return c.req.header('x-live') !== undefined || c.req.header('accept') === 'text/event-stream';
}

/** A page leads to the login and back; what a page fetches learns that the session is over. */
function refuse(c: Context<AppEnv>): Response {
  const { pathname, search } = new URL(c.req.url);
  const isPage = c.req.method === 'GET' && wantsPage(c);
  if (!isPage) throw new ApiProblem('unauthenticated', 'The session is over: log in again');
  const back = pathname === '/dashboard' ? '' : `?${new URLSearchParams({ next: pathname + search })}`;
  return c.redirect(`${LOGIN_PATH}${back}`, 303);
}

export function wantsPage(c: Context): boolean {
  return !isBackground(c) && (c.req.header('accept') ?? '').includes('text/html');
}
