import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** Minified, as Chromium reads it again for each page. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [360, 1440];
const SCHEMES = ['light', 'dark'] as const;

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Dark is the same document in other colours, so only they are looked at again. */
function optionsFor(colorScheme: 'light' | 'dark') {
  return { resultTypes: ['violations'], ...(colorScheme === 'dark' && { runOnly: ['color-contrast'] }) };
}

/** What axe-core finds on the page as it stands, and whether it fits, at both widths in light and dark. Empty is good. */
export async function audit(page: Page): Promise<string[]> {
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(`${AXE}; undefined`);
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    if (Number(await page.evaluate('document.documentElement.scrollWidth')) > width)
      found.push(`${width}: scrolls sideways`);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const violations = (await page.evaluate(
        `axe.run(document, ${JSON.stringify(optionsFor(colorScheme))}).then(({ violations }) => violations)`,
      )) as Violation[];
      for (const { id, nodes } of violations) {
        for (const { html, failureSummary } of nodes)
          found.push(`${width} ${colorScheme} ${id}: ${html} ${failureSummary}`);
      }
    }
  }
  return found;
}
