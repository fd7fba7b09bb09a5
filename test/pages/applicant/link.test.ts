import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { api } from '../../support/api.ts';
import { applicantSite, LINK_SECRET, picture } from '../../support/browser/applicant.ts';
import { audit } from '../../support/browser/axe.ts';

const site = applicantSite();

describe('a link', () => {
  const linkTo = (id: string, token = '') => `${site.worker.origin}/verify/${id}${token && `#token=${token}`}`;

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

  it('to a profile with which nothing is to be done says that and nothing else', async () => {
    const { page, heading } = await site.open('about:blank');
    for (const [status, title] of [
      ['approved', 'You are verified'],
      ['rejected', 'The verification was not successful'],
      ['in_review', 'Your documents are being checked'],
      ['canceled', 'The verification was called off'],
      ['expired', 'The verification has expired'],
    ]) {
      const { id, redirect_url } = await api(site.worker).created();
      await api(site.worker).decide(id, { status, reason_code: 'other', reason: 'Not for this page' });
      await page.goto(redirect_url ?? '');
      await heading(title ?? '');
      expect(await page.locator('main').textContent()).not.toContain('Not for this page');
      expect(await page.getByRole('button').count()).toBe(0);
      expect(await audit(page)).toEqual([]);
    }
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
});
