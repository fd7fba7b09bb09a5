import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PocketBaseEnv, spawnPocketBase } from '../../scripts/lib/pocketbase.ts';
import { freePort } from '../../scripts/lib/ports.ts';

/** Plain data, so that vitest can hand it from the global set-up to the tests. */
export interface PocketBaseInfo {
  url: string;
  port: number;
  /** PocketBase's `--dir`: holds `data.db`. */
  dir: string;
  superuser: { email: string; password: string };
  service: { email: string; password: string };
  dedupeSecret: string;
}

export interface TestPocketBase extends PocketBaseInfo {
  /** Ends PocketBase gently; removes the data directory unless the caller passed `dir`. */
  stop(): Promise<void>;
  /** SIGKILL; keeps the data directory. */
  kill(): Promise<void>;
}

/** Pass the same `dir` and `env` again to start over on the same data. */
export async function startPocketBase(
  options: {
    dir?: string;
    env?: Partial<PocketBaseEnv> & Record<string, string>;
    port?: number;
    hooksDir?: string;
    migrationsDir?: string;
  } = {},
): Promise<TestPocketBase> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'ekyc-pocketbase-'));
  const port = options.port ?? (await freePort());
  const env = {
    SUPERUSER_EMAIL: 'root@ekyc.example',
    SUPERUSER_PASSWORD: randomBytes(24).toString('base64url'),
    POCKETBASE_SERVICE_EMAIL: 'worker@ekyc.example',
    POCKETBASE_SERVICE_PASSWORD: randomBytes(24).toString('base64url'),
    DEDUPE_SECRET: randomBytes(32).toString('base64url'),
    ...(process.env.GOGC && { GOGC: process.env.GOGC }),
    ...options.env,
  };
  const removeDir = () => options.dir ?? rmSync(dir, { recursive: true, force: true });
  const child = await spawnPocketBase({
    dir,
    port,
    env,
    ...(options.hooksDir && { hooksDir: options.hooksDir }),
    ...(options.migrationsDir && { migrationsDir: options.migrationsDir }),
  }).catch((error) => {
    removeDir();
    throw error;
  });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    dir,
    superuser: { email: env.SUPERUSER_EMAIL, password: env.SUPERUSER_PASSWORD },
    service: { email: env.POCKETBASE_SERVICE_EMAIL, password: env.POCKETBASE_SERVICE_PASSWORD },
    dedupeSecret: env.DEDUPE_SECRET,
    async stop() {
      await child.stop();
      removeDir();
    },
    kill: child.kill,
  };
}
