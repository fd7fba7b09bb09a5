import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { banner } from './lib/banner.ts';
import { ensureRunnerKey, isRunnersPolling, spawnChecker } from './lib/checker.ts';
import { type Child, stopAll } from './lib/child.ts';
import { type DataDirLock, lockDataDir } from './lib/data-dir.ts';
import { whenOrphaned } from './lib/orphaned.ts';
import { spawnPocketBase } from './lib/pocketbase.ts';
import { probePort } from './lib/ports.ts';
import { seed } from './lib/seed.ts';
import {
  ensureAccounts,
  ensureDevVars,
  internalKey,
  isOwnPocketBase,
  ownOrigins,
  pocketBaseEnv,
  readPlaces,
  readSettings,
} from './lib/settings.ts';
import { spawnWrangler } from './lib/wrangler.ts';

const CRON_INTERVAL_MS = 30_000;
/** A child of a killed run has 5 s to end by itself. */
const LEFTOVERS_TIMEOUT_MS = 10_000;
const PATIENCE_MS = 10_000;

let lock: DataDirLock | undefined;
let isStopping = false;
let runnerKey: string | undefined;

async function start(): Promise<void> {
  const { port, pocketbasePort, dataDir, devVars } = readPlaces(process.env);
  lock = lockDataDir(dataDir, port);
  if (ensureDevVars(devVars)) console.log(`Made ${devVars} with new secrets.`);
  const settings = readSettings(devVars, process.env);
  if (!settings.PUBLIC_URL && settings.DEPLOYMENT !== 'development') settings.PUBLIC_URL = ownOrigins(port);
  const ownUrl = `http://127.0.0.1:${pocketbasePort}`;
  const accounts = isOwnPocketBase(settings, process.env, ownUrl) ? ensureAccounts(dataDir) : null;

  const output = holdBack();
  await demandPort('PORT', port, lock.wasKilled);
  if (accounts) {
    await demandPort('POCKETBASE_PORT', pocketbasePort, lock.wasKilled);
    settings.POCKETBASE_URL = ownUrl;
    const env = pocketBaseEnv(settings, accounts.superuser);
    const options = { dir: join(dataDir, 'pocketbase'), port: pocketbasePort, onLine: output.add };
    stopWith('PocketBase', await spawnPocketBase({ ...options, env }));
  }
  const wrangler = { dir: join(dataDir, 'wrangler'), port, onLine: output.add };
  stopWith('wrangler dev', spawnWrangler({ ...wrangler, settings }));
  if (accounts) await seed(ownUrl, accounts);

  const api = `http://127.0.0.1:${port}`;
  if (!(await isReady(api, output.show))) return;
  // By this name, as passkeys take no IP address.
  const shown = `http://localhost:${port}`;
  console.log(banner({ api: shown, pocketbase: settings.POCKETBASE_URL ?? '', accounts, settings }));
  output.drop();
  if (accounts) await startChecker(api, settings, { dataDir, onLine: output.add });
  // `wrangler dev` fires no cron by itself.
  setInterval(() => void visit(`${api}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`), CRON_INTERVAL_MS);
}

async function demandPort(setting: string, port: number, mayBeLeftover: boolean): Promise<void> {
  for (const end = Date.now() + (mayBeLeftover ? LEFTOVERS_TIMEOUT_MS : 0); ; await sleep(100)) {
    const error = await probePort(port).then(
      () => null,
      (error: NodeJS.ErrnoException) => error,
    );
    if (!error) return;
    if (Date.now() < end) continue;
    const reason = error.code === 'EADDRINUSE' ? 'is taken' : `can't be used (${error.code})`;
    throw new Error(`port ${port} ${reason}: free it, or set ${setting} to another`);
  }
}

/** Keeps back what the children say about their own start, unless it turns out to be needed. */
function holdBack() {
  let held: string[] | null = [];
  const drop = () => {
    held = null;
  };
  const show = () => {
    for (const line of held ?? []) console.log(line);
    drop();
  };
  const add = (line: string) => {
    // wrangler names the IP address when it is ready, often after the banner.
    if (isStopping || line.includes('GET /readyz') || line.includes('Ready on http')) return;
    if (runnerKey && isRunnersPolling(line, runnerKey)) return;
    if (held) held.push(line);
    else console.log(line);
  };
  return { add, drop, show };
}

/** Waits as long as it takes; false when we are stopping instead. */
async function isReady(api: string, showOutput: () => void): Promise<boolean> {
  let complainAt = Date.now() + PATIENCE_MS;
  for (; !isStopping; await sleep(100)) {
    const answer = await visit(`${api}/readyz`);
    if (answer?.ok && !isStopping) return true;
    if (Date.now() < complainAt) continue;
    complainAt = Number.POSITIVE_INFINITY;
    console.error(`npm start: not ready yet, GET /readyz: ${answer ? answer.text : 'no answer'}`);
    showOutput();
  }
  return false;
}

async function visit(url: string): Promise<{ ok: boolean; text: string } | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    return { ok: response.ok, text: await response.text() };
  } catch {
    return null;
  }
}

function stopWith(name: string, child: Child): void {
  void child.closed.then(() => stop(1, `${name} ended unexpectedly\n${child.lastWords()}`));
}

/** Without it nothing stops: checks wait. */
async function startChecker(
  api: string,
  settings: Record<string, string>,
  { dataDir, onLine }: { dataDir: string; onLine: (line: string) => void },
): Promise<void> {
  runnerKey = await ensureRunnerKey(api, internalKey(settings), dataDir);
  if (isStopping) return;
  const checker = spawnChecker({ api, key: runnerKey, dir: join(dataDir, 'checker'), onLine });
  void checker.closed.then(() => {
    if (!isStopping) console.error('npm start: the runner of checks has ended: they wait until it runs again');
  });
}

async function stop(code: number, message?: string): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  if (message) console.error(`npm start: ${message}`);
  await stopAll();
  lock?.release();
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
// npm may be killed without a chance to tell us.
if (process.env.npm_lifecycle_event) whenOrphaned(() => void stop(1));

start().catch((error: Error) => stop(1, error.message));
