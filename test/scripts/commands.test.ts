import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { runningPort } from '../../scripts/lib/data-dir.ts';
import { freePort } from '../../scripts/lib/ports.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'ekyc-commands-'));
const nowhere = join(home, 'nowhere');
afterAll(() => rmSync(home, { recursive: true }));

/** As on a machine whose own Node is too old: npm finds the project's. */
async function npmRun(args: string[], env: Record<string, string> = {}) {
  const places = { PATH: '/usr/local/bin:/usr/bin:/bin', DATA_DIR: nowhere, DEV_VARS: join(home, 'dev.vars') };
  const options = { cwd: ROOT, env: { HOME: home, ...places, ...env } };
  const command = promisify(execFile)('npm', ['run', '--silent', ...args], options);
  return command.then(
    () => ({ code: 0, stderr: '' }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  );
}

describe('a command that cannot do its work says so in one line, and ends with 1', () => {
  it.each([
    ['backup', ['backup', '--', join(home, 'backups'), '--data', nowhere], `no data.db in ${nowhere}`],
    ['backup --revoked-only', ['backup', '--', join(home, 'backups'), '--revoked-only'], 'no data.db in'],
    ['backup --datq', ['backup', '--', '--datq'], "Unknown option '--datq'"],
    ['restore', ['restore', '--', nowhere, '--data', join(home, 'new')], `no data.db in ${nowhere}`],
    ['restore without a backup', ['restore'], 'which backup?'],
    ['rekey', ['rekey'], 'POCKETBASE_SERVICE_EMAIL and POCKETBASE_SERVICE_PASSWORD must be set'],
    ['demo', ['demo'], 'nothing answers at'],
  ])('%s', async (_, args, message) => {
    const { code, stderr } = await npmRun(args, { PORT: String(await freePort()) });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^npm run \w+: .*\n$/);
    expect(stderr).toContain(message);
    expect([nowhere, join(home, 'backups'), join(home, 'new')].filter(existsSync)).toEqual([]);
  });

  it('rekey, when PocketBase is not there', async () => {
    const env = { POCKETBASE_SERVICE_EMAIL: 'worker@ekyc.example', POCKETBASE_SERVICE_PASSWORD: 'x'.repeat(32) };
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await npmRun(['rekey', '--', '--url', url], env);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^npm run rekey: fetch failed: .*ECONNREFUSED.*\n$/)]);
  });

  it('demo, when another program has the port, or one that never answers', async () => {
    const answers: Record<string, (answer: { end(text: string): void }) => void> = {
      'is not ready: hello': (answer) => void answer.end('hello'),
      'nothing answers at': () => {},
    };
    for (const [message, respond] of Object.entries(answers)) {
      const server = createServer((_, answer) => respond(answer)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { code, stderr } = await npmRun(['demo'], { PORT: String((server.address() as AddressInfo).port) });
      expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
      server.closeAllConnections();
      server.close();
    }
  });
});

it('the mark of a run that is not there, or of an older layout, names no port', () => {
  expect(runningPort(home)).toBeNull();
  writeFileSync(join(home, 'running'), '');
  expect(runningPort(home)).toBeNull();
});
