import { execFile, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import type { unstable_startWorker, Unstable_Config as WranglerConfig } from 'wrangler';
import type { LimiterName } from '../../src/lib/rate-limits.ts';
import { bundling, remove } from './workerd.ts';

type Input = Parameters<typeof unstable_startWorker>[0];
type Hosted = Awaited<ReturnType<typeof unstable_startWorker>>;
/** 0 leaves the limiter out. */
export type Limits = Partial<Record<LimiterName, number>>;

export interface HostedWorker {
  id: string;
  url: string;
  /** A file, so that a test can read at any moment what has been logged so far. */
  log: string;
}

/** wrangler's collector of traces writes each request into SQLite, which costs more than the request; and nothing leaves this machine. */
const QUIET = { X_LOCAL_OBSERVABILITY: 'false', X_LOCAL_EXPLORER: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' };

/**
 * Starts the tests' Workers in one process: every test file is another, and in each of them wrangler would take two seconds of CPU to
 * load and one to bundle.
 */
class WorkerHost {
  readonly #logs = mkdtempSync(join(tmpdir(), 'ekyc-workers-'));
  readonly #directories = [this.#logs];
  readonly #workers = new Map<string, { worker: Hosted; input: Input }>();
  readonly #closing = new AbortController();
  readonly #scripts = new Map<string | undefined, Promise<string>>();

  async start({ vars, limits = {} }: { vars: Record<string, string>; limits?: Limits }): Promise<HostedWorker> {
    const { unstable_readConfig, unstable_startWorker } = await import('wrangler');
    const config = unstable_readConfig({ config: 'wrangler.toml' }, { hideWarnings: true });
    const id = randomUUID();
    const log = join(this.#logs, `${id}.log`);
    writeFileSync(log, '', { mode: 0o600 });
    const input: Input = {
      config: withLimits(prebuilt(config, await this.build()), limits),
      bindings: Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, { type: 'plain_text', value }])),
      // Any, so that nobody's .dev.vars gets in.
      envFiles: [devNull],
      build: { nodejsCompatMode: null },
      // As in wrangler's createTestHarness, but without its `outboundService`: requests leave workerd directly, as in production, and
      // not through Node's `fetch`, which costs twice the CPU, follows redirects and hides how a connection ended.
      dev: {
        server: { hostname: '127.0.0.1', port: 0 },
        logLevel: 'none',
        watch: false,
        persist: false,
        inspector: false,
        inferOriginFromRoutes: false,
        routeRequestsByRoutes: true,
        structuredLogsHandler: ({ message }: { message: string }) =>
          appendFileSync(log, `${JSON.stringify(message)}\n`),
      },
    };
    const worker = await unstable_startWorker(input);
    await worker.url;
    this.#workers.set(id, { worker, input });
    return { id, url: await this.#url(id), log };
  }

  /** A new isolate over the same storage. */
  async restart(id: string): Promise<string> {
    const { worker, input } = this.#find(id);
    const reloaded = once(worker.raw, 'reloadComplete');
    await worker.setConfig({ ...input }, true);
    await reloaded;
    return this.#url(id);
  }

  /** Calls a method of one of its bindings. */
  async call(id: string, binding: string, method: string, args: unknown[]): Promise<unknown> {
    const bindings: Record<string, Record<string, (...args: unknown[]) => unknown>> = await this.#runtime(
      id,
    ).getBindings();
    return bindings[binding]?.[method]?.(...args);
  }

  async stop(id: string): Promise<void> {
    const { worker } = this.#find(id);
    this.#workers.delete(id);
    await worker.dispose();
  }

  /** Sources have changed: whatever is asked for next is bundled anew. */
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

  #runtime(id: string) {
    const miniflare = this.#find(id).worker.raw.runtimes[0]?.mf;
    if (!miniflare) throw new Error('This Worker does not run');
    return miniflare;
  }

  /** workerd's own: the one that wrangler hands out has another Worker in between, for reloads. */
  async #url(id: string): Promise<string> {
    return (await this.#runtime(id).ready).href;
  }
}

/** As createTestHarness has it for a `prebuiltWorkerDir`. */
function prebuilt(config: WranglerConfig, main: string): WranglerConfig {
  const { command: _, ...build } = config.build;
  return { ...config, main, build, base_dir: dirname(main), no_bundle: true, find_additional_modules: true };
}

function withLimits(config: WranglerConfig, limits: Limits): WranglerConfig {
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
  // Most runs need it, and it takes longer than what else is set up.
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
