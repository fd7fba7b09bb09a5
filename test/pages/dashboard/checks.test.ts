import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import codes from '../../../pocketbase/hooks/lib/shared/check-codes.json' with { type: 'json' };
import { CODE_WORDS } from '../../../src/pages/dashboard/case/check-words.ts';
import { placeZone } from '../../../src/pages/dashboard/case/place-zone.ts';
import { submitted as submittedByHook } from '../../hooks/support/checks.ts';
import { connect } from '../../hooks/support/client.ts';
import { api } from '../../support/api.ts';
import { audit } from '../../support/browser/axe.ts';
import { MISMATCH, runFor, submitted, ZONE } from '../../support/browser/checked.ts';
import { DashboardSite, PROMPT, row } from '../../support/browser/dashboard-site.ts';

const site = new DashboardSite();

const item = (page: Page, name: string) => page.locator('.checks > li', { hasText: name });
const compared = (page: Page, name: string) => page.locator('.comparison tr', { hasText: name });

describe('the words for checks', () => {
  it('are there for every code that there is, and for no other', () => {
    expect(Object.keys(CODE_WORDS).toSorted()).toEqual(Object.keys(codes).toSorted());
    for (const words of Object.values(CODE_WORDS)) expect(words).toMatch(/^[A-Z][^_]+[^.]$/);
  });
});

describe('the place of a zone behind its window', () => {
  const at = (x: number, y: number) => ({ x, y });
  /** Where the matrix takes a point. */
  const moved = (transform: string, { x, y }: { x: number; y: number }) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = (transform.match(/-?[\d.]+/g) ?? []).map(Number);
    return [a * x + c * y + e, b * x + d * y + f].map((value) => Math.round(value * 10) / 10 + 0);
  };

  it.each([
    ['upright', [at(10, 20), at(110, 20), at(110, 40), at(10, 40)]],
    ['a quarter turn to the right', [at(40, 10), at(40, 110), at(20, 110), at(20, 10)]],
    ['upside down', [at(110, 40), at(10, 40), at(10, 20), at(110, 20)]],
  ] as const)('is upright however the picture was taken: %s', (_, [topLeft, topRight, bottomRight, bottomLeft]) => {
    const placed = placeZone([topLeft, topRight, bottomRight, bottomLeft]);
    expect(placed?.viewBox).toBe('-3.00 -3.00 106.00 26.00');
    const corners = [topLeft, topRight, bottomRight, bottomLeft].map((corner) =>
      moved(placed?.transform ?? '', corner),
    );
    expect(corners).toEqual([
      [0, 0],
      [100, 0],
      [100, 20],
      [0, 20],
    ]);
  });

  it('is none for corners that enclose nothing, or in the wrong turn', () => {
    expect(placeZone([at(1, 1), at(1, 1), at(1, 1), at(1, 1)])).toBeNull();
    expect(placeZone([at(110, 20), at(10, 20), at(10, 40), at(110, 40)])).toBeNull();
  });
});

