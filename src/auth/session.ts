/**
 * A reviewer's session lives in its cookie alone, sealed: whoever holds it can neither read nor change it. Times are checked here,
 * not by the browser's `Max-Age`.
 */
import { base64url } from 'jose';
import * as z from 'zod';
import { open, seal } from '../lib/sealed-box.ts';

export const IDLE_MS = 30 * 60_000;
export const LIFE_MS = 12 * 60 * 60_000;
/** How far `seen` may lag behind, to spare most answers a new cookie. */
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

/** @param secrets the first seals */
export async function sealSession(session: Session, [secret = '']: string[]): Promise<string> {
  return base64url.encode(await seal(secret, PURPOSE, JSON.stringify(session)));
}

/** `null` for a cookie that none of `secrets` sealed, that was tampered with, or whose time is over. */
export async function openSession(cookie: string, secrets: string[], now: number): Promise<Session | null> {
  for (const secret of secrets) {
    const text = await open(secret, PURPOSE, decode(cookie));
    // An earlier version's session may have another shape: whose it is logs in again.
    const session = text === null ? undefined : Session.safeParse(JSON.parse(text)).data;
    if (session) return now < endOf(session) ? session : null;
  }
  return null;
}

export function endOf({ created, seen }: Session): number {
  return Math.min(created + LIFE_MS, seen + IDLE_MS);
}

/** The session with this request counted as activity, or `null` while the cookie says so nearly enough. */
export function touched(session: Session, now: number): Session | null {
  return now - session.seen < RENEW_AFTER_MS ? null : { ...session, seen: now };
}

function decode(cookie: string): Uint8Array {
  try {
    return base64url.decode(cookie);
  } catch {
    return new Uint8Array();
  }
}
