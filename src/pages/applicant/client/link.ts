import { recall, remember } from '../../browser/storage.ts';

/** What the link gave us. The token is taken out of the address bar, so that history and screenshots don't hold it. It survives a reload of this tab. */
export interface Link {
  id: string;
  token: string | null;
}

const key = (id: string) => `ekyc-token:${id}`;

export function readLink(): Link {
  const id = location.pathname.split('/').filter(Boolean).at(-1) ?? '';
  const fresh = new URLSearchParams(location.hash.slice(1)).get('token');
  if (fresh) {
    remember('sessionStorage', key(id), fresh);
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  return { id, token: fresh ?? recall('sessionStorage', key(id)) };
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
