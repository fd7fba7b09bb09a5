import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { api, UNKNOWN_ID } from '../../support/api.ts';
import { applicantSite } from '../../support/browser/applicant.ts';
import { audit } from '../../support/browser/axe.ts';

const FIRST_LOAD_BYTES = 60_000;
const site = applicantSite();

describe('the first load', () => {
  it('shows the first step while no script has run, in the language that the browser asks for', async () => {
    const { page, heading } = await site.open(`${site.worker.origin}/verify/${UNKNOWN_ID}`, {
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
    const response = await site.worker.fetch(`/verify/${UNKNOWN_ID}`, { headers: { 'accept-language': accepted } });
    expect([response.headers.get('content-language'), response.headers.get('vary')]).toEqual([
      language,
      'accept-language',
    ]);
    expect(await response.text()).toContain(`<html lang="${language}">`);
  });

  it('weighs little, and asks nobody else for anything', async () => {
    const { redirect_url } = await api(site.worker).created();
    const { page, heading, complaints } = await site.open('about:blank');
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
    expect([...origins]).toEqual([site.worker.origin]);
    expect(complaints).toEqual([]);
  });

  it('allows the camera to itself, and nothing inline', async () => {
    const response = await site.worker.fetch(`/verify/${UNKNOWN_ID}`);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
    expect(policy).toContain("; worker-src 'self'; ");
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('permissions-policy')).toContain('camera=(self)');
    expect(await response.text()).not.toMatch(/<style|<script(?! type="module" src)|\sstyle=|\son\w+=/);
    const script = await fetch(`${site.worker.origin}/assets/verify.js`);
    expect(Object.fromEntries(script.headers)).toMatchObject({
      'content-type': expect.stringMatching(/^text\/javascript\b/),
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
  });
});

describe('the language', () => {
  it("becomes the profile's, unless the applicant chooses another", async () => {
    const { redirect_url } = await api(site.worker).created({ locale: 'vi-VN' });
    const { page, heading, complaints } = await site.open(redirect_url, { locale: 'es' });
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
