import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { api } from '../../support/api.ts';
import { applicantSite, LINK_SECRET, picture } from '../../support/browser/applicant.ts';
import { audit } from '../../support/browser/axe.ts';

const site = applicantSite();

const linkTo = (id: string, token = '') => `${site.worker.origin}/verify/${id}${token && `#token=${token}`}`;

describe('a link', () => {
  it('that is expired, revoked, someone else’s or cut off says so, and whom to ask', async () => {
    const { id, token } = await api(site.worker).created();
    const other = await api(site.worker).created();
    const expired = await new SignJWT({
      sub: id,
      aud: 'applicant',
      iss: 'ekyc-edge',
      iat: 1_700_000_000,
      exp: 1_700_086_400,
    })
      .setProtectedHeader({ alg: 'HS256', kid: createHash('sha256').update(LINK_SECRET).digest('hex').slice(0, 8) })
      .sign(Buffer.from(LINK_SECRET));
    await api(site.worker).post(`/api/profiles/${id}/link`, { revoke_previous: true });
    for (const [url, title] of [
      [linkTo(id, expired), 'This link has expired'],
      [linkTo(id, token), 'This link is not valid'],
      [linkTo(id, other.token), 'This link is not valid'],
      [linkTo(id, 'x'), 'This link is not valid'],
      [linkTo(id), 'This link is incomplete'],
    ] as const) {
      const { page, heading } = await site.open(url);
      await heading(title);
      expect(await page.locator('main').textContent()).toMatch(/ask the company/i);
      expect(await page.getByRole('button').count()).toBe(0);
      expect(await audit(page)).toEqual([]);
    }
  });

  it('that was cut off or mistyped in its id says so to a person, and is a problem document to a program', async () => {
    const { id, token } = await api(site.worker).created();
    for (const [url, title] of [
      [linkTo(id.slice(0, 9)), 'This link is incomplete'],
      [linkTo(`${id}x`, token), 'This link is not valid'],
      [linkTo(''), 'This link is incomplete'],
    ] as const) {
      const { page, heading } = await site.open(url);
      await heading(title);
      expect(await page.locator('main').textContent()).toMatch(/ask the company/i);
    }
    const asPerson = await site.worker.fetch('/verify/abc', { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect([asPerson.status, asPerson.headers.get('content-security-policy')]).toEqual([
      404,
      expect.stringContaining("script-src 'self'"),
    ]);
    for (const init of [{}, { method: 'POST', headers: { accept: 'text/html' } }]) {
      const response = await site.worker.fetch('/verify/abc', init);
      expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    }
  });

  it('gives way to a newer one opened in the same tab', async () => {
    const { id, token } = await api(site.worker).created();
    const { page, heading } = await site.open(linkTo(id, 'x'));
    await heading('This link is not valid');
    await page.evaluate(`location.hash = 'token=${token}'`);
    await heading('Verify your identity');
    expect(page.url()).toBe(linkTo(id));
  });

  it('to a profile with which nothing is to be done says that, and the public reason', async () => {
    const { page, heading } = await site.open('about:blank');
    for (const [status, title] of [
      ['approved', 'You are verified'],
      ['rejected', 'The verification was not successful'],
      ['in_review', 'Your documents are being checked'],
      ['canceled', 'The verification was called off'],
      ['expired', 'The verification has expired'],
    ]) {
      const { id, redirect_url } = await api(site.worker).created();
      const words = { reason_code: 'other', reason: 'For the applicant to read', note: 'For reviewers only' };
      await api(site.worker).decide(id, { status, ...words });
      await page.goto(redirect_url ?? '');
      await heading(title ?? '');
      expect(await page.locator('main').textContent()).toContain('For the applicant to read');
      expect(await page.locator('main').textContent()).not.toContain('reviewers only');
      expect(await page.getByRole('button').count()).toBe(0);
      expect(await audit(page)).toEqual([]);
    }
  });

  it('to a profile rejected by a bare code tells it in words', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    await api(site.worker).decide(id, { status: 'rejected', reason_code: 'document_expired' });
    const { page, heading } = await site.open(redirect_url);
    await heading('The verification was not successful');
    await page.getByText('The document has expired.').waitFor();
  });

  it('to a profile decided or erased meanwhile explains why nothing more can be sent', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    const { page, press, heading, choose } = await site.open(redirect_url);
    await press('Begin');
    await choose(picture());
    await api(site.worker).decide(id, { status: 'approved' });
    await press('Use this one');
    await heading('You are verified');
    await page.getByText('closed meanwhile').waitFor();
    const body = JSON.stringify({ code: 'gone' });
    await page.route('**/api/applicant', (route) => route.fulfill({ status: 410, body }));
    await page.reload();
    await heading('Your data have been erased');
    expect(await audit(page)).toEqual([]);
  });

  it.each(['?utm_source=x', '&utm_source=x', '.', ')', '),', '_', '*', '>', '%3E', '”', '%20and'])(
    'followed by %s is still that link',
    async (rest) => {
      const { id, token } = await api(site.worker).created();
      const { page, heading } = await site.open(linkTo(id, token + rest));
      await heading('Verify your identity');
      await page.getByRole('button', { name: 'Begin', disabled: false }).waitFor();
      expect(page.url()).toBe(linkTo(id));
    },
  );

  it('after a tracker’s own part of the fragment is found', async () => {
    const { id, token } = await api(site.worker).created();
    const { page } = await site.open(linkTo(id, token).replace('#', '#utm_source=x&'));
    await page.getByRole('button', { name: 'Begin', disabled: false }).waitFor();
  });
});

