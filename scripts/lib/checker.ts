import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import checkTypes from '../../pocketbase/hooks/lib/shared/check-types.json' with { type: 'json' };
import { parseManagedKey } from '../../src/auth/managed-key-format.ts';
import { type Child, spawnGuarded } from './child.ts';
import { ROOT } from './settings.ts';

/** A managed key like any other runner's, made once. It lives and dies with the database that knows it, as the accounts do. */
export async function ensureRunnerKey(api: string, internalKey: string, dataDir: string): Promise<string> {
  const path = join(dataDir, 'runner.json');
  if (!existsSync(path)) {
    const types = Object.entries(checkTypes).flatMap(([type, { builtin }]) => (builtin ? [type] : []));
    const body = { partner: null, name: 'Runner of npm start', scopes: ['checks:run'], types };
    const response = await fetch(`${api}/api/keys`, {
      method: 'POST',
      headers: { 'x-api-key': internalKey, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`no key for the runner of checks: ${await response.text()}`);
    const { key } = (await response.json()) as { key: string };
    writeFileSync(path, `${JSON.stringify({ key })}\n`, { mode: 0o600 });
  }
  return JSON.parse(readFileSync(path, 'utf8')).key;
}

/** The runner of automated checks. Files that it looks at have no names, and their bytes stay under `dir`. */
export function spawnChecker(options: {
  api: string;
  key: string;
  dir: string;
  onLine: (line: string) => void;
}): Child {
  const { api, key, dir, onLine } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return spawnGuarded([process.execPath, join(ROOT, 'checker/runner/main.ts')], {
    onLine,
    env: { PATH: process.env.PATH, TMPDIR: dir, EKYC_URL: api, EKYC_API_KEY: key },
  });
}

/** What the Worker says each time that the runner asks for work and there is none: every few seconds, for as long as it runs. */
export function isRunnersPolling(line: string, key: string): boolean {
  if (line.includes('POST /api/checks/claim 204')) return true;
  const isClaim = line.includes('"route":"/api/checks/claim","status":204');
  return isClaim || (line.includes('"event":"authentication"') && line.includes(`"${parseManagedKey(key)?.id}"`));
}
