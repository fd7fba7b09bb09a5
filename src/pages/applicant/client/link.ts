import { recall, remember } from '../../browser/storage.ts';

export interface Link {
  id: string;
  token: string | null;
  /** The whole link, where it is kept in the address bar. */
  address: string | null;
}

/** An HS256 signature has 43 characters, so what a sentence, a tracker or a message's format puts after the token is not part of it. */
const TOKEN = /token=([\w-]+\.[\w-]+\.[\w-]{43})/;

const key = (id: string) => `ekyc-token:${id}`;

/**
 * What the link gave us. The token is taken out of the address bar, so that history and screenshots don't hold it, and survives a reload
 * of this tab. It stays there if the browser stores nothing, or belongs to another app: "Open in the browser" hands the address on.
 */
export function readLink(): Link {
  const id = location.pathname.split('/').filter(Boolean).at(-1) ?? '';
  const fresh = tokenIn(location.hash);
  if (!fresh) return { id, token: recall('sessionStorage', key(id)), address: null };
  const isStored = remember('sessionStorage', key(id), fresh);
  const page = location.pathname + location.search;
  if (!isStored || isInApp(navigator.userAgent)) {
    return { id, token: fresh, address: `${location.origin}${page}#token=${fresh}` };
  }
  history.replaceState(history.state, '', page);
  return { id, token: fresh, address: null };
}

function tokenIn(hash: string): string | null {
  return TOKEN.exec(hash)?.[1] ?? new URLSearchParams(hash.slice(1)).get('token');
}

/** Android's WebView names itself. On iOS only a WebView leaves out `Safari/`. Some apps add a name of their own. */
function isInApp(userAgent: string): boolean {
  const isBareWebKit = userAgent.includes('AppleWebKit/') && !userAgent.includes('Safari/');
  return isBareWebKit || /; wv\)|FBA[NV]|FB_IAB|Instagram|\bLine\/|MicroMessenger|Zalo/.test(userAgent);
}

/** Judged by the server alone; this only chooses the words for a refusal. */
export function isExpired(token: string, now = Date.now()): boolean {
  const claims = claimsOf(token);
  return typeof claims.exp === 'number' && claims.exp * 1000 <= now;
}

export function isOf(token: string, id: string): boolean {
  return claimsOf(token).sub === id;
}

function claimsOf(token: string): { sub?: unknown; exp?: unknown } {
  try {
    const payload = token.split('.')[1] ?? '';
    return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) ?? {};
  } catch {
    return {};
  }
}
