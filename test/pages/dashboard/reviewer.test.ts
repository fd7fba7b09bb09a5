import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { connect, decide, enrol } from '../../hooks/support/client.ts';
import { api } from '../../support/api.ts';
import { DashboardSite, PATIENT, row } from '../../support/browser/dashboard-site.ts';

const site = new DashboardSite();

describe('a reviewer', { timeout: 120_000 }, () => {
  it('logs in, looks at the documents, plays the video from its middle and approves', async () => {
    const applicant = await site.enrolled('Whole Story');
    await site.supply(applicant.headers);
    await site.submit(applicant.headers);
    const page = await site.openQueue(site.anna);
    await row(page, 'Whole Story').getByRole('link').click();
    await page.locator('[data-state=live]').waitFor();
    const widths = "[...document.querySelectorAll('[data-picture]')].map((picture) => picture.naturalWidth)";
    await expect.poll(() => page.evaluate(widths), PATIENT).toEqual([1280, 900, 1280]);

    await page.keyboard.press('1');
    for (const key of ['+', '+', 't']) await page.keyboard.press(key);
    const sheet = page.locator('[data-sheet=document_front]');
    expect(await sheet.locator('[data-zoom]').textContent()).toBe('196 %');
    expect(await sheet.locator('[data-picture]').getAttribute('style')).toContain('rotate(90deg)');

    const video = "document.querySelector('video')";
    await expect.poll(() => page.evaluate(`${video}.duration`), PATIENT).toBeGreaterThan(1);
    await page.evaluate(`${video}.currentTime = ${video}.duration / 2`);
    await expect.poll(() => page.evaluate(`!${video}.seeking && ${video}.readyState > 1`), PATIENT).toBe(true);
    expect(await page.evaluate(`${video}.currentTime`)).toBeGreaterThan(0.5);
    const part = await page.evaluate(
      `fetch(${video}.src, { headers: { range: 'bytes=100-199' } }).then((r) => [r.status, r.headers.get('content-length')])`,
    );
    expect(part).toEqual([206, '100']);

    await page.getByLabel('Add a note').fill('Compared by hand');
    await page.keyboard.press('Control+Enter');
    await page.locator('.note-list').getByText('Compared by hand').waitFor();
    expect(await sheet.locator('[data-zoom]').textContent()).toBe('196 %');
    await page.locator('body').click({ position: { x: 5, y: 400 } });
    await page.keyboard.press('a');
    expect(await page.getByLabel('Approve').isChecked()).toBe(true);
    await page.keyboard.press('Control+Enter');
    await page.getByText('The decision is recorded.').waitFor();
    const profile = await api(site.worker).read(applicant.id);
    expect(profile.latest_status).toMatchObject({ to: 'approved', actor_type: 'reviewer', actor_id: site.anna.id });

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Password').waitFor();
    await page.goto(`${site.worker.origin}/dashboard/profiles/${applicant.id}`);
    await page.getByLabel('Password').waitFor();
  });

  it('sees on a phone which of the tabs is open', async () => {
    const page = await site.openQueue(site.anna, { viewport: { width: 360, height: 740 } });
    await page.goto(`${site.worker.origin}/dashboard?status=canceled`);
    await page.locator('[data-state=live]').waitFor();
    const { x, width } = (await page.locator('.tabs [aria-current]').boundingBox()) ?? { x: -1, width: 0 };
    expect([x >= 0, x + width <= 360]).toEqual([true, true]);
  });

  it('works by keyboard, and can switch single keys off', async () => {
    const page = await site.openQueue(site.anna);
    await site.enrolled('Some Row').then(({ id }) => api(site.worker).decide(id, { status: 'pending' }));
    await row(page, 'Some Row').waitFor();
    await page.keyboard.press('j');
    expect(await page.evaluate('document.activeElement.hasAttribute("data-row")')).toBe(true);
    await page.keyboard.press('?');
    await page.getByLabel('Use single-key shortcuts').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('m');
    expect(page.url()).toBe(`${site.worker.origin}/dashboard`);
    await page.getByRole('button', { name: 'Shortcuts' }).click();
    await page.getByLabel('Use single-key shortcuts').check();
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('m');
    await page.getByRole('heading', { name: 'Decisions per day' }).waitFor();
  });

  it('opens the next profile by one key, and has claimed it', async () => {
    const { service } = await connect(site.pocketbase);
    const partner = `keys-${randomUUID().slice(0, 8)}`;
    const id = await enrol(service, { partner, full_name: 'Next In Line' });
    await decide(service, id, 'pending');
    const page = await site.openQueue(site.anna);
    await page.goto(`${site.worker.origin}/dashboard?partner=${partner}`);
    await page.locator('[data-state=live]').waitFor();
    await page.keyboard.press('.');
    await page.getByRole('heading', { name: 'Next In Line' }).waitFor();
    await page.locator('.claim-bar.own').waitFor();
  });
});
