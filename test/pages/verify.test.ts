import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SignJWT } from 'jose';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { samplePng } from '../../scripts/lib/samples.ts';
import { api, PDF, UNKNOWN_ID } from '../support/api.ts';
import { audit } from '../support/browser/axe.ts';
import { FAKE_CAMERA, launchBrowser } from '../support/browser/browser.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

const LINK_SECRET = 'the-link-secret-of-the-page-tests-only';
const FIRST_LOAD_BYTES = 60_000;
// A browser, a Worker and an axe run for each state, on as little as a share of two cores.
vi.setConfig({ testTimeout: 120_000 });

let worker: TestWorker;
let browser: Browser;
const pages: Page[] = [];
const directory = mkdtempSync(join(tmpdir(), 'ekyc-verify-'));

beforeAll(async () => {
  [worker, browser] = await Promise.all([
    startWorker({ KYC_FRONTEND_URL: '', LINK_SECRET }, { hasAssets: true }),
    launchBrowser(...FAKE_CAMERA),
  ]);
});
afterEach(() => Promise.all(pages.splice(0).map((page) => page.context().close())));
afterAll(async () => {
  await browser.close();
  await worker.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** The link in a browser of its own; what the page complains of fails the test that opened it. */
async function open(url: string | null, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  pages.push(page);
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url ?? '');
  const heading = (text: string | RegExp) => page.getByRole('heading', { level: 1, name: text }).waitFor();
  const press = (name: string | RegExp) => page.getByRole('button', { name }).click();
  return {
    page,
    complaints,
    heading,
    press,
    /** By the file chooser, as a person would. */
    async choose(file: string | { name: string; mimeType: string; buffer: Buffer }) {
      await page.locator('input[type=file]').setInputFiles(file);
    },
    async photograph() {
      await press('Use the camera');
      await press('Take the photo');
      await press('Use this one');
    },
    focused: () => page.evaluate('document.activeElement.tagName'),
  };
}

const picture = (name = 'front.png', width = 640, height = 400) => ({
  name,
  mimeType: 'image/png',
  buffer: samplePng(width, height),
});

/** Uploaded by the applicant and looked at by a reviewer, who wants something again. */
async function resubmission(body: Record<string, unknown>) {
  const profile = await api(worker).created({ document_type: 'id_card' });
  for (const kind of ['document_front', 'document_back', 'facial_photo']) {
    await api(worker).upload(profile.id, kind, samplePng(300, 200), { 'content-type': 'image/png' });
  }
  await api(worker).decide(profile.id, { status: 'pending' });
  await api(worker).decide(profile.id, { status: 'resubmission_requested', ...body });
  return profile;
}

async function jpegSize(id: string, kind: string): Promise<{ bytes: number; width: number; height: number }> {
  const response = await worker.fetch(`/api/profiles/${id}/documents/${kind}`, {
    headers: { 'x-api-key': worker.keys.internal },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  for (let at = 2; ; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes.readUInt16BE(at);
    if (marker < 0xffc0 || marker > 0xffc2) continue;
    return { bytes: bytes.length, height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
  }
}

describe('the first load', () => {
  it('shows the first step while no script has run, in the language that the browser asks for', async () => {
    const { page, heading } = await open(`${worker.origin}/verify/${UNKNOWN_ID}`, {
      javaScriptEnabled: false,
      locale: 'es-MX',
    });
    await heading('Verifica tu identidad');
    expect(await page.getByText('Tu documento de identidad original').isVisible()).toBe(true);
    expect(await page.getByText('necesita JavaScript').isVisible()).toBe(true);
    expect(await page.locator('html').getAttribute('lang')).toBe('es');
  });

  it.each([
    ['vi,en;q=0.8', 'vi'],
    ['fr-FR,es;q=0.4,vi;q=0.6', 'vi'],
    ['es-419', 'es'],
    ['de', 'en'],
    ['es;q=0', 'en'],
  ])('answers Accept-Language: %s in %s', async (accepted, language) => {
    const response = await worker.fetch(`/verify/${UNKNOWN_ID}`, { headers: { 'accept-language': accepted } });
    expect([response.headers.get('content-language'), response.headers.get('vary')]).toEqual([
      language,
      'accept-language',
    ]);
    expect(await response.text()).toContain(`<html lang="${language}">`);
  });

  it('weighs little, and asks nobody else for anything', async () => {
    const { redirect_url } = await api(worker).created();
    const { page, heading, complaints } = await open('about:blank');
    const bodies: Promise<Buffer>[] = [];
    const origins = new Set<string>();
    page.on('response', (response) => {
      origins.add(new URL(response.url()).origin);
      bodies.push(response.body());
    });
    await page.goto(redirect_url ?? '');
    await heading('Verify your identity');
    await page.getByRole('button', { name: 'Begin' }).isEnabled();
    await page.waitForLoadState('networkidle');
    const weight = (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0);
    expect(bodies.length).toBe(4);
    expect(weight).toBeLessThan(FIRST_LOAD_BYTES);
    expect([...origins]).toEqual([worker.origin]);
    expect(complaints).toEqual([]);
  });

  it('allows the camera to itself, and nothing inline', async () => {
    const response = await worker.fetch(`/verify/${UNKNOWN_ID}`);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('permissions-policy')).toContain('camera=(self)');
    expect(await response.text()).not.toMatch(/<style|<script(?! type="module" src)|\sstyle=|\son\w+=/);
    const script = await fetch(`${worker.origin}/assets/verify.js`);
    expect(Object.fromEntries(script.headers)).toMatchObject({
      'content-type': expect.stringMatching(/^text\/javascript\b/),
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
  });
});

describe('an applicant', () => {
  it('gets from a link to pending with the camera, and the page is accessible all the way', async () => {
    const { id, redirect_url } = await api(worker).created();
    const { page, press, heading, focused, photograph, complaints } = await open(redirect_url);
    await heading('Verify your identity');
    await page.getByText('photograph your passport').waitFor();
    expect(page.url()).toBe(`${worker.origin}/verify/${id}`);
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
    const { status, latest_status, documents } = await api(worker).read(id);
    expect([status, latest_status.actor_type]).toEqual(['pending', 'applicant']);
    expect(documents.facial_video?.content_type).toMatch(/^video\/(webm|mp4)$/);
    expect(documents.document_front?.content_type).toBe('image/jpeg');
    expect(complaints).toEqual([]);
  });

  it('gets from a link to pending with files; what is large is made small and stays legible', async () => {
    const { id, redirect_url } = await api(worker).created({ document_type: 'id_card' });
    const { page, press, heading, choose } = await open(redirect_url);
    await press('Begin');
    await heading('Front of your identity card');
    await choose({ name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('not a picture') });
    await page.getByRole('alert').filter({ hasText: 'neither a picture nor a PDF' }).waitFor();
    expect(await audit(page)).toEqual([]);
    const large = join(directory, 'Ảnh của tôi.png');
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
    const { status, documents } = await api(worker).read(id);
    expect([status, documents.document_front?.filename, documents.document_back?.content_type]).toEqual([
      'pending',
      'Ảnh của tôi.jpg',
      'application/pdf',
    ]);
  });

  it('goes on where they stopped, and can do without a mouse', async () => {
    const { id, redirect_url } = await api(worker).created({ document_type: 'drivers_license' });
    await api(worker).upload(id, 'document_front', samplePng(300, 200), { 'content-type': 'image/png' });
    const { page, heading, focused } = await open(redirect_url);
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
    const { redirect_url } = await api(worker).created();
    const { page, press } = await open('about:blank');
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
    const { id, redirect_url } = await api(worker).created();
    const { page, press, complaints } = await open('about:blank');
    await page.addInitScript(`HTMLCanvasElement.prototype.toBlob = (answer) => answer(null);
      MediaRecorder.prototype.start = () => { throw new DOMException('', 'NotSupportedError'); };`);
    await page.goto(redirect_url ?? '');
    await press('Begin');
    await press('Use the camera');
    await press('Take the photo');
    await page.getByRole('alert').filter({ hasText: 'The photo could not be taken' }).waitFor();
    for (const kind of ['document_front', 'facial_photo']) {
      await api(worker).upload(id, kind, samplePng(300, 200), { 'content-type': 'image/png' });
    }
    await page.reload();
    await press('Continue');
    await press('Record a video');
    await press('Start recording');
    await page.getByRole('alert').filter({ hasText: 'The recording did not work' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('is told which files would do: what is too large or of another kind differs by what is asked for', async () => {
    const { id, redirect_url } = await api(worker).created();
    const { page, press, heading, choose } = await open(redirect_url);
    const refuse = (status: number, code: string) =>
      page.route('**/documents/*', (route) => route.fulfill({ status, body: JSON.stringify({ code }) }), { times: 1 });
    const refusal = (text: string) => page.getByRole('alert').filter({ hasText: text }).waitFor();
    await api(worker).upload(id, 'document_front', samplePng(300, 200), { 'content-type': 'image/png' });
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
    const video = { name: 'me.mp4', mimeType: 'video/mp4', buffer: Buffer.from('not a video at all') };
    await choose(video);
    await press('Use this one');
    await refusal('Choose an MP4, WebM or MOV.');
    await refuse(413, 'payload_too_large');
    await choose(video);
    await press('Use this one');
    await refusal('up to 90 MB');
  });

  it('whose file has gone since it was chosen chooses again', async () => {
    const { redirect_url } = await api(worker).created();
    const { page, press, heading, choose, complaints } = await open(redirect_url);
    await press('Begin');
    const file = join(directory, 'moved.pdf');
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

describe('a resubmission', () => {
  it('shows the public reason and asks for just that', async () => {
    const { id, redirect_url } = await resubmission({
      reason_code: 'photo_unclear',
      reason: 'The photo is too dark.',
      note: 'private',
    });
    const { page, press, heading, photograph } = await open(redirect_url);
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
    expect((await api(worker).read(id)).status).toBe('pending');

    const again = { reason_code: 'photo_unclear', reason: 'The photo is too dark.' };
    await api(worker).decide(id, { status: 'resubmission_requested', ...again });
    await page.reload();
    await heading('Something is needed again');
    expect(await page.locator('main .tips').textContent()).toBe('Face photo');
  });

  it('tells a bare reason code in words, and lets one good side of two stay', async () => {
    const { redirect_url } = await resubmission({ reason_code: 'document_unreadable' });
    const { page, press, heading, choose } = await open(redirect_url, { locale: 'vi' });
    await page.getByText('Không đọc được giấy tờ.').waitFor();
    await press('Tiếp tục');
    await press('Giữ bản tôi đã gửi');
    await heading('Mặt sau căn cước');
    expect(await page.getByRole('button', { name: 'Giữ bản' }).count()).toBe(0);
    await choose(picture());
    await press('Dùng bản này');
    await heading('Sẵn sàng gửi');
    await page.reload();
    await heading('Sẵn sàng gửi');
    expect(await page.locator('.documents li').count()).toBe(2);
  });
});

describe('a lost connection', () => {
  it('is survived by an upload: by itself, or at once when asked to', async () => {
    const { id, redirect_url } = await api(worker).created();
    const { page, press, heading, choose } = await open(redirect_url);
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
    await press('Try again now');
    await heading('A photo of your face');
    expect((await api(worker).read(id)).documents.document_front?.content_type).toBe('image/jpeg');
  });

  it('at the start is told, and ends by itself', async () => {
    const { redirect_url } = await api(worker).created();
    const { page, heading, press } = await open('about:blank');
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
    const { id, redirect_url } = await api(worker).created();
    for (const kind of ['document_front', 'facial_photo']) {
      await api(worker).upload(id, kind, samplePng(300, 200), { 'content-type': 'image/png' });
    }
    const { page, press, heading } = await open(redirect_url);
    await press('Continue');
    await press('Go on without a video');
    await page.route('**/api/applicant/submit', (route) => route.abort(), { times: 1 });
    await press('Send for review');
    await page.getByRole('alert').filter({ hasText: 'could not be sent' }).waitFor();
    await press('Send for review');
    await heading('Thank you');
  });
});

describe('a link', () => {
  const linkTo = (id: string, token = '') => `${worker.origin}/verify/${id}${token && `#token=${token}`}`;

  it('that is expired, revoked, someone else’s or cut off says so, and whom to ask', async () => {
    const { id, token } = await api(worker).created();
    const other = await api(worker).created();
    const expired = await new SignJWT({
      sub: id,
      aud: 'applicant',
      iss: 'ekyc-edge',
      iat: 1_700_000_000,
      exp: 1_700_086_400,
    })
      .setProtectedHeader({ alg: 'HS256', kid: createHash('sha256').update(LINK_SECRET).digest('hex').slice(0, 8) })
      .sign(Buffer.from(LINK_SECRET));
    await api(worker).post(`/api/profiles/${id}/link`, { revoke_previous: true });
    for (const [url, title] of [
      [linkTo(id, expired), 'This link has expired'],
      [linkTo(id, token), 'This link is not valid'],
      [linkTo(id, other.token), 'This link is not valid'],
      [linkTo(id, 'x'), 'This link is not valid'],
      [linkTo(id), 'This link is incomplete'],
    ] as const) {
      const { page, heading } = await open(url);
      await heading(title);
      expect(await page.locator('main').textContent()).toMatch(/ask the company/i);
      expect(await page.getByRole('button').count()).toBe(0);
      expect(await audit(page)).toEqual([]);
    }
  });

  it('that was cut off or mistyped in its id says so to a person, and is a problem document to a program', async () => {
    const { id, token } = await api(worker).created();
    for (const [url, title] of [
      [linkTo(id.slice(0, 9)), 'This link is incomplete'],
      [linkTo(`${id}x`, token), 'This link is not valid'],
      [linkTo(''), 'This link is incomplete'],
    ] as const) {
      const { page, heading } = await open(url);
      await heading(title);
      expect(await page.locator('main').textContent()).toMatch(/ask the company/i);
    }
    const asPerson = await worker.fetch('/verify/abc', { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect([asPerson.status, asPerson.headers.get('content-security-policy')]).toEqual([
      404,
      expect.stringContaining("script-src 'self'"),
    ]);
    for (const init of [{}, { method: 'POST', headers: { accept: 'text/html' } }]) {
      const response = await worker.fetch('/verify/abc', init);
      expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    }
  });

  it('gives way to a newer one opened in the same tab', async () => {
    const { id, token } = await api(worker).created();
    const { page, heading } = await open(linkTo(id, 'x'));
    await heading('This link is not valid');
    await page.evaluate(`location.hash = 'token=${token}'`);
    await heading('Verify your identity');
    expect(page.url()).toBe(linkTo(id));
  });

  it('to a profile with which nothing is to be done says that and nothing else', async () => {
    const { page, heading } = await open('about:blank');
    for (const [status, title] of [
      ['approved', 'You are verified'],
      ['rejected', 'The verification was not successful'],
      ['in_review', 'Your documents are being checked'],
      ['canceled', 'The verification was called off'],
      ['expired', 'The verification has expired'],
    ]) {
      const { id, redirect_url } = await api(worker).created();
      await api(worker).decide(id, { status, reason_code: 'other', reason: 'Not for this page' });
      await page.goto(redirect_url ?? '');
      await heading(title ?? '');
      expect(await page.locator('main').textContent()).not.toContain('Not for this page');
      expect(await page.getByRole('button').count()).toBe(0);
      expect(await audit(page)).toEqual([]);
    }
  });

  it('to a profile decided or erased meanwhile explains why nothing more can be sent', async () => {
    const { id, redirect_url } = await api(worker).created();
    const { page, press, heading, choose } = await open(redirect_url);
    await press('Begin');
    await choose(picture());
    await api(worker).decide(id, { status: 'approved' });
    await press('Use this one');
    await heading('You are verified');
    await page.getByText('closed meanwhile').waitFor();
    const body = JSON.stringify({ code: 'gone' });
    await page.route('**/api/applicant', (route) => route.fulfill({ status: 410, body }));
    await page.reload();
    await heading('Your data have been erased');
    expect(await audit(page)).toEqual([]);
  });
});

describe('the language', () => {
  it("becomes the profile's, unless the applicant chooses another", async () => {
    const { redirect_url } = await api(worker).created({ locale: 'vi-VN' });
    const { page, heading, complaints } = await open(redirect_url, { locale: 'es' });
    await heading('Xác minh danh tính');
    expect(await page.locator('html').getAttribute('lang')).toBe('vi');
    await page.getByRole('button', { name: 'Bắt đầu' }).click();
    await heading('Trang ảnh trong hộ chiếu');
    expect(await audit(page)).toEqual([]);
    await page.getByLabel('Ngôn ngữ').selectOption('es');
    await heading('Página con foto de tu pasaporte');
    expect(await audit(page)).toEqual([]);
    await page.reload();
    await heading('Verifica tu identidad');
    expect(complaints).toEqual([]);
  });
});
