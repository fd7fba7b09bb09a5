/** The test stand: a real PocketBase, and in front of it, each in a process of its own, all peers on the same data. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPocketBase, type TestPocketBase } from '../test/support/pocketbase.ts';
import { bundle, remove, serve } from '../test/support/workerd.ts';
import { PARTNER, seed } from './lib/seed.ts';
import type { ExpressOptions } from './peers/express.ts';
import { refusalsText } from './peers/refusals.ts';

export interface Peer {
  url: string;
  port: number;
  pid: number;
  stop(): Promise<void>;
}

const secret = () => randomBytes(24).toString('hex');
export const KEYS = { partner: secret(), internal: secret() };
const FRONTEND = 'https://verify.example.com';

/** A PocketBase with so many profiles, which `stop` removes with its folder. */
export async function seededPocketBase(profiles: number): Promise<TestPocketBase> {
  const dir = mkdtempSync(join(tmpdir(), 'ekyc-bench-'));
  const env = { DEDUPE_SECRET: secret() };
  await (await startPocketBase({ dir, env })).stop();
  seed(dir, env.DEDUPE_SECRET, profiles);
  const pocketbase = await startPocketBase({ dir, env });
  return {
    ...pocketbase,
    async stop() {
      await pocketbase.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** What calls PocketBase as the product does: the service token, and in whose name. */
export async function serviceHeaders(pocketbase: TestPocketBase): Promise<Record<string, string>> {
  const response = await fetch(`${pocketbase.url}/api/collections/services/auth-with-password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identity: pocketbase.service.email, password: pocketbase.service.password }),
  });
  const { token } = (await response.json()) as { token: string };
  return { authorization: token, 'x-partner': PARTNER, 'x-actor-type': 'partner', 'x-actor-id': PARTNER };
}

/** The production bundle with its settings. */
export function bundleProduct(pocketbase: Pick<TestPocketBase, 'url' | 'service'>, options: { kv?: string } = {}) {
  const settings = {
    POCKETBASE_URL: pocketbase.url,
    POCKETBASE_SERVICE_EMAIL: pocketbase.service.email,
    POCKETBASE_SERVICE_PASSWORD: pocketbase.service.password,
    VALID_API_KEYS: `${PARTNER}:${KEYS.partner}`,
    INTERNAL_API_KEYS: `bench:${KEYS.internal}`,
    KYC_FRONTEND_URL: FRONTEND,
    LINK_SECRET: secret(),
    SESSION_SECRET: secret(),
    DATA_SECRET: secret(),
    DEPLOYMENT: 'development',
  };
  return bundle(settings, undefined, options);
}

export function bundlePassthrough(pocketbase: Pick<TestPocketBase, 'url'>): string {
  return bundle({ UPSTREAM: pocketbase.url }, join(import.meta.dirname, 'peers/passthrough.ts'));
}

/** What the running product refuses with, as a binding of the peers that repeat it. */
export async function refusalsOf(edge: Peer): Promise<string> {
  const answerTo = async (path: string, init: RequestInit) => {
    const response = await fetch(`${edge.url}${path}`, init);
    const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== 'content-length'));
    return { status: response.status, headers, body: await response.text() };
  };
  const headers = { 'x-api-key': KEYS.partner, 'content-type': 'application/json' };
  return refusalsText({
    unauthenticated: await answerTo('/api/profiles', {}),
    invalid: await answerTo('/api/profiles/create', { method: 'POST', headers, body: '{"country":"XX"}' }),
  });
}

/** @param ANSWERS what `refusalsOf` gave */
export function bundleRefusing(peer: 'constant' | 'hono', ANSWERS: string): string {
  return bundle({ ANSWERS }, join(import.meta.dirname, `peers/${peer}.ts`));
}

export async function startWorkerd(directory: string): Promise<Peer> {
  const { port, pid, stop } = await serve(directory, { quiet: true });
  return { url: `http://127.0.0.1:${port}`, port, pid, stop };
}

/** Express as the concept describes it, or with as few calls to PocketBase as the product makes. Its log is thrown away as well. */
export async function startExpress(pocketbase: TestPocketBase, { fewest = false } = {}): Promise<Peer> {
  const uploads = mkdtempSync(join(tmpdir(), 'ekyc-express-'));
  const account = fewest
    ? { collection: 'services', ...pocketbase.service }
    : { collection: '_superusers', ...pocketbase.superuser };
  const { url, service, dedupeSecret } = pocketbase;
  const keys = { partner: PARTNER, key: KEYS.partner, internalKey: KEYS.internal };
  const options: ExpressOptions = { url, account, service, dedupeSecret, fewest, ...keys, uploads, frontend: FRONTEND };
  const child: ChildProcess = fork(join(import.meta.dirname, 'peers/express.ts'), {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production', OPTIONS: JSON.stringify(options) },
  });
  const closed = once(child, 'exit');
  const port = await Promise.race([
    once(child, 'message').then(([message]) => (message as { port: number }).port),
    closed.then(([code]) => Promise.reject(new Error(`Express ended with ${code}`))),
  ]);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid as number,
    async stop() {
      child.kill();
      await closed;
      rmSync(uploads, { recursive: true, force: true });
    },
  };
}

/** What has been started and made, to be ended in the reverse order. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = [];

  add<T extends { stop(): Promise<void> }>(started: T): T {
    this.#steps.push(() => started.stop());
    return started;
  }

  bundle(directory: string): string {
    this.#steps.push(() => remove(directory));
    return directory;
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step();
  }
}
