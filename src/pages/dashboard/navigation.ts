import type { Scope } from '../../schemas/key.ts';

/** The pages that the bar leads to, and the scope that each needs. `letter` comes after `g` on the keyboard. */
const PAGES = [
  { id: 'queue', name: 'Queue', href: '/dashboard', letter: 'q', scope: 'profiles:read' },
  { id: 'metrics', name: 'Metrics', href: '/dashboard/metrics', letter: 'm', scope: 'profiles:read' },
] as const satisfies { id: string; name: string; href: string; letter: string; scope: Scope }[];

export type NavigationPage = (typeof PAGES)[number];
export type PageId = NavigationPage['id'];

export function pagesFor(scopes: ReadonlySet<Scope>): NavigationPage[] {
  return PAGES.filter(({ scope }) => scopes.has(scope));
}
