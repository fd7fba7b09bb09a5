import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Drawn, draw } from '../../../scripts/lib/drawings.ts';
import { api, reviewer, type TestReviewer } from '../api.ts';
import { startPocketBase, type TestPocketBase } from '../pocketbase.ts';
import type { CountingProxy } from '../proxy.ts';
import { startProxiedWorker, type TestWorker } from '../worker.ts';
import { launchBrowser } from './browser.ts';

/** Two seconds are promised; in the suite browsers and Workers share the cores. Alone on a machine: `PROMPT_MS=2000`. */
export const PROMPT = { timeout: Number(process.env.PROMPT_MS ?? 15_000) };
export const PATIENT = { timeout: 15_000 };

export const row = (page: Page, name: string) => page.locator('.rows tr', { hasText: name });

/** A Worker, a browser and two reviewers for the tests of one file. Nothing may be asked of another origin, and no policy broken. */
export class DashboardSite {
  /** One of its own: each page that listens would hear of what other tests change, and read itself again. */
  pocketbase!: TestPocketBase;
  worker!: TestWorker;
  proxy!: CountingProxy;
  anna!: TestReviewer;
  ben!: TestReviewer;
  #browser!: Browser;
  #drawn!: Drawn;
  readonly #pages: Page[] = [];
  readonly #complaints: string[] = [];

  constructor() {
    beforeAll(async () => {
      this.pocketbase = await startPocketBase();
      ({ proxy: this.proxy, worker: this.worker } = await startProxiedWorker({
        pocketbase: this.pocketbase,
        hasAssets: true,
      }));
      this.#browser = await launchBrowser();
      const page = await this.#browser.newPage();
      this.#drawn = await draw(page, 'Nguyễn Thị Minh');
      await page.close();
      [this.anna, this.ben] = [await reviewer('Anna', this.pocketbase), await reviewer('Ben', this.pocketbase)];
    });
    // Each page left open would read itself again at every change that a later test makes.
    afterEach(async () => {
      await Promise.all(this.#pages.splice(0).map((page) => page.context().close()));
      expect(this.#complaints).toEqual([]);
    });
    afterAll(async () => {
      await this.#browser.close();
      await this.worker.stop();
      await this.pocketbase.stop();
    });
  }

  async #open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    this.#pages.push(page);
    const complaints = this.#complaints;
    page.on('request', (request) => {
      const isOwn = request.url().startsWith(this.worker.origin) || request.url().startsWith('data:');
      if (!isOwn) complaints.push(request.url());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.text().includes('Content Security') && complaints.push(message.text()));
    await page.goto(`${this.worker.origin}/dashboard`);
    return page;
  }

  /** A browser of one's own at the queue. */
  async openQueue(account: TestReviewer, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.#open(options);
    await page.getByLabel('Email').fill(account.email);
    await page.getByLabel('Password').fill(account.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('[data-state=live]').waitFor();
    return page;
  }

  async openProfile(page: Page, id: string): Promise<void> {
    await page.goto(`${this.worker.origin}/dashboard/profiles/${id}`);
    await page.locator('[data-state=live]').waitFor();
  }

  async enrolled(full_name: string, more: Record<string, unknown> = {}) {
    const profile = await api(this.worker).created({ full_name, document_type: 'id_card', ...more });
    return { ...profile, headers: { authorization: `Bearer ${profile.token}` } };
  }

  async supply(headers: Record<string, string>): Promise<void> {
    for (const [kind, body] of Object.entries(this.#drawn)) {
      const type = kind === 'facial_video' ? 'video/mp4' : 'image/jpeg';
      const init = { method: 'PUT', body: body as BodyInit, headers: { ...headers, 'content-type': type } };
      const response = await this.worker.fetch(`/api/applicant/documents/${kind}`, init);
      expect([kind, await response.json()]).toMatchObject([kind, { kind }]);
    }
  }

  submit(headers: Record<string, string>): Promise<Response> {
    return this.worker.fetch('/api/applicant/submit', { method: 'POST', headers });
  }
}
