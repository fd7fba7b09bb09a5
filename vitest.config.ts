import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: './test/support/global-setup.ts',
    include: ['test/**/*.test.ts'],
    // `npm run test:faults` has its own configuration there.
    exclude: [...configDefaults.exclude, 'test/faults/**'],
    // Each file runs a workerd of its own and all share one PocketBase: two files at once is what two cores carry.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
