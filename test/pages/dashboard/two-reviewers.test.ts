import { describe, expect, it } from 'vitest';
import { api } from '../../support/api.ts';
import { DashboardSite, PROMPT, row } from '../../support/browser/dashboard-site.ts';

const site = new DashboardSite();

describe('two reviewers', { timeout: 120_000 }, () => {
  it('see at once what an applicant submits and what the other one takes, without a reload', async () => {
    const [first, second] = [await site.openQueue(site.anna), await site.openQueue(site.ben)];
    for (const page of [first, second]) await page.evaluate('window.isSamePage = true');
    const applicant = await site.enrolled('Submitted Now');
    await site.supply(applicant.headers);
    await site.submit(applicant.headers);
    await Promise.all([first, second].map((page) => row(page, 'Submitted Now').waitFor(PROMPT)));

    for (const page of [first, second]) expect(await page.evaluate('window.isSamePage')).toBe(true);
    await row(first, 'Submitted Now').getByRole('link').click();
    await first.locator('[data-state=live]').waitFor();
    await first.keyboard.press('c');
    await row(second, 'Submitted Now').getByText('Anna').waitFor(PROMPT);
    await first.locator('.claim-bar.own').waitFor(PROMPT);

    await row(second, 'Submitted Now').getByRole('link').click();
    await second.getByText('Anna has claimed this profile').waitFor();
    expect(await second.getByRole('button', { name: 'Record decision' }).isDisabled()).toBe(true);
    await second.locator('[data-state=live]').waitFor();
    await first.keyboard.press('c');
    await second.getByRole('button', { name: 'Claim for 10 minutes' }).waitFor(PROMPT);
    expect(await second.getByRole('button', { name: 'Record decision' }).isEnabled()).toBe(true);
  });

  it('never lose what one has written when the other decides', async () => {
    const { id } = await site.enrolled('Decided Twice');
    const [first, second] = [await site.openQueue(site.anna), await site.openQueue(site.ben)];
    for (const page of [first, second]) {
      await site.openProfile(page, id);
    }
    await second.getByLabel('Private note').fill('Half a thought');
    await first.keyboard.press('r');
    await first.getByLabel('Reason code').selectOption('face_mismatch');
    await first.getByRole('button', { name: 'Record decision' }).click();
    await first.getByText('The decision is recorded.').waitFor();
    await second.locator('#heading').getByText('Rejected').waitFor(PROMPT);
    await second.getByText('This profile has changed while you were writing').waitFor(PROMPT);
    await second.getByLabel('Approve').check();
    await second.getByRole('button', { name: 'Record decision' }).click();
    await second.getByText('Not recorded.').waitFor();
    expect(await second.getByLabel('Private note').inputValue()).toBe('Half a thought');
  });

  it('are told when the stream is cut, and see what they missed once it is back', async () => {
    const page = await site.openQueue(site.anna);
    site.proxy.intercept = (incoming, answer) => {
      if (!incoming.url?.startsWith('/api/edge/changes')) return false;
      // An error of PocketBase's own, which opens no breaker.
      answer.writeHead(500, { 'content-type': 'application/json' }).end('{"status":500,"message":"x","data":{}}');
      return true;
    };
    await page.locator('[data-state=lost]').waitFor();
    const { id } = await site.enrolled('Missed Meanwhile');
    await api(site.worker).decide(id, { status: 'pending' });
    site.proxy.intercept = null;
    await page.locator('[data-state=live]').waitFor({ timeout: 20_000 });
    await row(page, 'Missed Meanwhile').waitFor(PROMPT);
  });
});
