import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { api } from '../../support/api.ts';
import { audit } from '../../support/browser/axe.ts';
import { DashboardSite, PATIENT, PROMPT, row } from '../../support/browser/dashboard-site.ts';

const site = new DashboardSite();

/** The page with its stream at hand, so that a test can let it say more than a queue would. */
async function openListening(page: Page, path: string): Promise<void> {
  await page.addInitScript(
    'window.EventSource = class extends EventSource { constructor(url) { super(url); window.stream = this; } }',
  );
  await page.goto(site.worker.origin + path);
  await page.locator('[data-state=live]').waitFor();
}

/** Twenty changes a second, on top of the real ones. */
const flood = (page: Page, id: string) =>
  page.evaluate(
    `setInterval(() => stream.dispatchEvent(new MessageEvent('change', { data: '{"id":"${id}"}' })), 50); undefined`,
  );

/** When the page read itself anew, in milliseconds. */
const readings = (page: Page) =>
  page.evaluate<number[]>(
    "performance.getEntriesByType('resource').filter((one) => one.initiatorType === 'fetch').map((one) => one.startTime)",
  );

describe('the live page', { timeout: 120_000 }, () => {
  it('shows what is new although changes never pause, and reads itself at most once a second', async () => {
    const page = await site.openQueue(site.anna);
    await openListening(page, '/dashboard');
    await flood(page, 'aaaaaaaaaaaaaaa');
    const { id } = await site.enrolled('Amid Changes');
    await api(site.worker).decide(id, { status: 'pending' });
    await row(page, 'Amid Changes').waitFor(PROMPT);
    await expect.poll(async () => (await readings(page)).length, PATIENT).toBeGreaterThan(3);
    const times = await readings(page);
    expect(Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toBeGreaterThan(950);

    await openListening(page, `/dashboard/profiles/${id}`);
    await expect.poll(async () => (await readings(page)).length, PATIENT).toBe(1);
    await flood(page, 'aaaaaaaaaaaaaaa');
    await api(site.worker).decide(id, { status: 'approved' });
    await page.locator('#heading').getByText('Approved').waitFor(PROMPT);
    expect((await readings(page)).length).toBeLessThan(4);
  });

  it('does not call itself live while it cannot be read, and tries until it can', async () => {
    const page = await site.openQueue(site.anna);
    let fault = 503;
    await page.route('**/dashboard', (route) => {
      if (!fault || !route.request().headers()['x-live']) return route.continue();
      return fault === 503 ? route.fulfill({ status: fault }) : route.abort();
    });
    const { id } = await site.enrolled('Read Late');
    await api(site.worker).decide(id, { status: 'pending' });
    await page.locator('[data-state=lost]').getByText('Reconnecting').waitFor();
    fault = 1;
    await page.waitForRequest((request) => 'x-live' in request.headers());
    expect(await page.locator('[data-state=lost]').count()).toBe(1);
    fault = 0;
    await row(page, 'Read Late').waitFor(PATIENT);
    await page.locator('[data-state=live]').waitFor();
  });

  it('listens again each time it comes back from the back/forward cache', async () => {
    const page = await site.openQueue(site.anna);
    const pass = (type: string) =>
      page.evaluate(`dispatchEvent(new PageTransitionEvent('${type}', { persisted: true }))`);
    for (const name of ['Cached Once', 'Cached Twice']) {
      await pass('pagehide');
      await page.locator('[data-state=lost]').waitFor();
      const { id } = await site.enrolled(name);
      await api(site.worker).decide(id, { status: 'pending' });
      await pass('pageshow');
      await page.locator('[data-state=live]').waitFor();
      await row(page, name).waitFor(PROMPT);
    }
  });

  it('says when no answer came to a note, keeps every word, and does not send it twice', async () => {
    const { id } = await site.enrolled('Noted Once');
    const page = await site.openQueue(site.anna);
    await page.goto(`${site.worker.origin}/dashboard/profiles/${id}`);
    let posts = 0;
    let isStored = false;
    await page.route('**/notes', async (route) => {
      posts += 1;
      if (isStored) await route.fetch({ maxRedirects: 0 });
      return isStored ? route.fulfill({ status: 503 }) : route.abort();
    });
    await page.getByLabel('Private note').fill('Half a thought');
    for (const expected of [1, 2]) {
      await page.getByLabel('Add a note').fill('Written once');
      await page.getByRole('button', { name: 'Add note' }).click();
      await page.locator('#notes').getByRole('alert').getByText('No answer came').waitFor();
      expect(posts).toBe(expected);
      isStored = true;
    }
    await page.locator('.note-list').getByText('Written once').waitFor();
    expect(await page.getByLabel('Add a note').inputValue()).toBe('Written once');
    expect(await page.getByLabel('Private note').inputValue()).toBe('Half a thought');
    expect(await audit(page)).toEqual([]);
    expect(await page.locator('.note-list').getByText('Written once').count()).toBe(1);
    await page.unroute('**/notes');
    await page.getByLabel('Add a note').fill('Written later');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.locator('.note-list').getByText('Written later').waitFor();
    expect(await page.locator('#notes').getByRole('alert').count()).toBe(0);
  });

  it('warns of what another does while one writes, until that is undone, and never of what one does', async () => {
    const { id } = await site.enrolled('Claimed Amid');
    const [first, second] = [await site.openQueue(site.anna), await site.openQueue(site.ben)];
    for (const page of [first, second]) {
      await site.openProfile(page, id);
      await page.getByLabel('Private note').fill('Half a thought');
    }
    await first.getByRole('button', { name: 'Claim' }).click();
    await first.locator('.claim-bar.own').waitFor();
    const warning = 'This profile has changed while you were writing';
    await second.getByText(warning).waitFor(PROMPT);
    expect(await first.getByText(warning).isVisible()).toBe(false);
    await first.getByRole('button', { name: 'Release' }).click();
    await second.getByText(warning).waitFor({ state: 'hidden', ...PROMPT });
    expect(await second.getByLabel('Private note').inputValue()).toBe('Half a thought');
  });

  it('reports what a reviewer last did, though it was soon after the last report', async () => {
    const page = await site.openQueue(site.anna);
    await page.clock.install();
    await page.goto(`${site.worker.origin}/dashboard`);
    let reports = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/dashboard/session')) reports += 1;
    });
    for (const key of ['Shift', 'Control', 'Shift']) await page.keyboard.press(key);
    expect(reports).toBe(0);
    await page.clock.runFor(60_000);
    await expect.poll(() => reports).toBe(1);
    await page.clock.runFor(600_000);
    expect(reports).toBe(1);
  });

  it('works in a browser that stores nothing', async () => {
    const page = await site.openQueue(site.anna);
    await page.addInitScript(
      "Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked'); } })",
    );
    await page.goto(`${site.worker.origin}/dashboard`);
    await page.locator('[data-state=live]').waitFor();
    await page.keyboard.press('?');
    await page.getByLabel('Use single-key shortcuts').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
  });
});
