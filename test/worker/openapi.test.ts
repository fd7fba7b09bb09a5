import { afterAll, beforeAll, expect, it } from 'vitest';
import { app } from '../../src/app.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

/** Pages for people, behind a cookie of their own: no part of what partners integrate. */
const isDashboard = (path: string) => /^\/dashboard(\/|$)/.test(path);

it('leaves the dashboard out of the document, which it does serve', () => {
  expect(app.routes.some(({ method, path }) => method === 'GET' && path === '/dashboard')).toBe(true);
  expect(Object.keys(worker.document.paths).filter(isDashboard)).toEqual([]);
});

it('documents every other route, and nothing that is not one', () => {
  const routes = app.routes
    .filter(({ method, path }) => method !== 'ALL' && !isDashboard(path))
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(\{[^/]*)?/g, '{$1}')}`);
  const documented = Object.entries(worker.document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect([...new Set(routes)].sort()).toEqual(documented.sort());
});
