import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { api } from '../../support/api.ts';
import { movie } from '../../support/browser/applicant.ts';
import { audit } from '../../support/browser/axe.ts';
import { DashboardSite } from '../../support/browser/dashboard-site.ts';

const site = new DashboardSite();

const boxOf = async (page: Page, selector: string) => {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`Nothing is shown for ${selector}`);
  return box;
};

describe('a profile’s page', { timeout: 120_000 }, () => {
  it('shows at 1440 × 900 the decision’s button without scrolling, and a card’s front beside the face', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`field_${index}`, 'x'.repeat(60)]));
    const everything = { metadata, email: 'a@example.com', phone: '+15555550100', external_id: `x-${Date.now()}` };
    const applicant = await site.enrolled('Above The Fold', everything);
    await site.supply(applicant.headers);
    await site.submit(applicant.headers);
    const page = await site.openQueue(site.anna);
    await site.openProfile(page, applicant.id);
    const button = await boxOf(page, '[data-decide]');
    expect(button.y + button.height).toBeLessThanOrEqual(900);
    const front = await boxOf(page, '[data-sheet=document_front]');
    const face = await boxOf(page, '[data-sheet=facial_photo]');
    expect([face.y, face.x > front.x]).toEqual([front.y, true]);
  });

  it('keeps a partner’s metadata apart, as the partner’s own words', async () => {
    const { id } = await site.enrolled('With Metadata', { metadata: { 'Sanctions screening': 'Clear' } });
    const page = await site.openQueue(site.anna);
    await site.openProfile(page, id);
    expect(await page.locator('#declared').textContent()).not.toContain('Sanctions');
    const metadata = page.getByRole('region', { name: 'From acme' });
    expect(await metadata.textContent()).toMatch(
      /partner’s own words.*Nothing here was checked.*Sanctions screeningClear/,
    );
    expect(await audit(page)).toEqual([]);
    const { id: plain } = await site.enrolled('Without Metadata');
    await site.openProfile(page, plain);
    expect(await page.locator('#metadata').count()).toBe(0);
  });

  it('says when the browser cannot play a video, and always offers it as a file', async () => {
    const applicant = await site.enrolled('Unplayable');
    const { buffer } = movie('me.mov', 'qt  ');
    await api(site.worker).upload(applicant.id, 'facial_video', new Uint8Array(buffer), {
      'content-type': 'video/quicktime',
    });
    const page = await site.openQueue(site.anna);
    await site.openProfile(page, applicant.id);
    await page.getByText('This browser cannot play it').waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download Face video' }).click();
    expect((await download).url()).toContain('/documents/facial_video');
    expect(await audit(page)).toEqual([]);
    const playable = await site.enrolled('Playable');
    await site.supply(playable.headers);
    await site.openProfile(page, playable.id);
    await expect.poll(() => page.evaluate("document.querySelector('video').videoWidth")).toBeGreaterThan(0);
    expect(await page.getByText('This browser cannot play it').isVisible()).toBe(false);
    expect(await page.getByRole('link', { name: 'Download Face video' }).isVisible()).toBe(true);
  });

  it('is where the address of each of its forms leads, and a refused one leads back', async () => {
    const { id } = await site.enrolled('Form Addresses');
    const page = await site.openQueue(site.anna);
    const path = `${site.worker.origin}/dashboard/profiles/${id}`;
    for (const form of ['decision', 'notes', 'checks', 'claim', 'release']) {
      await page.goto(`${path}/${form}`);
      expect(page.url()).toBe(path);
    }
    for (const form of ['next', 'logout']) {
      await page.goto(`${site.worker.origin}/dashboard/${form}`);
      expect(page.url()).toBe(`${site.worker.origin}/dashboard`);
    }
    await site.openProfile(page, id);
    await page.evaluate("for (const field of document.querySelectorAll('[name=csrf]')) field.value = 'old'");
    await page.getByLabel('Approve').check();
    await page.getByRole('button', { name: 'Record decision' }).click();
    await page.getByText('The page is out of date').waitFor();
    await page.getByRole('link', { name: 'Back to the profile' }).click();
    expect(page.url()).toBe(path);
  });
});

describe('the queue', { timeout: 120_000 }, () => {
  it.each([
    ['/dashboard?q=nguyen', ['q']],
    ['/dashboard?status=nonsense&page=many', ['status', 'page']],
    ['/dashboard?partner=Not%20A%20Slug', ['partner']],
    ['/dashboard/metrics?days=5&from=2026-01-01', ['days', 'from']],
  ])('says which part of the address it does not follow: %s', async (path, names) => {
    const page = await site.openQueue(site.anna);
    await page.goto(site.worker.origin + path);
    const notice = page.getByRole('status').filter({ hasText: 'cannot filter by' });
    for (const name of names) expect(await notice.textContent()).toContain(`“${name}”`);
    expect(await notice.textContent()).not.toMatch(/nguyen|nonsense/);
    expect(await audit(page)).toEqual([]);
    await page.goto(`${site.worker.origin}/dashboard?status=pending&partner=&page=1`);
    expect(await page.getByText('cannot filter by').count()).toBe(0);
  });

  it('gives a name of 120 letters no more room than any other', async () => {
    const page = await site.openQueue(site.anna);
    const add = async (name: string) => {
      const { id } = await site.enrolled(name);
      expect((await api(site.worker).decide(id, { status: 'in_review' })).status).toBe(201);
    };
    /** Of each row, where its third column begins, and its height. */
    const layout = async (width: number) => {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${site.worker.origin}/dashboard?status=in_review`);
      expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(width);
      return page.evaluate<[number, number][]>(
        "[...document.querySelectorAll('.rows tbody tr')].map((row) => [row.children[2].offsetLeft, row.offsetHeight])",
      );
    };
    const widths = [1440, 1024, 800, 360];
    await add('An Ordinary Name');
    const before = [];
    for (const width of widths) before.push((await layout(width))[0]);
    for (const name of ['W'.repeat(120), 'Wilhelmina '.repeat(10).trim()]) await add(name);
    for (const [index, width] of widths.entries()) {
      const [ordinary, ...long] = await layout(width);
      expect([width, ordinary]).toEqual([width, before[index]]);
      expect(long.length).toBe(2);
      for (const [, height] of long) expect(height - (ordinary?.[1] ?? 0)).toBeLessThan(30);
    }
  });
});
