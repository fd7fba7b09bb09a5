import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { samplePng } from '../../../scripts/lib/samples.ts';
import { api } from '../api.ts';
import { startWorker, type TestWorker } from '../worker.ts';
import { launchBrowser } from './browser.ts';
import { specimen, specimenCamera } from './specimen.ts';

export const LINK_SECRET = 'the-link-secret-of-the-page-tests-only';

/** A Worker that serves the applicant page, and a browser whose camera sees a passport, for the tests of one file. */
export function applicantSite() {
  // A browser, a Worker and an axe run for each state, on as little as a share of two cores.
  vi.setConfig({ testTimeout: 120_000 });
  let worker: TestWorker;
  let browser: Browser;
  const pages: Page[] = [];
  const directory = mkdtempSync(join(tmpdir(), 'ekyc-verify-'));

  beforeAll(async () => {
    [worker, browser] = await Promise.all([
      startWorker({ KYC_FRONTEND_URL: '', LINK_SECRET }, { hasAssets: true }),
      specimenCamera(join(directory, 'camera.y4m')).then((camera) => launchBrowser(...camera)),
    ]);
  });
  afterEach(() => Promise.all(pages.splice(0).map((page) => page.context().close())));
  afterAll(async () => {
    await browser.close();
    await worker.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  return {
    directory,
    get worker() {
      return worker;
    },
    async open(url: string | null, options: BrowserContextOptions = {}) {
      const opened = await openLink(browser, url, options);
      pages.push(opened.page);
      return opened;
    },
  };
}

/** The link in a browser of its own. What the page complains of is kept in `complaints`. */
async function openLink(browser: Browser, url: string | null, options: BrowserContextOptions) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
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

const PASSPORT = await specimen('TD3', { width: 800 });

/** Of a passport, so small that a warning says so. */
export const picture = (name = 'front.png', buffer = PASSPORT) => ({ name, mimeType: 'image/png', buffer });

/** The beginning of a film or picture in an ISO container, which is all that decides about its type. */
export const movie = (name: string, brand: string, mimeType = 'video/mp4') => ({
  name,
  mimeType,
  buffer: Buffer.concat([Buffer.from([0, 0, 0, 20]), Buffer.from(`ftyp${brand}\0\0\0\0${brand}`), Buffer.alloc(64)]),
});

/** What is required, supplied by the API, so that a test begins where it wants to. */
export async function supply(worker: TestWorker, id: string, kinds: string[]): Promise<void> {
  for (const kind of kinds) {
    await api(worker).upload(id, kind, samplePng(300, 200), { 'content-type': 'image/png' });
  }
}
