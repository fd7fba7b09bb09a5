import { afterAll, beforeAll, expect, it } from 'vitest';
import { app } from '../src/app.ts';
import { startWorker, type TestWorker } from './support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

it('documents every route, and nothing that is not one', () => {
  const routes = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(\{[^/]*)?/g, '{$1}')}`);
  const documented = Object.entries(worker.document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect([...new Set(routes)].sort()).toEqual(documented.sort());
});
