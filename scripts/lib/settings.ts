import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { PocketBaseEnv } from './pocketbase.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
const EXAMPLE = join(ROOT, '.dev.vars.example');

/** Begins every API key that was generated here, and no other: these may be printed. */
export const GENERATED_KEY_PREFIX = 'ekyc_dev_';

export interface Account {
  email: string;
  password: string;
}

export interface Accounts {
  superuser: Account;
  reviewer: Account;
}

export const randomSecret = () => randomBytes(32).toString('base64url');

export function readPlaces(env: NodeJS.ProcessEnv) {
  const port = (name: string, fallback: number) => {
    const value = Number(env[name] || fallback);
    if (!Number.isInteger(value) || value < 1 || value > 65535) throw new Error(`${name} is not a port: ${env[name]}`);
    return value;
  };
  const places = {
    port: port('PORT', 8787),
    pocketbasePort: port('POCKETBASE_PORT', 8090),
    dataDir: resolve(ROOT, env.DATA_DIR || '.data'),
    devVars: resolve(ROOT, env.DEV_VARS || '.dev.vars'),
  };
  if (places.port === places.pocketbasePort) throw new Error(`PORT and POCKETBASE_PORT are both ${places.port}`);
  return places;
}

/** Makes the file from the example if absent. Returns whether it did. */
export function ensureDevVars(path: string): boolean {
  if (existsSync(path)) return false;
  const content = readFileSync(EXAMPLE, 'utf8').replace(/^(\w+=.*)<random>$/gm, (_, start) => start + randomSecret());
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
  return true;
}

/** The settings of the file, each overruled by the process environment, also those that only the example names. */
export function readSettings(path: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const settings: Record<string, string> = { ...parseFile(path) };
  for (const name of new Set([...Object.keys(parseFile(EXAMPLE)), ...Object.keys(settings)])) {
    const value = env[name];
    if (value !== undefined) settings[name] = value;
  }
  return settings;
}

const parseFile = (path: string) => parseEnv(readFileSync(path, 'utf8')) as Record<string, string>;

/** Whether POCKETBASE_URL asks for a PocketBase of our own on `ours`: left as in the example, empty, or naming that place. */
export function isOwnPocketBase(settings: Record<string, string>, env: NodeJS.ProcessEnv, ours: string): boolean {
  const url = settings.POCKETBASE_URL?.replace('//localhost:', '//127.0.0.1:').replace(/\/+$/, '');
  return !url || url === ours || (!env.POCKETBASE_URL && url === parseFile(EXAMPLE).POCKETBASE_URL);
}

/** Under which a local run is reached. The first one is shown, as passkeys take no IP address. */
export const ownOrigins = (port: number) => `http://localhost:${port},http://127.0.0.1:${port}`;

/** The environment that PocketBase's hooks read. */
export function pocketBaseEnv(settings: NodeJS.Dict<string>, superuser: Account): PocketBaseEnv {
  return {
    POCKETBASE_SERVICE_EMAIL: settings.POCKETBASE_SERVICE_EMAIL ?? '',
    POCKETBASE_SERVICE_PASSWORD: settings.POCKETBASE_SERVICE_PASSWORD ?? '',
    DEDUPE_SECRET: settings.DEDUPE_SECRET ?? '',
    SUPERUSER_EMAIL: superuser.email,
    SUPERUSER_PASSWORD: superuser.password,
  };
}

/** The demo partner's key if it was generated here, else null. */
export function generatedDemoKey(settings: Record<string, string>): string | null {
  const entries = (settings.VALID_API_KEYS ?? '').split(',').map((entry) => entry.trim());
  return entries.find((entry) => entry.startsWith(`demo:${GENERATED_KEY_PREFIX}`))?.slice('demo:'.length) ?? null;
}

/** The first of INTERNAL_API_KEYS, without its name. */
export function internalKey(settings: NodeJS.Dict<string>): string {
  return (settings.INTERNAL_API_KEYS ?? '').split(',')[0]?.trim().replace(/^.*?:/, '') ?? '';
}

/**
 * PocketBase's superuser and the demo reviewer, generated once. They live and die with the database that knows them, so they
 * stand beside it; and .dev.vars feeds the Worker, which must never hold a superuser.
 */
export function ensureAccounts(dataDir: string): Accounts {
  const path = join(dataDir, 'accounts.json');
  if (!existsSync(path)) {
    const accounts: Accounts = {
      superuser: { email: 'admin@ekyc.example', password: randomSecret() },
      reviewer: { email: 'reviewer@ekyc.example', password: randomSecret() },
    };
    writeFileSync(path, `${JSON.stringify(accounts, null, 2)}\n`, { mode: 0o600 });
  }
  return JSON.parse(readFileSync(path, 'utf8'));
}
