import type { TestProject } from 'vitest/node';
import { type PocketBaseInfo, startPocketBase } from './pocketbase.ts';
import { startWorkerHost, tellHost } from './worker-host.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    pocketbase: PocketBaseInfo;
    /** Where test files ask for Workers. */
    workerHost: string;
  }
}

/** One PocketBase for the whole run; tests read it with `inject('pocketbase')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, kill, ...info } = await startPocketBase();
  project.provide('pocketbase', info);
  const host = await startWorkerHost();
  project.provide('workerHost', host.url);
  project.onTestsRerun(() => tellHost(host.url, 'forget'));
  return async () => {
    await host.close();
    await stop();
  };
}