describe('a link in a browser that may have to hand it on', () => {
  const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
  const ANDROID = 'Mozilla/5.0 (Linux; Android 15; Pixel 9; wv) AppleWebKit/537.36 (KHTML, like Gecko)';
  const copied = (page: Page) => page.evaluate('copied');
  const CLIPBOARD = 'navigator.clipboard.writeText = async (text) => { window.copied = text; };';

  it.each([
    ['a WebView of iOS', `${IPHONE} Mobile/15E148`, ''],
    ['a WebView of Android', `${ANDROID} Version/4.0 Chrome/131.0 Mobile Safari/537.36`, ''],
    ['an app that says its name', `${IPHONE} Mobile/15E148 Safari/604.1 [FBAN/FBIOS;FBAV/490.0]`, ''],
    [
      'a browser that stores nothing',
      undefined,
      "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error(); } });",
    ],
    [
      'a browser whose storage is full',
      undefined,
      "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };",
    ],
  ])('stays whole, survives a reload and can be copied: %s', async (_, userAgent, script) => {
    const { redirect_url } = await api(site.worker).created();
    const { page, press, heading } = await site.open('about:blank', userAgent ? { userAgent } : {});
    await page.addInitScript(CLIPBOARD + script);
    await page.goto(redirect_url ?? '');
    await press('Begin');
    await heading('Photo page of your passport');
    expect(page.url()).toBe(redirect_url);
    await press('Copy my link');
    await page.getByText('Copied.').waitFor();
    expect(await copied(page)).toBe(redirect_url);
    expect(await audit(page)).toEqual([]);
    await page.reload();
    await page.getByRole('button', { name: 'Begin', disabled: false }).waitFor();
  });

  it('can be copied by hand where the clipboard is refused', async () => {
    const { redirect_url } = await api(site.worker).created();
    const { page, press } = await site.open('about:blank', { userAgent: `${IPHONE} Mobile/15E148` });
    await page.addInitScript(
      "navigator.clipboard.writeText = async () => { throw new DOMException('', 'NotAllowedError'); };",
    );
    await page.goto(redirect_url ?? '');
    await press('Copy my link');
    expect(await page.getByLabel('Your link').inputValue()).toBe(redirect_url);
    expect(await audit(page)).toEqual([]);
  });

  it('leaves the address bar of any other browser, which shows no such button', async () => {
    const { id, redirect_url } = await api(site.worker).created();
    const { page } = await site.open(redirect_url, { userAgent: `${IPHONE} Version/18.1 Mobile/15E148 Safari/604.1` });
    await page.getByRole('button', { name: 'Begin', disabled: false }).waitFor();
    expect(page.url()).toBe(linkTo(id));
    expect(await page.getByRole('button', { name: 'Copy my link' }).count()).toBe(0);
  });
});
