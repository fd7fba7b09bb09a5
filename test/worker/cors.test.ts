import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, PNG, superuser } from '../support/api.ts';
import { launchBrowser } from '../support/browser/browser.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

let sites: { server: Server; origin: string }[];
let worker: TestWorker;
let browser: Browser;

/** A site of its own: another port is another origin. */
async function startSite() {
  const server = createServer((_, answer) =>
    answer.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

beforeAll(async () => {
  sites = await Promise.all([startSite(), startSite(), startSite()]);
  worker = await startWorker({ KYC_FRONTEND_URL: `${sites[0]?.origin}/kyc` });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await worker.stop();
  for (const { server } of sites) server.close();
});

/** What a page of that site gets from the applicant API: the statuses of a read, an upload and a submit, or the browser's refusal. */
async function tryFrom(site: number, token: string): Promise<unknown> {
  const page = await browser.newPage();
  await page.goto(sites[site]?.origin ?? '');
  const outcome = await page.evaluate(
    async ([base, bearer, png]) => {
      const headers = { authorization: `Bearer ${bearer}` };
      const body = Uint8Array.from(atob(png ?? ''), (character) => character.charCodeAt(0));
      const requests: [string, RequestInit][] = [
        ['', { headers }],
        ['/documents/facial_photo', { method: 'PUT', body, headers: { ...headers, 'content-type': 'image/png' } }],
        ['/submit', { method: 'POST', headers }],
      ];
      const outcomes: (number | string)[] = [];
      for (const [path, init] of requests) {
        await fetch(`${base}/api/applicant${path}`, init).then(
          ({ status }) => outcomes.push(status),
          (error) => outcomes.push(error.name),
        );
      }
      return outcomes;
    },
    [worker.origin, token, PNG.toString('base64')],
  );
  await page.close();
  return outcome;
}

describe('the applicant API from a page of another origin', () => {
  it('is open to the hosted frontend and closed to any other site', async () => {
    const { token } = await api(worker).created();
    expect(await tryFrom(0, token)).toEqual([200, 200, 422]);
    expect(await tryFrom(1, token)).toEqual(['TypeError', 'TypeError', 'TypeError']);
  });

  it("is open to an active partner's own frontend", async () => {
    await api(worker, worker.keys.globex).created();
    const partners = (await superuser()).collection('partners');
    const { id } = await partners.getFirstListItem('slug = "globex"');
    for (const url of ['example.com', 'tcp://evil.example', 'ftp://x.example', 'https://user@x.example']) {
      await expect(partners.update(id, { frontend_url: url })).rejects.toMatchObject({ status: 400 });
    }
    await partners.update(id, { frontend_url: `${sites[2]?.origin}/start` });
    const own = await startWorker();
    const preflight = (origin?: string) =>
      own.fetch('/api/applicant/submit', {
        method: 'OPTIONS',
        headers: { origin: origin ?? '', 'access-control-request-method': 'POST' },
      });
    expect((await preflight(sites[2]?.origin)).headers.get('access-control-allow-origin')).toBe(sites[2]?.origin);
    expect((await preflight(sites[1]?.origin)).headers.has('access-control-allow-origin')).toBe(false);
    await own.stop();
    await partners.update(id, { frontend_url: '' });
  });

  it('is the only part with CORS headers', async () => {
    const headers = { origin: sites[0]?.origin ?? '', 'x-api-key': worker.keys.acme };
    const { id } = await api(worker).created();
    const response = await worker.fetch(`/api/profiles/${id}`, { headers });
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
  });
});
