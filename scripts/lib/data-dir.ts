import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface DataDirLock {
  /** The last run was killed, so its children may still be on their way out. */
  wasKilled: boolean;
  /** Call after a clean stop. */
  release(): void;
}

/** Is there while `npm start` runs, and after a kill. Holds its port. */
const MARK = 'running';

/** SQLite locks a file in the kernel, which frees it however we end: no stale pid file to judge. */
export function lockDataDir(dataDir: string, port: number): DataDirLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(dataDir, 'lock'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch {
    throw new Error(`another npm start is using ${dataDir}: stop it, or set DATA_DIR to another folder`);
  }
  const mark = join(dataDir, MARK);
  const wasKilled = existsSync(mark);
  writeFileSync(mark, `${port}`);
  return {
    wasKilled,
    release() {
      rmSync(mark, { force: true });
      database.close();
    },
  };
}

/** Where `npm start` on this data listens, so that other commands need not be told; `null` when none runs. */
export function runningPort(dataDir: string): number | null {
  const mark = join(dataDir, MARK);
  return (existsSync(mark) && Number(readFileSync(mark, 'utf8'))) || null;
}