describe('checks on a profile’s page', { timeout: 300_000 }, () => {
  it('wait, and say so, while no runner was seen; one that nobody can do says why', async () => {
    const { id } = await submitted(site, 'Waiting Alone');
    const page = await site.openQueue(site.anna);
    await site.openProfile(page, id);
    await page.getByText('The checks wait: no runner was seen since PocketBase was started.').waitFor();
    expect(await item(page, 'Text of the document').textContent()).toContain('Waits for a runner');
    const authenticity = await item(page, 'Authenticity').textContent();
    expect(authenticity).toContain('Not run');
    expect(authenticity).toContain('Nobody is set up to do it');
    expect(await compared(page, 'Full name').textContent()).toContain('not read');
    expect(await audit(page)).toEqual([]);
  });

  it('appear one by one as they end, with no reload, and leave half-written words alone', async () => {
    const { id } = await submitted(site, 'Checked Live');
    const page = await site.openQueue(site.anna);
    await runFor(site, { applicant_data: {} });
    await site.openProfile(page, id);
    await page.evaluate('window.isSamePage = true');
    await page.getByLabel('Private note').fill('Half a thought');
    for (const [type, name] of [
      ['document_quality', 'Quality of the pictures'],
      ['document_match', 'Document against the declared data'],
    ] as const) {
      expect(await item(page, name).textContent()).toContain('Waits for a runner');
      await runFor(site, { [type]: MISMATCH[type] ?? {} });
      await item(page, name).getByText('builtin 1.0.0').waitFor(PROMPT);
    }
    await compared(page, 'Number').getByText('≠ differs').waitFor();
    await runFor(site, { ...MISMATCH, document_reuse: {} });
    await page.locator('#heading').getByText('Failed').waitFor(PROMPT);
    expect(await page.getByLabel('Private note').inputValue()).toBe('Half a thought');
    expect(await page.evaluate('window.isSamePage')).toBe(true);
    expect(await page.locator('[data-follow]').count()).toBe(0);
  });

  it('show what was read beside what was declared, the zone, the faces and the other profile, on one screen with the decision', async () => {
    const number = `Q${Date.now()}`;
    const other = await submitted(site, 'Used Before', { document_number: `${number}0` });
    const { id } = await submitted(site, 'Nguyễn Thị Minh', { document_number: `${number}O` });
    await runFor(site, { ...MISMATCH, document_reuse: {} });
    const page = await site.openQueue(site.anna);
    await site.openProfile(page, id);

    const number_row = compared(page, 'Number');
    expect(await number_row.textContent()).toBe(`Number${number}OC1234567≠ differs`);
    expect(await number_row.getAttribute('class')).toBe('differs');
    expect(await compared(page, 'Full name').textContent()).toContain('≈ in part');
    expect(await compared(page, 'Country').textContent()).toContain('? unsure');
    expect(await compared(page, 'Country').getAttribute('class')).toBe('doubt');
    expect(await compared(page, 'Expiry').textContent()).toBe('Expirynot given2021-05-11✕ expired');

    expect(await page.locator('.zone .lines').textContent()).toBe(ZONE.join('\n'));
    const cut = page.getByRole('img', { name: 'The zone on Document, back, enlarged' });
    const source = await cut.locator('image').getAttribute('href');
    expect(source).toBe(`/dashboard/profiles/${id}/documents/document_back?version=1`);
    expect(await page.locator('.similarity').textContent()).toMatch(/similarity 0\.42 of 1.*Look at it/);
    expect(await item(page, 'Quality').locator('.findings > li').count()).toBe(0);
    expect(await item(page, 'Quality').locator('.hints').textContent()).toBe(
      'HintsThe picture is blurred (Document, front)',
    );
    const alike = item(page, 'Used at another profile').locator('li', { hasText: 'a number that looks alike' });
    const link = alike.getByRole('link', { name: other.id });
    expect(await link.getAttribute('href')).toBe(`/dashboard/profiles/${other.id}`);

    for (const selector of ['#comparison', '[data-decide]', '[data-sheet=facial_photo]', '.zone', '.similarity']) {
      const box = await page.locator(selector).boundingBox();
      expect([selector, box && box.y >= 0 && box.y + box.height <= 900]).toEqual([selector, true]);
    }
    expect(await audit(page)).toEqual([]);
    await link.click();
    await page.getByRole('heading', { name: 'Used Before' }).waitFor();
  });

  it('hold nothing that a runner or an applicant wrote but as text in its place', async () => {
    const { id } = await submitted(site, '<b>Bold</b>');
    const read = '<img src=x onerror=alert(1)>';
    const facts = {
      zone: { format: 'TD3', lines: [read], kind: 'nonsense', corners: 'none', width: -1 },
      fields: { full_name: { read, verdict: 'same', isSure: true }, country: { read: 7 }, document_number: null },
      expires_on: read,
      others: 'nobody',
    };
    await runFor(site, {
      ...MISMATCH,
      document_text: { facts },
      document_match: { facts: { fields: facts.fields } },
      document_reuse: {},
    });
    const page = await site.openQueue(site.anna);
    await site.openProfile(page, id);
    expect(await compared(page, 'Full name').locator('td bdi').allTextContents()).toEqual(['<b>Bold</b>', read]);
    expect(await compared(page, 'Number').textContent()).toContain('not read');
    expect(await compared(page, 'Expiry').textContent()).toContain('not read');
    expect(await page.locator('.zone .lines').textContent()).toBe(read);
    expect(await page.locator('.zone .cut, img[onerror]').count()).toBe(0);
  });

  it('are run again as often as a day allows, and say when nothing more is', async () => {
    const { id } = await submitted(site, 'Run Again');
    await runFor(site, { ...MISMATCH, document_reuse: {} });
    const page = await site.openQueue(site.anna);
    await site.openProfile(page, id);
    const again = page.getByRole('button', { name: 'Run again' });
    await item(page, 'Text of the document').getByText('Failed').waitFor();
    await again.click();
    await item(page, 'Text of the document').getByText('Waits for a runner').waitFor(PROMPT);
    const forms = "document.querySelector('#check-again').form";
    const sent = await page.evaluate(
      `(async () => { const form = ${forms}; const body = new URLSearchParams(new FormData(form)); let last;
        for (let round = 0; round < 8; round++) last = await fetch(form.action, { method: 'POST', body });
        return last.status; })()`,
    );
    expect(sent).toBe(200);
    await page.getByText('No more rounds today').waitFor(PROMPT);
    const refused = await submitted(site, 'Refused Again');
    await site.openProfile(page, refused.id);
    await api(site.worker).decide(refused.id, { status: 'approved' });
    await again.waitFor({ state: 'hidden', ...PROMPT });
  });

  it('break no rule of axe in any outcome', async () => {
    const page = await site.openQueue(site.anna);
    for (const [name, found] of [
      [
        'All Passed',
        { document_text: {}, document_match: {}, document_quality: {}, applicant_data: {}, face_match: {} },
      ],
      ['Something To See', { ...MISMATCH, document_text: {}, document_match: {} }],
      ['Not Clear', { ...MISMATCH, document_text: { outcome: 'inconclusive', findings: [{ code: 'zone_hidden' }] } }],
      ['All Wrong', MISMATCH],
    ] as const) {
      const { id } = await submitted(site, name);
      await runFor(site, { face_liveness: {}, document_reuse: {}, ...found });
      await page.setViewportSize({ width: 1440, height: 900 });
      await site.openProfile(page, id);
      expect([name, await audit(page)]).toEqual([name, []]);
    }
  });
});

