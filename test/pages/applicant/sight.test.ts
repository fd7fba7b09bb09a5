import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { api } from '../../support/api.ts';
import { applicantSite, picture, supply } from '../../support/browser/applicant.ts';
import { audit } from '../../support/browser/axe.ts';
import { imageCamera } from '../../support/browser/camera.ts';
import { specimen } from '../../support/browser/specimen.ts';

const THREAD_BYTES = 60_000;
const LINES = 'The lines at the foot can’t be read: hold it flatter.';
const site = applicantSite();

/** At the choice of the document. On a machine that is busy the page waits for its reader as long as it takes, unless `isHasty`. */
async function atDocument(document_type: string, { supplied = [] as string[], isHasty = false, script = '' } = {}) {
  const { id, redirect_url } = await api(site.worker).created({ document_type });
  await supply(site.worker, id, supplied);
  const opened = await site.open('about:blank');
  if (!isHasty) {
    await opened.page.addInitScript(
      'const start = setTimeout; window.setTimeout = (act, ms) => start(act, ms === 2000 ? 60_000 : ms);',
    );
  }
  if (script) await opened.page.addInitScript(script);
  await opened.page.goto(redirect_url ?? '');
  await opened.press(supplied.length > 0 ? 'Continue' : 'Begin');
  return { id, ...opened };
}

const notices = (page: Page) => page.locator('main .notice:not(:has-text("small"))').allTextContents();
const buttons = (page: Page) => page.locator('main button').allTextContents();
const file = async (...of: Parameters<typeof specimen>) => picture('document.png', await specimen(...of));

describe('a picture of a document', () => {
  it('that can be read passes without a word', async () => {
    const { page, press, heading, complaints } = await atDocument('passport');
    await press('Use the camera');
    await press('Take the photo');
    await heading('Is everything readable?');
    expect([await notices(page), await buttons(page)]).toEqual([[], ['Use this one', 'Take another']]);
    await press('Use this one');
    await heading('A photo of your face');
    expect(complaints).toEqual([]);
  });

  it('that is blurred is refused at capture with what to do, twice, then may be sent all the same', async () => {
    const { id, page, press, heading, focused, complaints } = await atDocument('passport', {
      script: imageCamera(await specimen('TD3', { blur: 12 })),
    });
    await press('Use the camera');
    await press('Take the photo');
    await page.getByText(LINES).first().waitFor();
    expect([await notices(page), await buttons(page)]).toEqual([
      [LINES, 'The picture is blurred: hold still until it is sharp.'],
      ['Take again'],
    ]);
    expect(await page.locator('#polite').textContent()).toContain(LINES);
    expect(await focused()).toBe('H1');
    expect(await audit(page)).toEqual([]);
    await press('Take again');
    await press('Take the photo');
    await press('Send it all the same');
    await heading('A photo of your face');
    expect((await api(site.worker).read(id)).documents.document_front?.content_type).toBe('image/jpeg');
    expect(complaints).toEqual([]);
  });

  it('is looked at as a file too: what can be read after all is not held back', async () => {
    const { page, press, heading, choose } = await atDocument('passport');
    const chooser = page.waitForEvent('filechooser');
    await press('Choose a file');
    await (await chooser).setFiles(await file('TD3', { blur: 12 }));
    await page.locator('main').getByText(LINES).waitFor();
    await press('Take again');
    await choose(await file('TD3'));
    await press('Use this one');
    await heading('A photo of your face');
  });

  it.each([
    ['TD1', 'document_back'],
    ['TD2', 'document_front'],
  ] as const)('of a card is read on the side that has the lines: %s, %s', async (format, kind) => {
    const supplied = kind === 'document_back' ? ['document_front'] : [];
    const { page, choose } = await atDocument('id_card', { supplied });
    await choose(await file(format, { width: 1000, blur: 4 }));
    await page.locator('img.shot').waitFor();
    expect([await notices(page), await buttons(page)]).toEqual([[], ['Use this one', 'Take another']]);
  });

  it.each([
    [
      'under a lamp that hides some of its lines',
      { hasGlare: true },
      [LINES, 'A light is reflected: turn away from it a little.'],
    ],
    ['in the dark', { isDim: true, blur: 12 }, [LINES, 'The picture is too dark: find more light.']],
  ])('%s is refused with the cause', async (_, look, words) => {
    const { page, choose } = await atDocument('passport');
    await choose(await file('TD3', look));
    await page.getByText(LINES).first().waitFor();
    expect([await notices(page), await buttons(page)]).toEqual([words, ['Take again']]);
  });

  it('of a side that may have no lines is only told its quality, and may be sent at once', async () => {
    const { page, choose, press, heading } = await atDocument('id_card');
    await choose(await file('TD1', { blur: 12 }));
    await page.getByText('The picture is blurred').first().waitFor();
    expect([await notices(page), await buttons(page)]).toEqual([
      ['The picture is blurred: hold still until it is sharp.'],
      ['Take again', 'Send it all the same'],
    ]);
    expect(await audit(page)).toEqual([]);
    await press('Send it all the same');
    await heading('Back of your identity card');
  });
});

describe('the reader', () => {
  it('is loaded when a document is to be photographed or chosen, from here, weighs little, and can ask nobody', async () => {
    const { page, press } = await atDocument('passport');
    const requests: string[] = [];
    page.context().on('request', (request) => requests.push(request.url()));
    const address = `${site.worker.origin}/assets/zone-reader.js`;
    expect(page.workers().map((thread) => thread.url())).toEqual([]);
    const started = page.waitForEvent('worker');
    await press('Use the camera');
    const thread = await started;
    expect(thread.url()).toBe(address);
    await expect(thread.evaluate("fetch('/api/applicant')")).rejects.toThrow(/Failed to fetch|Content Security Policy/);
    await press('Take the photo');
    await page.locator('img.shot').waitFor();
    expect(new Set(requests.filter((url) => !url.startsWith('blob:')))).toEqual(new Set([address]));
    const script = Buffer.from(await (await fetch(address)).arrayBuffer());
    expect(gzipSync(script).length).toBeLessThan(THREAD_BYTES);
  });

  it.each([
    ['is not there', { status: 404, body: '' }],
    ['never answers', { status: 200, contentType: 'text/javascript', body: '' }],
  ])('that %s is gone on without', async (_, answer) => {
    const { page, choose } = await atDocument('passport', { isHasty: true });
    await page.route('**/zone-reader.js', (route) => route.fulfill(answer));
    await choose(await file('TD3', { blur: 12 }));
    await page.getByRole('button', { name: 'Use this one' }).waitFor();
    expect(await notices(page)).toEqual([]);
  });

  it('that the browser refuses to start is gone on without', async () => {
    const { page, choose } = await atDocument('passport', {
      isHasty: true,
      script: "window.Worker = class { constructor() { throw new DOMException('', 'SecurityError'); } };",
    });
    await choose(await file('TD3', { blur: 12 }));
    await page.getByRole('button', { name: 'Use this one' }).waitFor();
    expect(await notices(page)).toEqual([]);
  });
});
