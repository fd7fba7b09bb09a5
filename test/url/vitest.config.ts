import { defineConfig } from 'vitest/config';

for (const name of ['EKYC_URL', 'EKYC_API_KEY']) {
  if (!process.env[name])
    throw new Error(`Set ${name}: the Worker to test, and the key of a partner that is there for tests`);
}

/**
 * The HTTP part of the suite against a Worker that runs somewhere: `npm run test:url`. A test that asks for more than HTTP and one
 * partner's key gives is left out and says what it lacks. Files that cannot begin without it are not in this list.
 */
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    setupFiles: './test/support/each-file.ts',
    include: ['openapi', 'routes/{applicant,documents,health,notes,profiles,profile-update}'].map(
      (name) => `test/worker/${name}.test.ts`,
    ),
    maxWorkers: 2,
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000, interval: 100 } },
  },
});
