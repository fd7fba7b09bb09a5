import { describe, expect, it } from 'vitest';
import { api } from '../../support/api.ts';
import { applicantSite, movie, picture, supply } from '../../support/browser/applicant.ts';
import { audit } from '../../support/browser/axe.ts';

const site = applicantSite();

describe('a lost connection', () => {
  it('is survived by an upload: by itself, or at once when asked to', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    const { page, press, heading, choose } = await site.open(redirect_url);
    let cuts = 2;
    await page.route('**/api/applicant/documents/*', (route) => {
      cuts -= 1;
      return cuts >= 0 ? route.abort('connectionreset') : route.continue();
    });
    await press('Begin');
    await choose(picture());
    await press('Use this one');
    await page.getByRole('alert').filter({ hasText: 'The connection was lost' }).waitFor();
    expect(await page.getByText(/Next try in \d s/).isVisible()).toBe(true);
    expect(await audit(page)).toEqual([]);
    await expect.poll(() => cuts, { timeout: 10_000 }).toBe(0);
    // By itself may come first.
    await Promise.any([press('Try again now'), heading('A photo of your face')]);
    await heading('A photo of your face');
    expect((await api(site.worker).read(id)).documents.document_front?.content_type).toBe('image/jpeg');
  });

  it('at the start is told, and ends by itself', async () => {
    const { redirect_url } = await api(site.worker).created();
    const { page, heading, press } = await site.open('about:blank');
    let isCut = true;
    await page.route('**/api/applicant', (route) => (isCut ? route.abort() : route.continue()));
    await page.goto(redirect_url ?? '');
    await heading('No connection');
    expect(await audit(page)).toEqual([]);
    isCut = false;
    // By itself may come first.
    await Promise.any([press('Try again'), heading('Verify your identity')]);
    await heading('Verify your identity');
  });

  it('during the last step leaves it to be done again', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    await supply(site.worker, id, ['document_front', 'facial_photo']);
    const { page, press, heading } = await site.open(redirect_url);
    await press('Continue');
    await press('Go on without a video');
    await page.route('**/api/applicant/submit', (route) => route.abort(), { times: 1 });
    await press('Send for review');
    await page.getByRole('alert').filter({ hasText: 'could not be sent' }).waitFor();
    await press('Send for review');
    await heading('Thank you');
  });

  it('that is a refusal half-way says what was refused: of a revoked link, of a locked profile', async () => {
    for (const [refuse, title] of [
      [
        (id: string) => api(site.worker).post(`/api/profiles/${id}/link`, { revoke_previous: true }),
        'This link is not valid',
      ],
      [(id: string) => api(site.worker).decide(id, { status: 'approved' }), 'You are verified'],
    ] as const) {
      const { id, redirect_url } = await api(site.worker).created();
      await supply(site.worker, id, ['document_front', 'facial_photo']);
      const { page, press, heading, choose } = await site.open(redirect_url);
      const alerts: string[] = [];
      await page.exposeFunction('tell', (text: string) => alerts.push(text));
      await page.evaluate(
        "new MutationObserver(() => tell(document.querySelector('[role=alert]')?.textContent)).observe(document.body, { childList: true, subtree: true })",
      );
      // As an edge cuts a connection whose upload it has refused before its end.
      await page.route('**/api/applicant/documents/*', (route) => route.abort('connectionreset'));
      await press('Continue');
      await choose(movie('long.mp4', 'isom'));
      await refuse(id);
      await press('Use this one');
      await heading(title);
      expect(alerts.join()).not.toContain('connection was lost');
    }
  });
});
