import { defineConfig } from 'vitest/config';

/** Apart from `npm test`: an outage of a minute takes a minute. */
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    globalSetup: './test/support/global-setup.ts',
    include: ['test/faults/**/*.test.ts'],
    // Times are measured here: one file has the machine to itself.
    maxWorkers: 1,
    // wrangler tells of each queue message.
    onConsoleLog: (text) => !text.startsWith('[wrangler:info]'),
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
