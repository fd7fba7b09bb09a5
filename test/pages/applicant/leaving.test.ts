import { describe, expect, it } from 'vitest';
import { api } from '../../support/api.ts';
import { applicantSite, picture, supply } from '../../support/browser/applicant.ts';
import { audit } from '../../support/browser/axe.ts';

const site = applicantSite();

describe('Back', () => {
  it('asks before it leaves, and then does either', async () => {
    const { redirect_url } = await api(site.worker).created();
    const { page, press, heading, choose } = await site.open('about:blank');
    await page.goto(redirect_url ?? '');
    await press('Begin');
    await heading('Photo page of your passport');
    await page.goBack();
    await page.getByRole('dialog', { name: 'Leave this page?' }).waitFor();
    expect(await audit(page)).toEqual([]);
    await press('Stay here');
    await choose(picture());
    await heading('Is everything readable?');
    await page.goBack();
    await press('Stay here');
    await heading('Is everything readable?');
    await page.goBack();
    await press('Leave');
    await page.waitForURL('about:blank');
  });

  it('from the camera leads to the step before', async () => {
    const { redirect_url } = await api(site.worker).created();
    const { page, press, heading } = await site.open(redirect_url);
    await press('Begin');
    await press('Use the camera');
    await page.locator('.shutter:enabled').waitFor();
    await page.goBack();
    await heading('Photo page of your passport');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('asks nothing where nothing is lost: at the first screen, and once all is sent', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    await supply(site.worker, id, ['document_front', 'facial_photo']);
    const { page, press, heading } = await site.open('about:blank');
    await page.goto(redirect_url ?? '');
    await page.getByRole('button', { name: 'Continue' }).waitFor();
    await page.goBack();
    await page.waitForURL('about:blank');
    await page.goto(redirect_url ?? '');
    await press('Continue');
    await press('Go on without a video');
    await press('Send for review');
    await heading('Thank you');
    await page.goBack();
    await page.waitForURL('about:blank');
  });

  it('is not the only way out: closing with an unsent picture asks too', async () => {
    const { redirect_url } = await api(site.worker).created();
    const { page, press, heading, choose } = await site.open(redirect_url);
    await press('Begin');
    await choose(picture());
    await heading('Is everything readable?');
    const dialog = page.waitForEvent('dialog');
    const leaving = page.goto('about:blank').catch(() => {});
    expect((await dialog).type()).toBe('beforeunload');
    await (await dialog).accept();
    await leaving;
  });
});

describe('a second tab', () => {
  it('does not go on after the first has sent', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    await supply(site.worker, id, ['document_front', 'facial_photo']);
    const { page, press, heading } = await site.open(redirect_url);
    await press('Continue');
    const second = await page.context().newPage();
    await second.goto(redirect_url ?? '');
    await second.getByRole('button', { name: 'Continue' }).click();
    await second.getByRole('button', { name: 'Go on without a video' }).click();
    await second.getByRole('button', { name: 'Replace: Face photo' }).click();
    await press('Go on without a video');
    await press('Send for review');
    await heading('Thank you');
    await second.getByRole('heading', { level: 1, name: 'Thank you' }).waitFor();
  });

  it('on another device learns it when it is looked at again', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    const { page, press, heading } = await site.open(redirect_url);
    await press('Begin');
    await heading('Photo page of your passport');
    await api(site.worker).decide(id, { status: 'in_review' });
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await heading('Your documents are being checked');
  });
});

describe('the review', () => {
  it('shows small what was taken in this tab, after a reload too, and keeps none of it once sent', async () => {
    const { id, redirect_url } = await api(site.worker).created({ document_type: 'id_card' });
    await supply(site.worker, id, ['document_front']);
    const { page, press, heading, choose, photograph } = await site.open(redirect_url);
    await press('Continue');
    await heading('Back of your identity card');
    await choose(picture());
    await press('Use this one');
    await heading('A photo of your face');
    await photograph();
    await press('Go on without a video');
    await heading('Ready to send');
    for (const step of ['taken', 'reloaded']) {
      const sides =
        "[...document.querySelectorAll('.thumb')].map((image) => Math.max(image.naturalWidth, image.naturalHeight))";
      await expect.poll(async () => [step, await page.evaluate(sides)]).toEqual([step, [160, 160]]);
      expect(await page.locator('.documents li').count()).toBe(5);
      if (step === 'reloaded') break;
      expect(await audit(page)).toEqual([]);
      await page.reload();
      await press('Continue');
      await heading('Ready to send');
    }
    await press('Send for review');
    await heading('Thank you');
    expect(await page.evaluate('Object.keys(sessionStorage).filter((key) => key.includes("thumbnail"))')).toEqual([]);
  });
});
