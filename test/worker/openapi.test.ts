import { afterAll, beforeAll, expect, it } from 'vitest';
import { routesOfApp } from '../support/routes.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

/** Pages for people, behind a cookie of their own: no part of what partners integrate. */
const isDashboard = (path: string) => /(^| )\/dashboard(\/|$)/.test(path);

it('leaves the dashboard out of the document, which it does serve', () => {
  expect(routesOfApp()).toContain('GET /dashboard');
  expect(Object.keys(worker.document.paths).filter(isDashboard)).toEqual([]);
});

it('documents every other route, and nothing that is not one', () => {
  const routes = routesOfApp().filter((route) => !isDashboard(route));
  const documented = Object.entries(worker.document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  );
  expect(routes).toEqual(documented.sort());
});
