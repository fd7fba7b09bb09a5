/**
 * A reviewer's session is kept in its cookie alone, sealed: the browser can neither read nor change it. Its times are checked here,
 * not by the browser's `Max-Age`.
 */
import { base64url } from 'jose';
import * as z from 'zod';
import { open, seal } from '../lib/sealed-box.ts';

export const IDLE_MS = 30 * 60_000;
export const LIFE_MS = 12 * 60 * 60_000;
/** How far `seen` may lag behind: so most answers need no new cookie. */
const RENEW_AFTER_MS = 60_000;
const CSRF_BYTES = 18;
const PURPOSE = 'ekyc-edge dashboard session';

const Session = z.object({
  id: z.string(),
  name: z.string(),
  /** PocketBase's token of the reviewer, by which a deactivated account is noticed. */
  token: z.string(),
  csrf: z.string(),
  created: z.number(),
  seen: z.number(),
});
export type Session = z.infer<typeof Session>;

export function beginSession(reviewer: { id: string; name: string; token: string }, now: number): Session {
  const csrf = base64url.encode(crypto.getRandomValues(new Uint8Array(CSRF_BYTES)));
  return { ...reviewer, csrf, created: now, seen: now };
}

export function sealSession(session: Session, secrets: readonly string[]): Promise<string> {
  return seal(JSON.stringify(session), { secrets, purpose: PURPOSE });
}

/** `null` for a cookie that none of `secrets` sealed, that was tampered with, or whose time is over. */
export async function openSession(cookie: string, secrets: readonly string[], now: number): Promise<Session | null> {
  const text = await open(cookie, { secrets, purpose: PURPOSE });
  if (text === null) return null;
  // A session of an earlier version may have another shape: its reviewer logs in again.
  const session = Session.safeParse(JSON.parse(text)).data;
  return session && now < endOf(session) ? session : null;
}

export function endOf({ created, seen }: Session): number {
  return Math.min(created + LIFE_MS, seen + IDLE_MS);
}

/** The session with this request as its last activity; `null` while the time in the cookie is recent enough. */
export function touched(session: Session, now: number): Session | null {
  return now - session.seen < RENEW_AFTER_MS ? null : { ...session, seen: now };
}
