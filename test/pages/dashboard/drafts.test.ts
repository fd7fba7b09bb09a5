import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { api } from '../../support/api.ts';
import { audit } from '../../support/browser/axe.ts';
import { DashboardSite } from '../../support/browser/dashboard-site.ts';

const site = new DashboardSite();
const WORDS = { 'Private note': 'Half a thought', 'Applicant and partner': 'Please send', 'Add a note': 'Ask Ben' };

async function write(page: Page): Promise<void> {
  for (const [label, words] of Object.entries(WORDS)) await page.getByLabel(label).fill(words);
}

async function written(page: Page): Promise<Record<string, string>> {
  const words = Object.keys(WORDS).map(async (label) => [label, await page.getByLabel(label).inputValue()]);
  return Object.fromEntries(await Promise.all(words));
}

const NOTHING = { 'Private note': '', 'Applicant and partner': '', 'Add a note': '' };

/** A profile opened by Anna, with words half-written. */
async function begun(name: string) {
  const { id } = await site.enrolled(name);
  const page = await site.openQueue(site.anna);
  await site.openProfile(page, id);
  await write(page);
  return { id, page };
}

async function logIn(page: Page): Promise<void> {
  await page.getByLabel('Email').fill(site.anna.email);
  await page.getByLabel('Password').fill(site.anna.password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

describe('what a reviewer has written', { timeout: 120_000 }, () => {
  it('is there again after leaving and after a reload, and only for that reviewer and profile', async () => {
    const { id, page } = await begun('Left And Back');
    await page.reload();
    expect(await written(page)).toEqual(WORDS);
    expect(await page.getByText('What you wrote before is back').first().isVisible()).toBe(true);
    expect(await audit(page)).toEqual([]);
    await page.getByRole('link', { name: 'Queue' }).first().click();
    await page.locator('#queue').waitFor();
    const other = await site.enrolled('Somebody Else');
    await site.openProfile(page, other.id);
    expect(await written(page)).toEqual(NOTHING);
    await site.openProfile(page, id);
    expect(await written(page)).toEqual(WORDS);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Email').fill(site.ben.email);
    await page.getByLabel('Password').fill(site.ben.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('[data-state=live]').waitFor();
    await site.openProfile(page, id);
    expect(await written(page)).toEqual(NOTHING);
  });

  it('is there after the session has ended, by itself or under a form, whose page leads to the login and back', async () => {
    const { id, page } = await begun('Session Over');
    await page.getByLabel('Approve').check();
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Record decision' }).click();
    await page.getByRole('link', { name: 'Log in' }).click();
    await logIn(page);
    await page.waitForURL(`**/profiles/${id}`);
    expect(await written(page)).toEqual(WORDS);
    expect(await page.getByLabel('Approve').isChecked()).toBe(true);
    await page.context().clearCookies();
    // The page hears of the change, may not read itself again, and leads to the login.
    await api(site.worker).decide(id, { status: 'in_review' });
    await logIn(page);
    await page.waitForURL(`**/profiles/${id}`);
    expect(await written(page)).toEqual(WORDS);
  });

  it('is there after a refused decision, whose address loads as the profile’s page', async () => {
    const { id, page } = await begun('Refused');
    await page.getByLabel('Reject').check();
    await page.getByRole('button', { name: 'Record decision' }).click();
    await page.getByText('Choose a reason').waitFor();
    expect(await written(page)).toEqual(WORDS);
    await page.goto(page.url());
    expect(page.url()).toBe(`${site.worker.origin}/dashboard/profiles/${id}`);
    expect(await written(page)).toEqual(WORDS);
    await api(site.worker).decide(id, { status: 'in_review' });
    await page.reload();
    expect(await written(page)).toEqual(WORDS);
    // The choice was made on another status.
    expect(await page.getByLabel('Reject').isChecked()).toBe(false);
  });

  it('is in another tab too, goes from both when sent, and a tab without words takes none away', async () => {
    const { id, page } = await begun('Two Tabs');
    const other = await page.context().newPage();
    await site.openProfile(other, id);
    expect(await written(other)).toEqual(WORDS);
    await page.getByLabel('Private note').fill('A whole thought');
    await expect.poll(() => other.getByLabel('Private note').inputValue()).toBe('A whole thought');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.locator('.note-list').getByText('Ask Ben').waitFor();
    await expect.poll(() => other.getByLabel('Add a note').inputValue()).toBe('');
    await page.getByLabel('Approve').check();
    await page.getByRole('button', { name: 'Record decision' }).click();
    await page.getByText('The decision is recorded.').waitFor();
    expect(await written(page)).toEqual(NOTHING);
    await expect.poll(() => written(other)).toEqual(NOTHING);
    await page.getByLabel('Private note').fill('The next thought');
    await page.reload();
    expect(await page.getByLabel('Private note').inputValue()).toBe('The next thought');
  });

  it('is asked about before it is lost, where the browser stores nothing', async () => {
    const { id } = await site.enrolled('Nothing Stored');
    const page = await site.openQueue(site.anna);
    await page.addInitScript(
      "Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked'); } })",
    );
    await site.openProfile(page, id);
    await page.getByLabel('Private note').pressSequentially('Half');
    const asked = page.waitForEvent('dialog');
    const leaving = page.goto(`${site.worker.origin}/dashboard`).catch(() => {});
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.accept();
    await leaving;
  });
});
