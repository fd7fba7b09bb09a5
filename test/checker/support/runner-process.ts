import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { StubApi } from './stub-api.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

export interface RunnerProcess {
  process: ChildProcess;
  exit: Promise<number | null>;
  output(): string;
  /** Of the process that looks at files. */
  children(): number[];
}

const started: RunnerProcess[] = [];

/** As `npm run checker`, without npm in between. */
export function spawnRunner(
  api: Pick<StubApi, 'url' | 'key'> | null,
  main = 'checker/runner/main.ts',
  env = {},
): RunnerProcess {
  const settings = api ? { EKYC_URL: api.url, EKYC_API_KEY: api.key } : {};
  const child = spawn(process.execPath, [join(ROOT, main)], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...settings, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const run = { process: child, exit, output: () => output, children: () => childrenOf(child.pid as number) };
  started.push(run);
  return run;
}

export async function stopRunners(): Promise<void> {
  for (const { process } of started) process.kill('SIGKILL');
  await Promise.all(started.splice(0).map(({ exit }) => exit));
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return /^\d+$/.test(pid) && Number(stat.split(') ')[1]?.split(' ')[1]) === parent ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}
