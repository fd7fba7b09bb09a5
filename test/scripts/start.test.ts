import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../scripts/lib/ports.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'ekyc-start-'));
const dataDir = join(home, 'data');
const devVars = join(home, 'dev.vars');
const place = {
  DATA_DIR: dataDir,
  DEV_VARS: devVars,
  PORT: `${await freePort()}`,
  POCKETBASE_PORT: `${await freePort()}`,
};
const PRINTED_CURL = /^curl .*\\\n.*\\\n.*'$/m;
const runs: { npm: ChildProcess; exit: Promise<number | null> }[] = [];

function npmStart(env: Record<string, string>) {
  const { VALID_API_KEYS: _, INTERNAL_API_KEYS: __, POCKETBASE_URL: ___, ...inherited } = process.env;
  const npm = spawn('npm', ['start'], { cwd: ROOT, env: { ...inherited, ...env }, stdio: 'pipe', detached: true });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const exit = once(npm, 'exit').then(([code]) => code as number | null);
  const run = {
    npm,
    exit,
    output: () => output,
    ready: () => vi.waitFor(() => expect(output).toMatch(PRINTED_CURL), { timeout: 60_000 }),
  };
  runs.push(run);
  return run;
}

/** Every process that works on our data directory: its command line or its environment names it. */
function processes(): { pid: number; command: string }[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const isOurs = command && (command + readFileSync(`/proc/${pid}/environ`, 'utf8')).includes(dataDir);
      return isOurs ? [{ pid: Number(pid), command }] : [];
    } catch {
      return [];
    }
  });
}

function killHard(command: RegExp): void {
  const found = processes().filter((process) => command.test(process.command));
  expect(found).toHaveLength(1);
  for (const { pid } of found) process.kill(pid, 'SIGKILL');
}

const allGone = () => vi.waitFor(() => expect(processes()).toEqual([]), { timeout: 20_000 });

async function runPrintedCurl(output: string, env: Record<string, string> = {}) {
  const [command = ''] = PRINTED_CURL.exec(output) ?? [];
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { env: { ...process.env, ...env } });
  return JSON.parse(stdout) as { id: string; created: boolean };
}

