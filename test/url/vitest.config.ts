import { defineConfig } from 'vitest/config';

const { EKYC_URL, EKYC_API_KEY } = process.env;
if (!EKYC_URL || !EKYC_API_KEY)
  throw new Error('Set EKYC_URL and EKYC_API_KEY: the Worker, and the key of a partner for tests');

/**
 * The HTTP part of the suite against a Worker that runs somewhere: `npm run test:url`. A test that asks for more than HTTP and one
 * partner's key gives is left out and says what it lacks. Files that cannot begin without it are not in this list.
 */
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    // Under names of their own: `npm test` takes no notice of an EKYC_URL that is set for the command line.
    env: { DEPLOYED_URL: EKYC_URL, DEPLOYED_KEY: EKYC_API_KEY },
    setupFiles: './test/support/each-file.ts',
    include: ['openapi', 'routes/{applicant,documents,health,notes,profiles,profile-update}'].map(
      (name) => `test/worker/${name}.test.ts`,
    ),
    maxWorkers: 2,
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000, interval: 100 } },
  },
});
