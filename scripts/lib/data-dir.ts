import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface DataDirLock {
  /** The last run was killed, so its children may still be on their way out. */
  wasKilled: boolean;
  /** Call after a clean stop. */
  release(): void;
}

/** SQLite locks a file in the kernel, which frees it however we end: no stale pid file to judge. */
export function lockDataDir(dataDir: string): DataDirLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(dataDir, 'lock'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch {
    throw new Error(`another npm start is using ${dataDir}: stop it, or set DATA_DIR to another folder`);
  }
  const mark = join(dataDir, 'running');
  const wasKilled = existsSync(mark);
  writeFileSync(mark, '');
  return {
    wasKilled,
    release() {
      rmSync(mark, { force: true });
      database.close();
    },
  };
}
