import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Drawn, draw } from '../../scripts/lib/drawings.ts';
import { connect, decide, enrol } from '../hooks/support/client.ts';
import { api, reviewer, type TestReviewer } from '../support/api.ts';
import { audit } from '../support/browser/axe.ts';
import { launchBrowser } from '../support/browser/browser.ts';
import { startPocketBase, type TestPocketBase } from '../support/pocketbase.ts';
import type { CountingProxy } from '../support/proxy.ts';
import { startProxiedWorker, type TestWorker } from '../support/worker.ts';

/** Two seconds are promised; in the suite browsers and Workers share the cores. Alone on a machine: `PROMPT_MS=2000`. */
const PROMPT = { timeout: Number(process.env.PROMPT_MS ?? 15_000) };
const PATIENT = { timeout: 15_000 };

let browser: Browser;
/** One of its own: whatever others change, each page that listens would hear of, and read itself anew. */
let pocketbase: TestPocketBase;
let worker: TestWorker;
let proxy: CountingProxy;
let drawn: Drawn;
let anna: TestReviewer;
let ben: TestReviewer;
const pages: Page[] = [];
const sessions = new Map<TestReviewer, NonNullable<BrowserContextOptions['storageState']>>();
const complaints: string[] = [];

beforeAll(async () => {
  pocketbase = await startPocketBase();
  ({ proxy, worker } = await startProxiedWorker({ pocketbase, hasAssets: true }));
  browser = await launchBrowser();
  const page = await browser.newPage();
  drawn = await draw(page, 'Nguyễn Thị Minh');
  await page.close();
  [anna, ben] = [await reviewer('Anna', pocketbase), await reviewer('Ben', pocketbase)];
});
// Each page left open would read itself anew at every change that a later test makes.
afterEach(() => Promise.all(pages.splice(0).map((page) => page.context().close())));
afterAll(async () => {
  await browser.close();
  await worker.stop();
  await pocketbase.stop();
});

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  pages.push(page);
  page.on('request', (request) => {
    if (!request.url().startsWith(worker.origin) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.text().includes('Content Security') && complaints.push(message.text()));
  await page.goto(`${worker.origin}/dashboard`);
  return page;
}

async function logIn(account: TestReviewer): Promise<Page> {
  const page = await open();
  await page.getByLabel('Email').fill(account.email);
  await page.getByLabel('Password').fill(account.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('[data-state=live]').waitFor();
  return page;
}

/** A browser of one's own at the queue, in the session of the reviewer's first login: a session lives in its cookie alone. */
async function openQueue(account: TestReviewer, options: BrowserContextOptions = {}): Promise<Page> {
  const session = sessions.get(account) ?? (await (await logIn(account)).context().storageState());
  sessions.set(account, session);
  const page = await open({ storageState: session, ...options });
  await page.locator('[data-state=live]').waitFor();
  return page;
}

async function enrolled(full_name: string) {
  const profile = await api(worker).created({ full_name, document_type: 'id_card' });
  return { ...profile, headers: { authorization: `Bearer ${profile.token}` } };
}

async function supply(headers: Record<string, string>): Promise<void> {
  for (const [kind, body] of Object.entries(drawn)) {
    const type = kind === 'facial_video' ? 'video/mp4' : 'image/jpeg';
    const init = { method: 'PUT', body: body as BodyInit, headers: { ...headers, 'content-type': type } };
    const response = await worker.fetch(`/api/applicant/documents/${kind}`, init);
    expect([kind, await response.json()]).toMatchObject([kind, { kind }]);
  }
}

const submit = (headers: Record<string, string>) => worker.fetch('/api/applicant/submit', { method: 'POST', headers });
const row = (page: Page, name: string) => page.locator('.rows tr', { hasText: name });

describe('two reviewers', { timeout: 120_000 }, () => {
  it('see at once what an applicant submits and what the other one takes, without a reload', async () => {
    const [first, second] = [await openQueue(anna), await openQueue(ben)];
    for (const page of [first, second]) await page.evaluate('window.isSamePage = true');
    const applicant = await enrolled('Submitted Now');
    await supply(applicant.headers);
    await submit(applicant.headers);
    await Promise.all([first, second].map((page) => row(page, 'Submitted Now').waitFor(PROMPT)));

    for (const page of [first, second]) expect(await page.evaluate('window.isSamePage')).toBe(true);
    await row(first, 'Submitted Now').getByRole('link').click();
    await first.locator('[data-state=live]').waitFor();
    await first.keyboard.press('c');
    await row(second, 'Submitted Now').getByText('Anna').waitFor(PROMPT);
    await first.locator('.claim-bar.own').waitFor(PROMPT);

    await row(second, 'Submitted Now').getByRole('link').click();
    await second.getByText('Anna has claimed this profile').waitFor();
    expect(await second.getByRole('button', { name: 'Record decision' }).isDisabled()).toBe(true);
    await second.locator('[data-state=live]').waitFor();
    await first.keyboard.press('c');
    await second.getByRole('button', { name: 'Claim for 10 minutes' }).waitFor(PROMPT);
    expect(await second.getByRole('button', { name: 'Record decision' }).isEnabled()).toBe(true);
  });

  it('never lose what one has written when the other decides', async () => {
    const { id } = await enrolled('Decided Twice');
    const [first, second] = [await openQueue(anna), await openQueue(ben)];
    for (const page of [first, second]) {
      await page.goto(`${worker.origin}/dashboard/profiles/${id}`);
      await page.locator('[data-state=live]').waitFor();
    }
    await second.getByLabel('Private note').fill('Half a thought');
    await first.keyboard.press('r');
    await first.getByLabel('Reason code').selectOption('face_mismatch');
    await first.getByRole('button', { name: 'Record decision' }).click();
    await first.getByText('The decision is recorded.').waitFor();
    await second.locator('#heading').getByText('Rejected').waitFor(PROMPT);
    await second.getByText('This profile has changed while you were writing').waitFor(PROMPT);
    await second.getByLabel('Approve').check();
    await second.getByRole('button', { name: 'Record decision' }).click();
    await second.getByText('Not recorded.').waitFor();
    expect(await second.getByLabel('Private note').inputValue()).toBe('Half a thought');
  });

  it('are told when the stream is cut, and see what they missed once it is back', async () => {
    const page = await openQueue(anna);
    proxy.intercept = (incoming, answer) => {
      if (!incoming.url?.startsWith('/api/realtime')) return false;
      answer.destroy();
      return true;
    };
    proxy.cut('/api/realtime');
    await page.locator('[data-state=lost]').waitFor();
    const { id } = await enrolled('Missed Meanwhile');
    await api(worker).decide(id, { status: 'pending' });
    proxy.intercept = null;
    await page.locator('[data-state=live]').waitFor({ timeout: 20_000 });
    await row(page, 'Missed Meanwhile').waitFor(PROMPT);
  });
});

describe('a reviewer', { timeout: 120_000 }, () => {
  it('logs in, looks at the documents, plays the video from its middle and approves', async () => {
    const applicant = await enrolled('Whole Story');
    await supply(applicant.headers);
    await submit(applicant.headers);
    const page = await logIn(anna);
    await row(page, 'Whole Story').getByRole('link').click();
    await page.locator('[data-state=live]').waitFor();
    const widths = "[...document.querySelectorAll('[data-picture]')].map((picture) => picture.naturalWidth)";
    await expect.poll(() => page.evaluate(widths), PATIENT).toEqual([1280, 1280, 900]);

    await page.keyboard.press('1');
    for (const key of ['+', '+', 't']) await page.keyboard.press(key);
    const sheet = page.locator('[data-sheet=document_front]');
    expect(await sheet.locator('[data-zoom]').textContent()).toBe('196 %');
    expect(await sheet.locator('[data-picture]').getAttribute('style')).toContain('rotate(90deg)');

    const video = "document.querySelector('video')";
    await expect.poll(() => page.evaluate(`${video}.duration`), PATIENT).toBeGreaterThan(1);
    await page.evaluate(`${video}.currentTime = ${video}.duration / 2`);
    await expect.poll(() => page.evaluate(`!${video}.seeking && ${video}.readyState > 1`), PATIENT).toBe(true);
    expect(await page.evaluate(`${video}.currentTime`)).toBeGreaterThan(0.5);
    const part = await page.evaluate(
      `fetch(${video}.src, { headers: { range: 'bytes=100-199' } }).then((r) => [r.status, r.headers.get('content-length')])`,
    );
    expect(part).toEqual([206, '100']);

    await page.getByLabel('Add a note').fill('Compared by hand');
    await page.keyboard.press('Control+Enter');
    await page.locator('.note-list').getByText('Compared by hand').waitFor();
    expect(await sheet.locator('[data-zoom]').textContent()).toBe('196 %');
    await page.locator('body').click({ position: { x: 5, y: 400 } });
    await page.keyboard.press('a');
    expect(await page.getByLabel('Approve').isChecked()).toBe(true);
    await page.keyboard.press('Control+Enter');
    await page.getByText('The decision is recorded.').waitFor();
    const profile = await api(worker).read(applicant.id);
    expect(profile.latest_status).toMatchObject({ to: 'approved', actor_type: 'reviewer', actor_id: anna.id });

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Password').waitFor();
    await page.goto(`${worker.origin}/dashboard/profiles/${applicant.id}`);
    await page.getByLabel('Password').waitFor();
  });

  it('sees on a phone which of the tabs is open', async () => {
    const page = await openQueue(anna, { viewport: { width: 360, height: 740 } });
    await page.goto(`${worker.origin}/dashboard?status=canceled`);
    await page.locator('[data-state=live]').waitFor();
    const { x, width } = (await page.locator('.tabs [aria-current]').boundingBox()) ?? { x: -1, width: 0 };
    expect([x >= 0, x + width <= 360]).toEqual([true, true]);
  });

  it('works by keyboard, and can switch single keys off', async () => {
    const page = await openQueue(anna);
    await enrolled('Some Row').then(({ id }) => api(worker).decide(id, { status: 'pending' }));
    await row(page, 'Some Row').waitFor();
    await page.keyboard.press('j');
    expect(await page.evaluate('document.activeElement.hasAttribute("data-row")')).toBe(true);
    await page.keyboard.press('?');
    await page.getByLabel('Use single-key shortcuts').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('m');
    expect(page.url()).toBe(`${worker.origin}/dashboard`);
    await page.getByRole('button', { name: 'Shortcuts' }).click();
    await page.getByLabel('Use single-key shortcuts').check();
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('m');
    await page.getByRole('heading', { name: 'Decisions per day' }).waitFor();
  });

  it('opens the next profile by one key, and has claimed it', async () => {
    const { service } = await connect(pocketbase);
    const partner = `keys-${randomUUID().slice(0, 8)}`;
    const id = await enrol(service, { partner, full_name: 'Next In Line' });
    await decide(service, id, 'pending');
    const page = await openQueue(anna);
    await page.goto(`${worker.origin}/dashboard?partner=${partner}`);
    await page.locator('[data-state=live]').waitFor();
    await page.keyboard.press('.');
    await page.getByRole('heading', { name: 'Next In Line' }).waitFor();
    await page.locator('.claim-bar.own').waitFor();
  });
});

/** The page with its stream at hand, so that a test can let it say more than a queue would. */
async function openListening(page: Page, path: string): Promise<void> {
  await page.addInitScript(
    'window.EventSource = class extends EventSource { constructor(url) { super(url); window.stream = this; } }',
  );
  await page.goto(worker.origin + path);
  await page.locator('[data-state=live]').waitFor();
}

/** Twenty changes a second, on top of the real ones. */
const flood = (page: Page, id: string) =>
  page.evaluate(
    `setInterval(() => stream.dispatchEvent(new MessageEvent('change', { data: '{"id":"${id}"}' })), 50); undefined`,
  );

/** When the page read itself anew, in milliseconds. */
const readings = (page: Page) =>
  page.evaluate<number[]>(
    "performance.getEntriesByType('resource').filter((one) => one.initiatorType === 'fetch').map((one) => one.startTime)",
  );

describe('the live page', { timeout: 120_000 }, () => {
  it('shows what is new although changes never pause, and reads itself at most once a second', async () => {
    const page = await openQueue(anna);
    await openListening(page, '/dashboard');
    await flood(page, 'aaaaaaaaaaaaaaa');
    const { id } = await enrolled('Amid Changes');
    await api(worker).decide(id, { status: 'pending' });
    await row(page, 'Amid Changes').waitFor(PROMPT);
    await expect.poll(async () => (await readings(page)).length, PATIENT).toBeGreaterThan(3);
    const times = await readings(page);
    expect(Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toBeGreaterThan(950);

    await openListening(page, `/dashboard/profiles/${id}`);
    await expect.poll(async () => (await readings(page)).length, PATIENT).toBe(1);
    await flood(page, 'aaaaaaaaaaaaaaa');
    await api(worker).decide(id, { status: 'approved' });
    await page.locator('#heading').getByText('Approved').waitFor(PROMPT);
    expect((await readings(page)).length).toBeLessThan(4);
  });

  it('does not call itself live while it cannot be read, and tries until it can', async () => {
    const page = await openQueue(anna);
    let fault = 503;
    await page.route('**/dashboard', (route) => {
      if (!fault || !route.request().headers()['x-live']) return route.continue();
      return fault === 503 ? route.fulfill({ status: fault }) : route.abort();
    });
    const { id } = await enrolled('Read Late');
    await api(worker).decide(id, { status: 'pending' });
    await page.locator('[data-state=lost]').getByText('Reconnecting').waitFor();
    fault = 1;
    await page.waitForRequest((request) => 'x-live' in request.headers());
    expect(await page.locator('[data-state=lost]').count()).toBe(1);
    fault = 0;
    await row(page, 'Read Late').waitFor(PATIENT);
    await page.locator('[data-state=live]').waitFor();
  });

  it('listens again each time it comes back from the back/forward cache', async () => {
    const page = await openQueue(anna);
    const pass = (type: string) =>
      page.evaluate(`dispatchEvent(new PageTransitionEvent('${type}', { persisted: true }))`);
    for (const name of ['Cached Once', 'Cached Twice']) {
      await pass('pagehide');
      await page.locator('[data-state=lost]').waitFor();
      const { id } = await enrolled(name);
      await api(worker).decide(id, { status: 'pending' });
      await pass('pageshow');
      await page.locator('[data-state=live]').waitFor();
      await row(page, name).waitFor(PROMPT);
    }
  });

  it('says when no answer came to a note, keeps every word, and does not send it twice', async () => {
    const { id } = await enrolled('Noted Once');
    const page = await openQueue(anna);
    await page.goto(`${worker.origin}/dashboard/profiles/${id}`);
    let posts = 0;
    let isStored = false;
    await page.route('**/notes', async (route) => {
      posts += 1;
      if (isStored) await route.fetch({ maxRedirects: 0 });
      return isStored ? route.fulfill({ status: 503 }) : route.abort();
    });
    await page.getByLabel('Private note').fill('Half a thought');
    for (const expected of [1, 2]) {
      await page.getByLabel('Add a note').fill('Written once');
      await page.getByRole('button', { name: 'Add note' }).click();
      await page.locator('#notes').getByRole('alert').getByText('No answer came').waitFor();
      expect(posts).toBe(expected);
      isStored = true;
    }
    await page.locator('.note-list').getByText('Written once').waitFor();
    expect(await page.getByLabel('Add a note').inputValue()).toBe('Written once');
    expect(await page.getByLabel('Private note').inputValue()).toBe('Half a thought');
    expect(await audit(page)).toEqual([]);
    expect(await page.locator('.note-list').getByText('Written once').count()).toBe(1);
    await page.unroute('**/notes');
    await page.getByLabel('Add a note').fill('Written later');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.locator('.note-list').getByText('Written later').waitFor();
    expect(await page.locator('#notes').getByRole('alert').count()).toBe(0);
  });

  it('warns of what another does while one writes, until that is undone, and never of what one does', async () => {
    const { id } = await enrolled('Claimed Amid');
    const [first, second] = [await openQueue(anna), await openQueue(ben)];
    for (const page of [first, second]) {
      await page.goto(`${worker.origin}/dashboard/profiles/${id}`);
      await page.locator('[data-state=live]').waitFor();
      await page.getByLabel('Private note').fill('Half a thought');
    }
    await first.getByRole('button', { name: 'Claim' }).click();
    await first.locator('.claim-bar.own').waitFor();
    const warning = 'This profile has changed while you were writing';
    await second.getByText(warning).waitFor(PROMPT);
    expect(await first.getByText(warning).isVisible()).toBe(false);
    await first.getByRole('button', { name: 'Release' }).click();
    await second.getByText(warning).waitFor({ state: 'hidden', ...PROMPT });
    expect(await second.getByLabel('Private note').inputValue()).toBe('Half a thought');
  });

  it('reports what a reviewer last did, though it was soon after the last report', async () => {
    const page = await openQueue(anna);
    await page.clock.install();
    await page.goto(`${worker.origin}/dashboard`);
    let reports = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/dashboard/session')) reports += 1;
    });
    for (const key of ['Shift', 'Control', 'Shift']) await page.keyboard.press(key);
    expect(reports).toBe(0);
    await page.clock.runFor(60_000);
    await expect.poll(() => reports).toBe(1);
    await page.clock.runFor(600_000);
    expect(reports).toBe(1);
  });

  it('works in a browser that stores nothing', async () => {
    const page = await openQueue(anna);
    await page.addInitScript(
      "Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked'); } })",
    );
    await page.goto(`${worker.origin}/dashboard`);
    await page.locator('[data-state=live]').waitFor();
    await page.keyboard.press('?');
    await page.getByLabel('Use single-key shortcuts').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
  });
});

describe('every page in every state', () => {
  it('breaks no rule of axe in light and dark, and is no wider than a phone', { timeout: 300_000 }, async () => {
    const applicant = await enrolled('Axe Subject');
    await supply(applicant.headers);
    await submit(applicant.headers);
    const path = `/dashboard/profiles/${applicant.id}`;
    const page = await openQueue(anna);
    const other = await openQueue(ben);
    const check = async (state: string, on = page) => {
      expect([state, await audit(on)]).toEqual([state, []]);
      await on.setViewportSize({ width: 1440, height: 900 });
    };
    await check('queue');
    await page.goto(`${worker.origin}/dashboard?status=canceled&partner=globex`);
    await check('nothing there');
    await page.goto(worker.origin + path);
    await page.locator('[data-state=live]').waitFor();
    await check('profile');
    await page.keyboard.press('c');
    await page.locator('.claim-bar.own').waitFor();
    await page.keyboard.press('1');
    await page.keyboard.press('l');
    await check('claimed, one document large');
    await page.keyboard.press('?');
    await check('shortcuts');
    await other.goto(worker.origin + path);
    await check('claimed by another', other);
    await other.goto(`${worker.origin}/dashboard`);
    await check('taken in the queue', other);
    await page.keyboard.press('Escape');
    await page.getByLabel('Reject').check();
    await page.getByRole('button', { name: 'Record decision' }).click();
    await page.getByText('Choose a reason').waitFor();
    await check('reason missing');
    await api(worker).decide(applicant.id, { status: 'in_review' });
    await page.getByLabel('Reason code').selectOption('other');
    await page.getByRole('button', { name: 'Record decision' }).click();
    await page.getByText('Not recorded.').waitFor();
    await check('conflict');
    await page.getByLabel('Approve').check();
    await page.getByRole('button', { name: 'Record decision' }).click();
    await page.getByText('The decision is recorded.').waitFor();
    await check('decided');
    await page.goto(`${worker.origin}/dashboard/metrics?days=7`);
    await page.getByText('The same as a table').click();
    await check('metrics');
    await page.goto(`${worker.origin}/dashboard/profiles/aaaaaaaaaaaaaaa`);
    await check('not found');
    await page.context().clearCookies();
    await page.goto(`${worker.origin}/dashboard`);
    await check('login');
    await page.getByLabel('Email').fill('nobody@example.com');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').waitFor();
    await check('login refused');
  });
});

it('nothing was asked of anybody else, and no policy was broken', () => {
  expect(complaints).toEqual([]);
});
