import type { TestProject } from 'vitest/node';
import { type PocketBaseInfo, startPocketBase } from './pocketbase.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    pocketbase: PocketBaseInfo;
  }
}

/** One PocketBase for the whole run; tests read it with `inject('pocketbase')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, kill, ...info } = await startPocketBase();
  project.provide('pocketbase', info);
  return stop;
}
