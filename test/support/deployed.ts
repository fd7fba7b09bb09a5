import { TestRunner } from 'vitest';
import type { TestWorker } from './test-worker.ts';

/** Where `npm run test:url` finds the Worker. The suite has one partner's key for it and nothing more. */
export const { DEPLOYED_URL, DEPLOYED_KEY = '' } = process.env;

/** For what only the suite's own Worker gives. Against a deployed one, the test that asks for it is skipped, and names what it needs. */
export function onlyHere<T>(what: string, value: () => T): T {
  if (!DEPLOYED_URL) return value();
  const test = TestRunner.getCurrentTest();
  if (!test)
    throw new Error(`A deployed Worker gives no ${what}: test/url/vitest.config.ts must not include this file`);
  return test.context.skip(`needs ${what}`);
}

/** What a deployed Worker lets a test do. */
export function deployedWorker(url: string, fetch: TestWorker['fetch'], document: TestWorker['document']): TestWorker {
  const lacks = (what: string) => () => onlyHere<never>(what, () => undefined as never);
  return {
    origin: new URL(url).origin,
    get partner() {
      return lacks('the name of the partner')();
    },
    get frontend() {
      return lacks('the frontend of its settings')();
    },
    keys: {
      acme: DEPLOYED_KEY,
      get globex() {
        return lacks('a second partner')();
      },
      get internal() {
        return lacks('an internal key')();
      },
    },
    document,
    fetch,
    logs: lacks('the log'),
    scheduled: lacks('the cron'),
    env: lacks('the bindings'),
    restart: lacks('a restart'),
    async stop() {},
  };
}
