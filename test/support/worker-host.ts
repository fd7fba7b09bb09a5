import { execFile, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import type { Miniflare, MiniflareOptions } from 'miniflare';
import type { Unstable_Config as WranglerConfig } from 'wrangler';
import { freePort } from '../../scripts/lib/ports.ts';
import type { LimiterName } from '../../src/lib/rate-limits.ts';
import { bundling, remove } from './workerd.ts';

/** 0 leaves the limiter out. */
export type Limits = Partial<Record<LimiterName, number>>;

interface Urls {
  url: string;
  /** Where Miniflare takes its own commands. */
  control: string;
}

export interface HostedWorker extends Urls {
  id: string;
  /** Names the build. */
  script: string;
  /** A file, so that a test can read at any moment what has been logged so far. */
  log: string;
}

/** wrangler's collector of traces writes each request into SQLite, which costs more than the request; and nothing leaves this machine. */
const QUIET = { X_LOCAL_OBSERVABILITY: 'false', X_LOCAL_EXPLORER: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' };

/**
 * Starts the tests' Workers in one process, so that wrangler, which takes two seconds of CPU to load and one to bundle, does so once.
 */
class WorkerHost {
  readonly #logs = mkdtempSync(join(tmpdir(), 'ekyc-workers-'));
  readonly #directories = [this.#logs];
  readonly #workers = new Map<string, { miniflare: Miniflare; options: MiniflareOptions }>();
  readonly #closing = new AbortController();
  readonly #scripts = new Map<string | undefined, Promise<string>>();

  /** @param hasAssets without them, a request needs no look for a file of its path */
  async start({
    vars,
    limits = {},
    hasAssets = false,
  }: {
    vars: Record<string, string>;
    limits?: Limits;
    hasAssets?: boolean;
  }): Promise<HostedWorker> {
    const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = await import('miniflare');
    const script = await this.build();
    const id = randomUUID();
    const log = join(this.#logs, `${id}.log`);
    writeFileSync(log, '', { mode: 0o600 });
    // Not wrangler's startWorker, as that puts a second workerd in front of each Worker, for reloads; and no `outboundService`:
    // requests leave workerd directly, as in production, and not through Node's `fetch`, which costs twice the CPU, follows redirects
    // and hides how a connection ended.
    const options = convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      log: new Log(LogLevel.NONE),
      unsafeTriggerHandlers: true,
      handleStructuredLogs: ({ message }) => appendFileSync(log, `${JSON.stringify(message)}\n`),
      workers: [await workerOptions(script, vars, limits, hasAssets)],
    });
    const miniflare = new Miniflare(options);
    this.#workers.set(id, { miniflare, options });
    return { id, ...(await urlsOf(miniflare)), script, log };
  }

  /** A new isolate over the same storage. */
  async restart(id: string): Promise<Urls> {
    const { miniflare, options } = this.#find(id);
    await miniflare.setOptions(options);
    return urlsOf(miniflare);
  }

  /** Calls a method of one of its bindings. */
  async call(id: string, binding: string, method: string, args: unknown[]): Promise<unknown> {
    const bindings: Record<string, Record<string, (...args: unknown[]) => unknown>> = await this.#find(
      id,
    ).miniflare.getBindings();
    return bindings[binding]?.[method]?.(...args);
  }

  async stop(id: string): Promise<void> {
    const { miniflare } = this.#find(id);
    this.#workers.delete(id);
    await miniflare.dispose();
  }

  /** Sources have changed: the next Worker is bundled again. */
  forget(): void {
    this.#scripts.clear();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#scripts.values());
    for (const id of this.#workers.keys()) await this.stop(id);
    for (const directory of this.#directories) remove(directory);
  }

  /** Once for all files. @returns the script's path; without `worker`, the product's */
  build(worker?: string): Promise<string> {
    const script = this.#scripts.get(worker) ?? this.#build(worker);
    this.#scripts.set(worker, script);
    return script;
  }

  async #build(worker?: string): Promise<string> {
    const { args, directory, script } = bundling(worker);
    this.#directories.push(directory);
    await promisify(execFile)(process.execPath, args, { signal: this.#closing.signal });
    return script;
  }

  #find(id: string) {
    const hosted = this.#workers.get(id);
    if (!hosted) throw new Error('This Worker was stopped already');
    return hosted;
  }
}

/** Requests bypass Miniflare's own Worker. Production has none, and its parsing, logging and compressing costs more than the product. */
async function urlsOf(miniflare: Miniflare): Promise<Urls> {
  const control = (await miniflare.ready).href;
  return { control, url: (await miniflare.unsafeGetDirectURL()).href };
}

/** The product's script with the bindings of wrangler.toml. */
async function workerOptions(script: string, vars: Record<string, string>, limits: Limits, hasAssets: boolean) {
  const port = vars.PUBLIC_URL?.includes('127.0.0.1:0') ? await freePort() : 0;
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig } = await import('wrangler');
  const { secrets: _, assets, ...config } = unstable_readConfig({ config: 'wrangler.toml' }, { hideWarnings: true });
  const { workerOptions } = unstable_getMiniflareWorkerOptions({
    ...withLimits(config, limits),
    assets: hasAssets ? assets : undefined,
  });
  return {
    ...workerOptions,
    name: config.name,
    modules: [{ type: 'ESModule' as const, path: script }],
    modulesRoot: dirname(script),
    // Not those of `workerOptions`, which has read the developer's .dev.vars.
    bindings: {
      ...config.vars,
      ...vars,
      ...(port && { PUBLIC_URL: vars.PUBLIC_URL?.replace('127.0.0.1:0', `127.0.0.1:${port}`) }),
    },
    unsafeDirectSockets: [{ host: '127.0.0.1', port }],
  };
}

function withLimits<C extends Pick<WranglerConfig, 'ratelimits'>>(config: C, limits: Limits): C {
  const ratelimits = config.ratelimits.map(({ simple, ...limiter }) => {
    const limit = limits[limiter.name as LimiterName] ?? simple.limit;
    return { ...limiter, simple: { ...simple, limit } };
  });
  return { ...config, ratelimits: ratelimits.filter(({ simple }) => simple.limit > 0) };
}

type Command = 'build' | 'start' | 'restart' | 'call' | 'stop' | 'forget';

/** Serves the commands until its parent is gone. */
async function serve(): Promise<void> {
  const host = new WorkerHost();
  // Most runs need the build, and it takes longer than the rest of the set-up.
  void host.build().catch(() => {});
  const server = createServer(async (incoming, answer) => {
    try {
      const [command, args] = deserialize(await buffer(incoming)) as [Command, never];
      const result: unknown = await (host[command] as (...args: unknown[]) => unknown).apply(host, args);
      answer.end(serialize(result));
    } catch (error) {
      answer.writeHead(500).end(String((error as Error).stack));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.once('disconnect', async () => {
    await host.close();
    process.exit();
  });
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** Starts the host. What wrangler says of each message in a queue is not shown. */
export async function startWorkerHost() {
  const child = fork(import.meta.filename, {
    env: { ...process.env, ...QUIET },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [url] = (await once(child, 'message')) as [string];
  return {
    url,
    async close() {
      child.disconnect();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** The host's end of the line, for test files. */
export async function tellHost<C extends Command>(
  url: string,
  command: C,
  ...args: Parameters<WorkerHost[C]>
): Promise<Awaited<ReturnType<WorkerHost[C]>>> {
  const response = await fetch(url, { method: 'POST', body: serialize([command, args]) });
  if (!response.ok) throw new Error(await response.text());
  return deserialize(Buffer.from(await response.arrayBuffer()));
}

if (import.meta.main) await serve();
