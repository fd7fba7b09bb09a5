import type { Page } from 'playwright-core';

export interface Shot {
  name: string;
  /** What the fake camera sees. */
  film: 'card' | 'face';
  isDark?: boolean;
  reach: (page: Page) => Promise<void>;
}
