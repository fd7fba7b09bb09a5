/** What the routes of the dashboard's pages share. */
import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { PAGE_HEADERS, render } from '../pages/dashboard/layout.tsx';

export const HOME = '/dashboard';

export function page(
  c: Context<AppEnv>,
  content: Parameters<typeof render>[0],
  status = 200,
  headers: Record<string, string> = {},
) {
  return c.html(render(content), status as 200, { ...headers, ...PAGE_HEADERS });
}

/** Names of the query that the page does not know, or whose value it could not take. An empty value asks for nothing. */
export function ignoredOf(asked: Record<string, string>, understood: Record<string, unknown>): string[] {
  return Object.keys(asked).filter((name) => asked[name] !== '' && String(understood[name]) !== asked[name]);
}

/** Who looks at the page, and when. */
export function viewOf(c: Context<AppEnv>) {
  return { session: c.get('session'), scopes: c.get('caller').scopes, now: Date.now() };
}

export const profilePath = (id: string) => `${HOME}/profiles/${id}`;
