import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that wait or work longest begin first, or the run would end with one of them alone. */
const LONGEST = [
  'checker/runner/runner',
  'checker/runner/whole',
  'checker/barcode/read-barcode',
  'pages/applicant/sight',
  'pages/dashboard/checks',
  'pages/applicant/journey',
  'pages/dashboard/drafts',
  'pages/applicant/camera',
  'pages/dashboard/states',
  'pages/dashboard/live',
  'pages/applicant/link',
  'pages/dashboard/two-reviewers',
  'worker/webhooks/dispatch',
  'worker/routes/keys',
  'hooks/webhooks/events',
  'hooks/profiles/data-folder',
  'hooks/profiles/rekey',
  'worker/routes/profile-list',
  'worker/rate-limits',
  'worker/hostile-input',
  'worker/routes/documents',
  'worker/documents/multipart-property',
  'hooks/status/status',
  'scripts/start',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return index < 0 ? LONGEST.length : index;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

// PocketBase collects its garbage less often, which is a tenth of its CPU.
process.env.GOGC ??= '400';

export default defineConfig({
  test: {
    globalSetup: './test/support/global-setup.ts',
    setupFiles: './test/support/each-file.ts',
    // A process for each of the files would load the same modules again and again. None replaces a module or leaves one changed.
    isolate: false,
    include: ['test/**/*.test.ts'],
    // `npm run test:faults` has its own configuration there.
    exclude: [...configDefaults.exclude, 'test/faults/**'],
    sequence: { sequencer: LongestFirst },
    // Two cores carry two files that work; the others make up for those that wait.
    maxWorkers: 5,
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000, interval: 100 } },
    // The first Worker waits for wrangler to load and to bundle.
    hookTimeout: 120_000,
  },
});
