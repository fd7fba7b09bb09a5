import { describe, expect, it } from 'vitest';
import { api } from '../../support/api.ts';
import { applicantSite, picture, supply } from '../../support/browser/applicant.ts';
import { audit } from '../../support/browser/axe.ts';

const site = applicantSite();

/** Uploaded by the applicant and looked at by a reviewer, who wants something again. */
async function resubmission(body: Record<string, unknown>) {
  const profile = await api(site.worker).created({ document_type: 'id_card' });
  await supply(site.worker, profile.id, ['document_front', 'document_back', 'facial_photo']);
  await api(site.worker).decide(profile.id, { status: 'pending' });
  await api(site.worker).decide(profile.id, { status: 'resubmission_requested', ...body });
  return profile;
}

describe('a resubmission', () => {
  it('shows the public reason and asks for just that', async () => {
    const { id, redirect_url } = await resubmission({
      reason_code: 'photo_unclear',
      reason: 'The photo is too dark.',
      note: 'private',
    });
    const { page, press, heading, photograph } = await site.open(redirect_url);
    await heading('Something is needed again');
    await page.getByText('The photo is too dark.').waitFor();
    expect(await page.locator('main .tips').textContent()).toBe('Face photo');
    expect(await audit(page)).toEqual([]);
    await press('Continue');
    await heading('A photo of your face');
    await photograph();
    await heading('Ready to send');
    await page.reload();
    await heading('Ready to send');
    expect(await page.locator('.documents').textContent()).not.toContain('Front');
    await press('Send for review');
    await heading('Thank you');
    expect((await api(site.worker).read(id)).status).toBe('pending');

    const again = { reason_code: 'photo_unclear', reason: 'The photo is too dark.' };
    await api(site.worker).decide(id, { status: 'resubmission_requested', ...again });
    await page.reload();
    await heading('Something is needed again');
    expect(await page.locator('main .tips').textContent()).toBe('Face photo');
  });

  it('tells a bare reason code in words, and asks for all that it means', async () => {
    const { redirect_url } = await resubmission({ reason_code: 'document_unreadable' });
    const { page, press, heading, choose } = await site.open(redirect_url, { locale: 'vi' });
    await page.getByText('Không đọc được giấy tờ.').waitFor();
    await press('Tiếp tục');
    for (const side of ['Mặt trước căn cước', 'Mặt sau căn cước']) {
      await heading(side);
      await choose(picture());
      await press('Dùng bản này');
    }
    await heading('Sẵn sàng gửi');
    await page.reload();
    await heading('Sẵn sàng gửi');
    expect(await page.locator('.documents li').count()).toBe(2);
  });
});
