import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { api } from '../../support/api.ts';
import { applicantSite, supply } from '../../support/browser/applicant.ts';
import { audit } from '../../support/browser/axe.ts';
import { portraitCamera } from '../../support/browser/camera.ts';

const site = applicantSite();

const PHONES = [
  [360, 560],
  [360, 640],
  [390, 664],
  [844, 390],
] as const;
const STREAMS = [
  [3024, 4032],
  [1080, 1920],
] as const;

/** What of the page lies outside of the window, and whether the page scrolls. */
async function outside(page: Page, ...selectors: string[]): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const found = [];
    const { scrollWidth, scrollHeight } = document.documentElement;
    if (scrollWidth > innerWidth) found.push('scrolls sideways');
    if (document.querySelector('.full') && scrollHeight > innerHeight) found.push('scrolls');
    for (const selector of ${JSON.stringify(selectors)}) {
      const element = document.querySelector(selector);
      const { top, left, bottom, right } = element.getBoundingClientRect();
      const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      if (!seen?.closest(selector)) found.push(selector + ' is covered');
      const isWithin = top >= 0 && left >= 0 && bottom <= innerHeight + 0.5 && right <= innerWidth + 0.5;
      if (!isWithin || bottom === top)
        found.push(selector + ' ' + [top, left, bottom, right].map(Math.round));
    }
    return found;
  })()`);
}

describe('a phone held upright or turned', () => {
  it.each(['en', 'es', 'vi'])(
    'shows the shutter on the picture and each main button in the window, in %s',
    async (locale) => {
      for (const [width, height] of STREAMS) {
        const { redirect_url } = await api(site.worker).created({ document_type: 'id_card' });
        const { page } = await site.open('about:blank', { locale });
        await portraitCamera(page, width, height);
        await page.goto(redirect_url ?? '');
        const check = async (step: string, ...selectors: string[]) => {
          for (const [across, down] of PHONES) {
            await page.setViewportSize({ width: across, height: down });
            await page.evaluate('scrollTo(0, 0)');
            await expect
              .poll(async () => [step, across, down, ...(await outside(page, ...selectors))])
              .toEqual([step, across, down]);
            if (process.env.SHOTS)
              await page.screenshot({ path: `${process.env.SHOTS}/${locale}-${width}-${step}-${across}x${down}.png` });
          }
        };
        await page.locator('main .primary:enabled').waitFor();
        await check('opening', '.main-action .primary');
        await page.locator('main .primary').click();
        await page.locator('input[type=file]').waitFor({ state: 'attached' });
        await check('ask', '.main-action .primary');
        await page.locator('main .primary').click();
        await page.locator('.shutter:enabled').waitFor();
        await check('camera', '.shutter', '.frame', '.controls .quiet', 'h1', '.hint');
        await page.locator('.shutter').click();
        await page.locator('img.shot').waitFor();
        await check('preview', '.main-action .primary');
        await page.context().close();
      }
    },
  );
});

describe('the camera', () => {
  async function atCamera(lenses = 1) {
    const { redirect_url } = await api(site.worker).created();
    const opened = await site.open('about:blank');
    await portraitCamera(opened.page, 1080, 1920, lenses);
    await opened.page.goto(redirect_url ?? '');
    await opened.press('Begin');
    await opened.press('Use the camera');
    await opened.page.locator('.shutter:enabled').waitFor();
    return opened;
  }

  it('that is taken away leads back, in words, and never gives a frozen frame', async () => {
    const { page, press, heading } = await atCamera();
    await page.evaluate("cameras.last.stop(); cameras.last.dispatchEvent(new Event('ended'))");
    await heading('Photo page of your passport');
    await page.getByRole('alert').filter({ hasText: 'The camera was taken away' }).waitFor();
    await press('Use the camera');
    await press('Take the photo');
    await heading('Is everything readable?');
  });

  it('that is paused, as by a call, takes no photo until it goes on', async () => {
    const { page } = await atCamera();
    await page.evaluate("cameras.last.dispatchEvent(new Event('mute'))");
    await page.locator('main').getByText('The camera is paused').waitFor();
    expect(await page.getByRole('button', { name: 'Take the photo' }).isDisabled()).toBe(true);
    await page.evaluate("cameras.last.dispatchEvent(new Event('unmute'))");
    await page.locator('main').getByText('Fit the document').waitFor();
    expect(await page.getByRole('button', { name: 'Take the photo' }).isEnabled()).toBe(true);
  });

  it('that is paused while it records gives no half of a video', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    await supply(site.worker, id, ['document_front', 'facial_photo']);
    const { page, press } = await site.open('about:blank');
    await portraitCamera(page, 480, 640);
    await page.goto(redirect_url ?? '');
    await press('Continue');
    await press('Record a video');
    await press('Start recording');
    await page.evaluate("cameras.last.dispatchEvent(new Event('mute'))");
    await page.getByRole('alert').filter({ hasText: 'The camera was taken away' }).waitFor();
  });

  it('of several gives way to the next, lights where it can, and is accessible', async () => {
    const { page, press } = await atCamera(3);
    const lens = (index: number) => expect.poll(() => page.evaluate(`cameras.asked[${index}].deviceId?.exact`));
    await press('Other camera');
    await lens(1).toBe('lens-1');
    await page.locator('.shutter:enabled').waitFor();
    await press('Other camera');
    await lens(2).toBe('lens-2');
    await page.locator('.shutter:enabled').waitFor();
    const light = page.getByRole('button', { name: 'Light' });
    for (const isOn of [true, false]) {
      await light.click();
      await expect.poll(() => light.getAttribute('aria-pressed')).toBe(String(isOn));
      expect(await page.evaluate('cameras.torch')).toBe(isOn);
    }
    expect(await audit(page)).toEqual([]);
  });

  it('that is the only one, without a light, has no buttons for either', async () => {
    const { page } = await atCamera();
    expect(await page.getByRole('button', { name: 'Other camera' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Light' }).count()).toBe(0);
  });
});