afterAll(async () => {
  for (const { npm } of runs) npm.kill();
  await Promise.all(runs.map(({ exit }) => exit));
  for (const { pid } of processes()) process.kill(pid, 'SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

// Each test goes on where the one before it ended: starts are what takes the time.
describe('npm start', { timeout: 90_000 }, () => {
  let run: ReturnType<typeof npmStart>;
  let profileId: string;

  test('makes settings and accounts that only their owner can read, and becomes ready', async () => {
    run = npmStart(place);
    await run.ready();
    expect((await fetch(`http://127.0.0.1:${place.PORT}/readyz`)).status).toBe(200);
    // The key of the runner of checks is made by the API, once it is ready.
    await expect.poll(() => existsSync(join(dataDir, 'runner.json')), { timeout: 30_000 }).toBe(true);
    for (const path of [devVars, join(dataDir, 'accounts.json'), join(dataDir, 'runner.json')])
      expect(statSync(path).mode & 0o777).toBe(0o600);
    const { LINK_SECRET, SESSION_SECRET } = parseEnv(readFileSync(devVars, 'utf8'));
    expect(LINK_SECRET).toMatch(/^.{32,}$/);
    expect(SESSION_SECRET).not.toBe(LINK_SECRET);
  });

  test('the printed curl works as it stands', async () => {
    const answer = await runPrintedCurl(run.output());
    expect(answer).toMatchObject({ created: true });
    profileId = answer.id;
  });

  test('what it prints is at localhost, which a passkey takes, and listens on the loopback interface alone', async () => {
    const urls = run.output().match(/http:\/\/[^/\s]+:\d+/g) ?? [];
    expect(urls.filter((url) => url.endsWith(`:${place.PORT}`)).length).toBeGreaterThan(3);
    for (const url of urls) if (url.endsWith(`:${place.PORT}`)) expect(url).toBe(`http://localhost:${place.PORT}`);
    const hexPort = Number(place.PORT).toString(16).toUpperCase().padStart(4, '0');
    const listening = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .flatMap((line) => /^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ 0A /.exec(line)?.slice(1, 3).join(':') ?? []),
    );
    expect(listening.filter((address) => address.endsWith(`:${hexPort}`))).toEqual([`0100007F:${hexPort}`]);
  });

  test('npm run demo finds it without being told the port, and comes to its end', async () => {
    const env = { ...process.env, DATA_DIR: dataDir, DEV_VARS: devVars, PORT: '' };
    const { stdout } = await promisify(execFile)('npm', ['run', 'demo'], { cwd: ROOT, env });
    expect(stdout).toContain('The profile is approved.');
  });

  test('the cron is fired, as `wrangler dev` does not; and nothing of a query string is on disk by then', async () => {
    const mark = `mark-${randomBytes(12).toString('hex')}`;
    await fetch(`http://127.0.0.1:${place.PORT}/verify/${mark}?token=${mark}`);
    await fetch(`http://127.0.0.1:${place.PORT}/healthz?email=${mark}`);
    await vi.waitFor(() => expect(run.output()).toContain('"event":"scheduled"'), { timeout: 45_000 });
    for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      expect(readFileSync(join(entry.parentPath, entry.name)).includes(mark), entry.name).toBe(false);
    }
  });

  test('the printed reviewer and superuser can log in', async () => {
    for (const [label, collection] of [
      ['superuser', '_superusers'],
      ['reviewer', 'reviewers'],
    ]) {
      const [, identity, password] = new RegExp(`${label} +(\\S+) +(\\S+)`).exec(run.output()) ?? [];
      const response = await fetch(
        `http://127.0.0.1:${place.POCKETBASE_PORT}/api/collections/${collection}/auth-with-password`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ identity, password }),
        },
      );
      expect(response.status).toBe(200);
    }
  });

  test('no secret stands on a command line', () => {
    const accounts = JSON.parse(readFileSync(join(dataDir, 'accounts.json'), 'utf8'));
    const secrets = Object.entries(parseEnv(readFileSync(devVars, 'utf8')))
      .filter(([name]) => /SECRET|KEYS|PASSWORD/.test(name))
      .map(([, value]) => value?.split(':').at(-1) as string);
    secrets.push(accounts.superuser.password, accounts.reviewer.password);
    secrets.push(JSON.parse(readFileSync(join(dataDir, 'runner.json'), 'utf8')).key);
    expect(secrets).toHaveLength(10);
    const commands = processes().map(({ command }) => command);
    expect(commands.length).toBeGreaterThan(4);
    for (const secret of secrets) expect(commands.filter((command) => command.includes(secret))).toEqual([]);
  });

  test('a second one on the same data says so and ends', async () => {
    const second = npmStart({ ...place, PORT: `${await freePort()}`, POCKETBASE_PORT: `${await freePort()}` });
    expect(await second.exit).toBe(1);
    expect(second.output()).toContain(`npm start: another npm start is using ${dataDir}`);
  });

  test('a taken port is named in one line, with exit code 1', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const ports = { PORT: place.PORT, POCKETBASE_PORT: place.POCKETBASE_PORT, DATA_DIR: join(home, 'other') };
    for (const setting of ['PORT', 'POCKETBASE_PORT']) {
      const free = { PORT: `${await freePort()}`, POCKETBASE_PORT: `${await freePort()}` };
      const blocked = npmStart({ ...ports, ...free, DEV_VARS: devVars, [setting]: `${port}` });
      expect(await blocked.exit).toBe(1);
      const said = blocked
        .output()
        .split('\n')
        .filter((line) => line && !line.startsWith('>'));
      expect(said).toEqual([`npm start: port ${port} is taken: free it, or set ${setting} to another`]);
    }
    server.close();
  });

  test('after kill -9 nothing is left running, and the next start has the same data', async () => {
    killHard(/^node scripts\/start.ts/);
    await run.exit;
    const key = randomBytes(24).toString('hex');
    const internalKey = randomBytes(24).toString('hex');
    run = npmStart({ ...place, VALID_API_KEYS: `demo:${key}`, INTERNAL_API_KEYS: `ops:${internalKey}` });
    await run.ready();
    expect(await runPrintedCurl(run.output(), { EKYC_API_KEY: key })).toMatchObject({ id: profileId, created: false });
    expect(run.output()).toContain('x-api-key: $EKYC_API_KEY');
    expect(run.output()).not.toContain(key);
    expect(run.output()).not.toContain(internalKey);
  });

  test('kill -9 of npm itself ends everything too', async () => {
    run.npm.kill('SIGKILL');
    await allGone();
  });

  test('when PocketBase dies, all ends with a clear line and exit code 1', async () => {
    run = npmStart(place);
    await run.ready();
    killHard(/^\S+pocketbase serve/);
    expect(await run.exit).toBe(1);
    expect(run.output()).toContain('npm start: PocketBase ended unexpectedly');
    await allGone();
  });

  test('Ctrl-C stops everything before npm returns, even halfway through the start', async () => {
    run = npmStart(place);
    await vi.waitFor(() => expect(processes().some(({ command }) => command.includes('wrangler'))).toBe(true), {
      timeout: 30_000,
    });
    // A terminal signals npm and all that shares its process group.
    process.kill(-(run.npm.pid as number), 'SIGINT');
    await run.exit;
    expect(processes()).toEqual([]);
    expect(existsSync(join(dataDir, 'running'))).toBe(false);
  });
});
