import type { Page } from 'playwright-core';

/** Stands in `docs/screenshots/<page>/<width>/<name>.webp`. */
export interface Shot {
  page: 'applicant' | 'dashboard';
  name: string;
  /** What the fake camera sees. */
  film: 'card' | 'face';
  isDark?: boolean;
  reach: (page: Page) => Promise<void>;
}
