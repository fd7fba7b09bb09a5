import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { AppEnv } from '../app-env.ts';
import { openSession, type Session, sealSession } from '../auth/session.ts';

const COOKIE = 'ekyc_session';

/** The session of the cookie; `null` without a valid one. */
export async function readSession(c: Context<AppEnv>, now: number): Promise<Session | null> {
  const { prefix } = cookieOptions(c) as { prefix?: 'host' };
  const cookie = prefix ? getCookie(c, COOKIE, prefix) : getCookie(c, COOKIE);
  return cookie ? openSession(cookie, c.get('runtime').settings.get('SESSION_SECRET'), now) : null;
}

export async function keepSession(c: Context<AppEnv>, session: Session): Promise<void> {
  const sealed = await sealSession(session, c.get('runtime').settings.get('SESSION_SECRET'));
  setCookie(c, COOKIE, sealed, cookieOptions(c));
}

export function endSession(c: Context<AppEnv>): void {
  deleteCookie(c, COOKIE, cookieOptions(c));
}

/** The prefix `__Host-` binds the cookie to this host and to HTTPS. A local run has no HTTPS. */
function cookieOptions(c: Context<AppEnv>) {
  const isLocal = c.get('runtime').settings.get('DEPLOYMENT') === 'development';
  const common = { path: '/', httpOnly: true, sameSite: 'Strict' as const };
  return isLocal ? common : { ...common, secure: true, prefix: 'host' as const };
}
