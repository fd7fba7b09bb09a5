import { describe, expect, it } from 'vitest';
import { api } from '../../support/api.ts';
import { applicantSite, picture, supply } from '../../support/browser/applicant.ts';
import { audit } from '../../support/browser/axe.ts';
import { CONSENT, makeLevel } from '../../support/levels.ts';

const site = applicantSite();

/** A link to a profile whose level asks consent. */
async function asked(fields: Record<string, unknown> = {}, consent: object = CONSENT) {
  const { name } = await makeLevel(site.worker, { consent, optional: ['facial_video'] });
  return api(site.worker).created({ level: name, ...fields });
}

describe('an applicant whose level asks consent', () => {
  it('gives it before the first picture, on an accessible page, and once', async () => {
    const { id, redirect_url } = await asked();
    const { page, press, heading, choose, focused, complaints } = await site.open(redirect_url);
    await page.getByText('You will photograph your passport.').waitFor();
    await press('Begin');
    await heading('Your consent');
    expect(await focused()).toBe('H1');
    await page.getByText(CONSENT.text.en).waitFor();
    expect(await page.getByRole('link', { name: 'Read more about it' }).getAttribute('href')).toBe(CONSENT.url);
    expect(await audit(page)).toEqual([]);
    await press('Continue');
    await page.getByRole('alert').filter({ hasText: 'Tick the box' }).waitFor();
    expect(await focused()).toBe('INPUT');
    expect(await audit(page)).toEqual([]);
    await page.getByRole('checkbox', { name: 'I agree' }).check();
    await press('Continue');
    await heading('Photo page of your passport');
    expect((await api(site.worker).read(id)).consent).toMatchObject({ version: CONSENT.version, locale: 'en' });
    await page.reload();
    await press('Begin');
    await heading('Photo page of your passport');
    await choose(picture());
    await press('Use this one');
    await press('Go on without a video');
    await press('Send for review');
    await heading('Thank you, everything is here');
    expect(complaints).toEqual([]);
  });

  it.each([
    ['the profile’s language, though the page has none', { locale: 'fr-CA' }, 'en-GB', CONSENT, 'fr', 'Your consent'],
    ['the page’s language', {}, 'vi', CONSENT, 'vi', 'Sự đồng ý của bạn'],
    ['English', {}, 'es', CONSENT, 'en', 'Tu consentimiento'],
    ['the first there is', {}, 'en-GB', { ...CONSENT, text: { de: 'Ich stimme zu.' } }, 'de', 'Your consent'],
  ])('reads the text in %s', async (_, fields, locale, consent, shown, title) => {
    const { id, redirect_url } = await asked(fields, consent);
    const { page, heading } = await site.open(redirect_url, { locale });
    await page.locator('main .primary:enabled').click();
    await heading(title);
    const text = page.locator('.consent');
    expect([await text.getAttribute('lang'), await text.textContent()]).toEqual([
      shown,
      (consent.text as Record<string, string>)[shown],
    ]);
    await page.getByRole('checkbox').check();
    await page.locator('main .primary').click();
    await page.locator('input[type=file]').waitFor({ state: 'attached' });
    expect((await api(site.worker).read(id)).consent?.locale).toBe(shown);
  });

  it('is asked again after a move to a level that asks another one, and told when the connection is lost', async () => {
    const { id, redirect_url } = await asked();
    await supply(site.worker, id, ['document_front']);
    const { page, press, heading } = await site.open(redirect_url);
    await press('Continue');
    await heading('Your consent');
    const other = await makeLevel(site.worker, { consent: { ...CONSENT, version: 'other', text: { en: 'Other.' } } });
    await api(site.worker).patch(`/api/profiles/${id}`, { level: other.name });
    await page.getByRole('checkbox').check();
    await page.route('**/consent', (route) => route.abort(), { times: 1 });
    await press('Continue');
    await page.getByRole('alert').filter({ hasText: 'It could not be sent' }).waitFor();
    await press('Continue');
    await heading('Verify your identity');
    await press('Continue');
    await page.getByText('Other.').waitFor();
    await page.getByRole('checkbox').check();
    await press('Continue');
    await press('Send for review');
    await heading('Thank you, everything is here');
  });
});

describe('what the level makes optional', () => {
  it('can be added at the end, and is nothing that the way stops at, but for the video', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    await supply(site.worker, id, ['document_front', 'facial_photo']);
    const { page, press, heading, choose } = await site.open(redirect_url);
    await press('Continue');
    await heading('A short video of your face');
    await page.getByText('Optional. Up to ten seconds').waitFor();
    await press('Go on without a video');
    await press('Add: Address');
    await heading('Proof of your address');
    await choose(picture());
    await press('Use this one');
    await page.getByRole('button', { name: 'Replace: Address' }).waitFor();
    await press('Send for review');
    await heading('Thank you, everything is here');
    expect((await api(site.worker).read(id)).documents.proof_of_address?.version).toBe(1);
  });

  it('is neither asked nor named where the level has nothing optional', async () => {
    const { name } = await makeLevel(site.worker, { required: { passport: ['document_front', 'facial_video'] } });
    const { id, redirect_url } = await api(site.worker).created({ level: name });
    await supply(site.worker, id, ['document_front']);
    const { page, press, heading } = await site.open(redirect_url);
    await press('Continue');
    await heading('A short video of your face');
    expect(await page.getByText('Optional').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Go on without a video' }).count()).toBe(0);
    expect(await page.locator('#steps').textContent()).not.toContain('Address');
  });
});
