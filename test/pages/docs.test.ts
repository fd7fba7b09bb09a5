import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/lib/problem.ts';
import { launchBrowser } from '../support/browser/browser.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

let worker: TestWorker;
let response: Response;
let html: string;
const all = (pattern: RegExp) => [...html.matchAll(pattern)].map((match) => match[1] ?? '');

beforeAll(async () => {
  worker = await startWorker({}, { hasAssets: true });
  response = await worker.fetch('/docs');
  html = await response.text();
});
afterAll(() => worker.stop());

describe('GET /docs', () => {
  it('is a page that anybody may read and keep for a while', () => {
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html\b/);
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    expect(html).toMatch(/^<!doctype html><html lang="en">/);
  });

  it('has an anchor for every operation and schema of the document', () => {
    const { paths, components } = worker.document;
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    const ids = operations.map((operation) => (operation as unknown as { operationId: string }).operationId);
    const schemas = Object.keys(components.schemas).map((name) => `schema-${name}`);
    expect(all(/<article id="([^"]+)"/g).sort()).toEqual([...ids, ...schemas].sort());
  });

  it('has the row that the type of each problem leads to', async () => {
    expect(all(/<tr id="([^"]+)"/g)).toEqual(Object.keys(PROBLEMS));
    const { type } = (await (await worker.fetch('/nowhere')).json()) as { type: string };
    expect(type).toBe(`${worker.origin}/docs#not_found`);
  });

  it('links only to itself and to its own origin, and every fragment has its target', () => {
    const ids = all(/\sid="([^"]+)"/g);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = all(/\s(?:href|src|action)="([^"]*)"/g);
    const fragments = targets.filter((target) => target.startsWith('#')).map((target) => target.slice(1));
    expect(new Set(targets.filter((target) => !target.startsWith('#')))).toEqual(
      new Set(['/openapi.json', '/assets/docs.css']),
    );
    expect(fragments.filter((fragment) => !ids.includes(fragment))).toEqual([]);
  });

  it('allows its one stylesheet and nothing else', async () => {
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(all(/<link rel="stylesheet" href="([^"]+)"/g)).toEqual(['/assets/docs.css']);
    expect((await fetch(`${worker.origin}/assets/docs.css`)).headers.get('content-type')).toMatch(/^text\/css\b/);
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "style-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(html).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
  });

  it.each([360, 1440])(
    'fits a window of %i pixels in Chromium, asks nobody else for anything and breaks no policy',
    async (width) => {
      const browser = await launchBrowser();
      try {
        const page = await browser.newPage({ viewport: { width, height: 900 } });
        const requests: string[] = [];
        const complaints: string[] = [];
        page.on('request', (request) => requests.push(request.url()));
        page.on('console', (message) => complaints.push(message.text()));
        await page.goto(`${worker.origin}/docs#not_found`);
        expect(new Set(requests.map((url) => new URL(url).origin))).toEqual(new Set([worker.origin]));
        expect(complaints).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        expect(await page.locator('nav a').first().isVisible()).toBe(width === 1440);
        expect(await page.locator('tr:target').textContent()).toContain('not_found');
      } finally {
        await browser.close();
      }
    },
  );
});
