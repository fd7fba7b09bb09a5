import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { samplePng } from '../../../scripts/lib/samples.ts';
import { api, PDF } from '../../support/api.ts';
import { applicantSite, movie, picture, supply } from '../../support/browser/applicant.ts';
import { audit } from '../../support/browser/axe.ts';

const site = applicantSite();

async function jpegSize(id: string, kind: string): Promise<{ bytes: number; width: number; height: number }> {
  const response = await site.worker.fetch(`/api/profiles/${id}/documents/${kind}`, {
    headers: { 'x-api-key': site.worker.keys.internal },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  for (let at = 2; ; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes.readUInt16BE(at);
    if (marker < 0xffc0 || marker > 0xffc2) continue;
    return { bytes: bytes.length, height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
  }
}

describe('an applicant', () => {
  it('gets from a link to pending with the camera, and the page is accessible all the way', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    const { page, press, heading, focused, photograph, complaints } = await site.open(redirect_url);
    await heading('Verify your identity');
    await page.getByText('photograph your passport').waitFor();
    expect(page.url()).toBe(`${site.worker.origin}/verify/${id}`);
    expect(await audit(page)).toEqual([]);
    await page.reload();
    await press('Begin');

    await heading('Photo page of your passport');
    expect(await focused()).toBe('H1');
    expect(await page.locator('#steps').textContent()).toContain('Still missing: Photo page, Face photo');
    expect(await audit(page)).toEqual([]);
    await press('Use the camera');
    await page.locator('main').getByText('Fit the document into the frame.').waitFor();
    expect(await audit(page)).toEqual([]);
    await press('Take the photo');
    await heading('Is everything readable?');
    expect(await focused()).toBe('H1');
    expect(await audit(page)).toEqual([]);
    await press('Take another');
    await press('Take the photo');
    await press('Use this one');

    await heading('A photo of your face');
    expect(await page.locator('#polite').textContent()).toBe('Photo page: saved.');
    await photograph();
    await heading('A short video of your face');
    expect(await page.locator('#steps').textContent()).toContain('Nothing is missing.');
    await press('Record a video');
    await press('Start recording');
    await page.locator('main').getByText('Recording, 9 s left').waitFor();
    expect(await audit(page)).toEqual([]);
    await press('Stop recording');
    await heading('Is the video good?');
    await press('Use this one');

    await heading('Ready to send');
    expect(await audit(page)).toEqual([]);
    await press('Send for review');
    await heading('Thank you, everything is here');
    expect(await focused()).toBe('H1');
    expect(await audit(page)).toEqual([]);
    const { status, latest_status, documents } = await api(site.worker).read(id);
    expect([status, latest_status.actor_type]).toEqual(['pending', 'applicant']);
    expect(documents.facial_video?.content_type).toMatch(/^video\/(webm|mp4)$/);
    expect(documents.document_front?.content_type).toBe('image/jpeg');
    expect(complaints).toEqual([]);
  });

  it('gets from a link to pending with files; what is large is made small and stays legible', async () => {
    const { id, redirect_url } = await api(site.worker).created({ document_type: 'id_card' });
    const { page, press, heading, choose } = await site.open(redirect_url);
    await press('Begin');
    await heading('Front of your identity card');
    await choose({ name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('not a picture') });
    await page.getByRole('alert').filter({ hasText: 'neither a picture nor a PDF' }).waitFor();
    expect(await audit(page)).toEqual([]);
    const large = join(site.directory, 'Ảnh của tôi.png');
    writeFileSync(large, samplePng(3000, 2200));
    expect(statSync(large).size).toBeGreaterThan(6_000_000);
    await choose(large);
    await press('Use this one');
    await heading('Back of your identity card');
    await choose({ name: 'back.pdf', mimeType: 'application/pdf', buffer: PDF });
    await page.getByText('back.pdf, PDF').waitFor();
    await press('Use this one');
    await heading('A photo of your face');
    await choose(picture('me.png'));
    await page.getByText('This picture is small').waitFor();
    await press('Use this one');
    await press('Go on without a video');
    await heading('Ready to send');
    await press('Replace: Face photo');
    await heading('A photo of your face');
    await press('Back');
    await press('Send for review');
    await heading('Thank you');
    const front = await jpegSize(id, 'document_front');
    expect(front.bytes).toBeLessThanOrEqual(3_000_000);
    expect(Math.max(front.width, front.height)).toBeGreaterThanOrEqual(2000);
    const { status, documents } = await api(site.worker).read(id);
    expect([status, documents.document_front?.filename, documents.document_back?.content_type]).toEqual([
      'pending',
      'Ảnh của tôi.jpg',
      'application/pdf',
    ]);
  });

  it('goes on where they stopped, and can do without a mouse', async () => {
    const { id, redirect_url } = await api(site.worker).created({ document_type: 'drivers_license' });
    await supply(site.worker, id, ['document_front']);
    const { page, heading, focused } = await site.open(redirect_url);
    await page.getByText('Welcome back. Already here: Front.').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('SELECT');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading('Back of your driving licence');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('main').getByText('Fit the document').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading('Back of your driving licence');
  });

  it('without a camera, or without leave to use it, is led to choosing a file', async () => {
    const { redirect_url } = await api(site.worker).created();
    const { page, press } = await site.open('about:blank');
    await page.addInitScript(
      "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError'); }",
    );
    await page.goto(redirect_url ?? '');
    await press('Begin');
    await press('Use the camera');
    await page.getByRole('alert').filter({ hasText: 'The camera may not be used' }).waitFor();
    expect(await page.getByRole('button', { name: 'Choose a file' }).isVisible()).toBe(true);
    await page.addInitScript("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })");
    await page.reload();
    await press('Begin');
    expect(await page.getByRole('button', { name: 'Use the camera' }).count()).toBe(0);
  });

  it('whose camera or recorder fails is led back, in words about what failed', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    const { page, press, complaints } = await site.open('about:blank');
    await page.addInitScript(`HTMLCanvasElement.prototype.toBlob = (answer) => answer(null);
      MediaRecorder.prototype.start = () => { throw new DOMException('', 'NotSupportedError'); };`);
    await page.goto(redirect_url ?? '');
    await press('Begin');
    await press('Use the camera');
    await press('Take the photo');
    await page.getByRole('alert').filter({ hasText: 'The photo could not be taken' }).waitFor();
    await supply(site.worker, id, ['document_front', 'facial_photo']);
    await page.reload();
    await press('Continue');
    await press('Record a video');
    await press('Start recording');
    await page.getByRole('alert').filter({ hasText: 'The recording did not work' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('is told which files would do: what is too large or of another kind differs by what is asked for', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    const { page, press, heading, choose } = await site.open(redirect_url);
    const refuse = (status: number, code: string) =>
      page.route('**/documents/*', (route) => route.fulfill({ status, body: JSON.stringify({ code }) }), { times: 1 });
    const refusal = (text: string) => page.getByRole('alert').filter({ hasText: text }).waitFor();
    await supply(site.worker, id, ['document_front']);
    await page.reload();
    await press('Continue');
    await heading('A photo of your face');
    for (const [status, code, text] of [
      [415, 'unsupported_media_type', 'Choose a JPEG, PNG or WebP.'],
      [413, 'payload_too_large', 'up to 10 MB'],
    ] as const) {
      await refuse(status, code);
      await choose(picture());
      await press('Use this one');
      await refusal(text);
    }
    await choose(picture());
    await press('Use this one');
    await heading('A short video of your face');
    await choose({ name: 'me.mp4', mimeType: 'video/mp4', buffer: Buffer.from('not a video at all') });
    await refusal('Choose an MP4, WebM or MOV.');
    await refuse(413, 'payload_too_large');
    await choose(movie('me.mp4', 'isom'));
    await press('Use this one');
    await refusal('up to 90 MB');
  });

  it('whose file has gone since it was chosen chooses again', async () => {
    const { redirect_url } = await api(site.worker).created();
    const { page, press, heading, choose, complaints } = await site.open(redirect_url);
    await press('Begin');
    const file = join(site.directory, 'moved.pdf');
    writeFileSync(file, PDF);
    await choose(file);
    await page.getByText('moved.pdf, PDF').waitFor();
    rmSync(file);
    await press('Use this one');
    await heading('Photo page of your passport');
    await page.getByRole('alert').filter({ hasText: 'can’t be read any more' }).waitFor();
    expect(complaints).toEqual([]);
  });
});
