import { describe, expect, it } from 'vitest';
import { api, PDF } from '../../support/api.ts';
import { applicantSite, movie, picture, supply } from '../../support/browser/applicant.ts';

const site = applicantSite();

/** At the choice of the document, in a browser that `script` has made into another one. */
async function atDocument(script = '') {
  const { id, redirect_url } = await api(site.worker).created();
  const opened = await site.open('about:blank');
  if (script) await opened.page.addInitScript(script);
  await opened.page.goto(redirect_url ?? '');
  await opened.press('Begin');
  return { id, ...opened };
}

describe('a browser', () => {
  it.each([
    [
      'whose createImageBitmap knows no orientation but none and flipY',
      `const create = createImageBitmap;
       window.createImageBitmap = async (source, options) => {
         if (options?.imageOrientation === 'from-image') throw new TypeError('not a valid enum value');
         return create(source, options);
       };`,
    ],
    ['without createImageBitmap', 'window.createImageBitmap = undefined;'],
    [
      'whose createImageBitmap takes no file',
      "window.createImageBitmap = async () => { throw new TypeError('Blob'); };",
    ],
    [
      'whose <img> cannot decode',
      `const create = createImageBitmap;
       window.createImageBitmap = (source, options) => options ? Promise.reject(new TypeError()) : create(source);
       HTMLImageElement.prototype.decode = () => Promise.reject(new Error());`,
    ],
  ])('%s sends files and photos all the same', async (_, script) => {
    const { id, heading, press, choose, photograph } = await atDocument(script);
    await choose(picture());
    await press('Use this one');
    await heading('A photo of your face');
    await photograph();
    await heading('A short video of your face');
    const { documents } = await api(site.worker).read(id);
    expect([documents.document_front?.content_type, documents.facial_photo?.content_type]).toEqual([
      'image/jpeg',
      'image/jpeg',
    ]);
  });
});

describe('a file', () => {
  it('that is HEIC, which the browser cannot open, is named, with the way out', async () => {
    const { page, choose, heading } = await atDocument();
    for (const [name, type] of [
      ['IMG_1.heic', 'image/heic'],
      ['IMG_1.jpg', 'image/jpeg'],
      ['IMG_1', ''],
    ] as const) {
      await choose(movie(name, 'heic', type));
      await page.getByRole('alert').filter({ hasText: 'This is a HEIC picture' }).waitFor();
      expect(await page.getByRole('alert').textContent()).toMatch(/camera here.*JPEG/);
      await page.reload();
      await page.getByRole('button', { name: 'Begin' }).click();
      await heading('Photo page of your passport');
    }
  });

  it('tells its size in a unit that it has', async () => {
    const { page, choose } = await atDocument();
    await choose({ name: 'scan.pdf', mimeType: 'application/pdf', buffer: Buffer.concat([PDF, Buffer.alloc(20_000)]) });
    await page.getByText('scan.pdf, PDF, 20 kB').waitFor();
  });

  it.each([
    ['me.mp4', 'qt  ', 'video/mp4', 'video/quicktime'],
    ['me.mov', 'isom', 'video/mov', 'video/mp4'],
    ['me', 'mp42', 'application/octet-stream', 'video/mp4'],
    ['me', 'qt  ', '', 'video/quicktime'],
  ])('is a video by its content: %s with %s inside, as %s', async (name, brand, claimed, stored) => {
    const { id, redirect_url } = await api(site.worker).created();
    await supply(site.worker, id, ['document_front', 'facial_photo']);
    const { press, heading, choose } = await site.open(redirect_url);
    await press('Continue');
    await choose(movie(name, brand, claimed));
    await press('Use this one');
    await heading('Ready to send');
    expect((await api(site.worker).read(id)).documents.facial_video?.content_type).toBe(stored);
  });
});