describe('the queue', { timeout: 120_000 }, () => {
  it('shows each profile’s outcome, and is filtered and ordered by it', async () => {
    const { service } = await connect(site.pocketbase);
    const names = { pass: 'Queue Passed', fail: 'Queue Failed', open: 'Queue Unchecked' };
    const pass = {
      document_text: {},
      document_match: {},
      document_quality: {},
      document_reuse: {},
      applicant_data: {},
    };
    for (const [found, name] of [
      [pass, names.pass],
      [{ ...pass, document_text: MISMATCH.document_text ?? {} }, names.fail],
    ] as const) {
      await submittedByHook(service, { full_name: name });
      await runFor(site, found);
    }
    await submittedByHook(service, { full_name: names.open });
    const page = await site.openQueue(site.anna);
    await row(page, names.open).getByText('Checking').waitFor();
    await row(page, names.pass).locator('.outcome.pass').waitFor();
    expect(await audit(page)).toEqual([]);
    await page.getByLabel('Order').selectOption('outcome');
    await page.waitForURL('**/dashboard?*order=outcome*');
    const shown = async () =>
      (await page.locator('.rows tbody th').allTextContents()).filter((name) => /^Queue/.test(name));
    expect(await shown()).toEqual([names.fail, names.pass, names.open]);
    await page.getByLabel('Checks').selectOption('pass');
    await page.waitForURL('**outcome=pass*');
    expect(await shown()).toEqual([names.pass]);
    expect(await page.locator('.summary').textContent()).toContain('1 profile whose checks say “Passed”');
    await page.getByRole('button', { name: 'Open next' }).click();
    await page.getByRole('heading', { name: names.pass }).waitFor();
  });
});
