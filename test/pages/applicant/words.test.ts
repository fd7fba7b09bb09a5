import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { api } from '../../support/api.ts';
import { applicantSite, picture, supply } from '../../support/browser/applicant.ts';

const site = applicantSite();

/** Words that stand on two lines. A hyphen is a place to break. */
const brokenWords = (page: Page) =>
  page.evaluate<string[]>(`(() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const { width, height } = node.parentElement.getBoundingClientRect();
      if (width <= 1 || height <= 1 || node.parentElement.closest('select')) continue;
      for (const { 0: word, index } of node.data.matchAll(/[^\\s\\-–/]+/g)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        if (lines.size > 1) found.push(word);
      }
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push('scrolls sideways');
    return found;
  })()`);

describe('words', () => {
  it.each([
    ['en', '100%'],
    ['es', '100%'],
    ['vi', '100%'],
    ['en', '200%'],
    ['es', '200%'],
    ['vi', '200%'],
  ])('are whole at 360 px, in %s with text at %s', async (locale, size) => {
    const { id, redirect_url } = await api(site.worker).created({ document_type: 'residence_permit' });
    await supply(site.worker, id, ['document_front']);
    const { page, choose } = await site.open('about:blank', { locale, viewport: { width: 360, height: 640 } });
    await page.addInitScript(`document.documentElement.style.fontSize = '${size}'`);
    const whole = async (step: string) => expect([step, await brokenWords(page)]).toEqual([step, []]);
    const primary = page.locator('main .primary');
    await page.goto(redirect_url ?? '');
    await page.locator('main .primary:enabled').waitFor();
    await page.evaluate(`document.documentElement.style.fontSize = '${size}'`);
    await whole('opening');
    await primary.click();
    await page.locator('input[type=file]').waitFor({ state: 'attached' });
    await whole('ask');
    await primary.click();
    await page.locator('.shutter:enabled').waitFor();
    await whole('camera');
    await page.locator('.controls .quiet').click();
    for (const kind of ['document_back', 'facial_photo']) {
      await choose(picture(`${kind}.png`));
      await page.locator('img.shot').waitFor();
      await whole(`preview of ${kind}`);
      await primary.click();
      await page.locator('input[type=file]').waitFor({ state: 'attached' });
    }
    await whole('video');
    await page.locator('.actions .quiet').first().click();
    await page.locator('.documents').waitFor();
    await whole('review');
    await primary.click();
    await page.locator('.mark.pending').waitFor();
    await whole('sent');
    await api(site.worker).decide(id, { status: 'resubmission_requested', reason_code: 'document_unreadable' });
    await page.reload();
    await page.locator('.reason').waitFor();
    await page.evaluate(`document.documentElement.style.fontSize = '${size}'`);
    await whole('resubmission');
  });
});

describe('the heading', () => {
  it('has the focus for a screen reader and no box around it, as it is nothing to operate', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    await supply(site.worker, id, ['document_front', 'facial_photo']);
    await api(site.worker).decide(id, { status: 'pending' });
    await api(site.worker).decide(id, { status: 'resubmission_requested', reason_code: 'photo_unclear' });
    const { page, heading, focused } = await site.open(redirect_url);
    await heading('Something is needed again');
    const outline = () => page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    expect([await focused(), await outline()]).toEqual(['H1', 'none']);
    await page.keyboard.press('Tab');
    expect(await outline()).not.toBe('none');
  });
});
