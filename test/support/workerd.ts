import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { spawnGuarded } from '../../scripts/lib/child.ts';
import { RATE_LIMITS } from '../../src/lib/rate-limits.ts';

const COMPATIBILITY_DATE = '2026-11-01';
const wrangler = createRequire(import.meta.url).resolve('wrangler/package.json');
/** The workerd that wrangler carries, which need not be the one in `node_modules/.bin`. */
const WORKERD: string = createRequire(wrangler)('workerd').default;

/** Workers KV as raw workerd wants it: a service that answers the binding's requests. */
const KV = `const values = new Map();
export default {
  async fetch(request) {
    const key = new URL(request.url).pathname;
    if (request.method === 'PUT') values.set(key, await request.arrayBuffer());
    if (request.method === 'DELETE') values.delete(key);
    return values.has(key) ? new Response(values.get(key)) : new Response(null, { status: 404 });
  },
};`;

/** Limits are lifted: what is measured is the Worker, not how much one key may ask. */
const limiter = (success: boolean) => `export default () => ({ limit: async () => ({ success: ${success} }) });`;
/** Wake-ups are thrown away: nothing is delivered here. */
const QUEUE = 'export default () => ({ sendBatch: async () => {} });';
const stubs = (isLimited: boolean) => ({ 'stub:limiter': limiter(!isLimited), 'stub:queue': QUEUE });
const stubbed = (name: string, stub: string) => `(name = "${name}", wrapped = (moduleName = "${stub}"))`;
const STUBBED = [
  ...Object.keys(RATE_LIMITS).map((name) => stubbed(name, 'stub:limiter')),
  stubbed('WEBHOOKS', 'stub:queue'),
];

const worker = (code: string) => `worker = (
      modules = [(name = "kv", esModule = ${JSON.stringify(code)})],
      compatibilityDate = "${COMPATIBILITY_DATE}")`;
const external = (address: string) => `external = (address = "${address}", http = ())`;

const config = (
  script: string,
  bindings: Record<string, string>,
  kv?: string,
  isLimited = false,
) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "net", network = (allow = ["private", "public"])),
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "${script}")],
      compatibilityDate = "${COMPATIBILITY_DATE}",
      bindings = [(name = "TOKENS", kvNamespace = "kv"), ${STUBBED}, ${Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`)}],
      globalOutbound = "net")),
    (name = "kv", ${kv ? external(kv) : worker(KV)}),
  ],
  extensions = [(modules = [${Object.entries(stubs(isLimited)).map(([name, code]) => `(name = "${name}", internal = true, esModule = ${JSON.stringify(code)})`)}])],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`;

/** How to bundle a Worker as a deploy would; without `worker`, the product. The script comes to lie in a directory of its own. */
export function bundling(worker?: string) {
  const directory = mkdtempSync(join(tmpdir(), 'ekyc-workerd-'));
  // A configuration of its own, or wrangler would find the product's.
  const own = join(directory, 'wrangler.toml');
  const settings = { name: 'bundle', main: resolve(worker ?? ''), compatibility_date: COMPATIBILITY_DATE };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
  if (worker) writeFileSync(own, lines.join(''));
  const config = worker ? own : resolve('wrangler.toml');
  const args = [
    join(wrangler, '../bin/wrangler.js'),
    'deploy',
    '--dry-run',
    `--config=${config}`,
    `--outdir=${directory}`,
  ];
  return { args, directory, script: join(directory, basename(worker ?? 'index.ts').replace(/\.ts$/, '.js')) };
}

/**
 * Bundles a Worker, with these text bindings. The directory is the caller's to remove.
 * @param kv `host:port` of a server that stands for Workers KV; without it, a Map that ends with workerd
 */
export function bundle(bindings: Record<string, string>, worker?: string, { kv }: { kv?: string } = {}): string {
  const { args, directory, script } = bundling(worker);
  execFileSync(process.execPath, args, { stdio: 'pipe' });
  writeConfig(directory, script, bindings, kv);
  return directory;
}

/**
 * A directory for `serve` with a script that was bundled before.
 * @param isLimited every rate limit is reached
 */
export function place(script: string, bindings: Record<string, string>, { isLimited = false } = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'ekyc-workerd-'));
  copyFileSync(script, join(directory, basename(script)));
  writeConfig(directory, script, bindings, undefined, isLimited);
  return directory;
}

type Rest = [bindings: Record<string, string>, kv?: string, isLimited?: boolean];

function writeConfig(...[directory, script, ...rest]: [string, string, ...Rest]): void {
  writeFileSync(join(directory, 'config.capnp'), config(basename(script), ...rest), { mode: 0o600 });
}

/**
 * A bundled Worker in workerd itself, on a free port of the loopback interface. Miniflare sends outgoing requests through Node's
 * `fetch`, which hides how a connection ended; this shows what production does.
 * @param quiet throws its log away, so that reading it takes nothing from what is measured
 */
export async function serve(directory: string, { quiet = false } = {}) {
  const lines: string[] = [];
  const ready = Promise.withResolvers<{ pid: string; port: number }>();
  const announced = ['/bin/sh', '-c', `echo $$; exec "$@" 4>&1 ${quiet ? '>/dev/null 2>&1' : ''}`, 'sh'];
  const child = spawnGuarded([...announced, WORKERD, 'serve', '--control-fd=4', 'config.capnp'], {
    cwd: directory,
    env: process.env,
    onLine(line) {
      lines.push(line);
      if (line.startsWith('{"event":"listen"')) ready.resolve({ pid: lines[0] ?? '', port: JSON.parse(line).port });
    },
  });
  void child.closed.then(() => ready.reject(new Error(child.lastWords())));
  const { pid, port } = await ready.promise;
  return {
    pid: Number(pid),
    port,
    /** What it has said, the Worker's log among it. */
    lines: () => lines,
    /** What it has complained of, uncaught exceptions and rejections among it. */
    errors: () => lines.filter((line) => line.includes('error:')).join('\n'),
    /** The most memory it has ever held, in bytes. */
    peak: () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024,
    stop: child.stop,
  };
}

export function remove(directory: string): void {
  rmSync(directory, { recursive: true });
}
