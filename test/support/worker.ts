import { randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inject } from 'vitest';
import { createTestHarness } from 'wrangler';
import type { Env } from '../../src/env.ts';
import type { LimiterName } from '../../src/lib/rate-limits.ts';
import { checkForLeaks, watchForLeaks, watchSecretsOf } from './leaks.ts';
import { type ApiDocument, OpenApiCheck } from './openapi-check.ts';
import type { PocketBaseInfo } from './pocketbase.ts';
import { type CountingProxy, startProxy } from './proxy.ts';

export const secret = () => randomBytes(24).toString('base64url');

export interface TestWorker {
  origin: string;
  keys: { acme: string; globex: string; internal: string };
  document: ApiDocument;
  /** A request to the running Worker. Whatever JSON it answers is held to the OpenAPI document. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  logs(): string[];
  /** What the cron does each minute. */
  scheduled(): Promise<void>;
  /** Its bindings, to look at what it stored. */
  env(): Promise<Env>;
  /** A new isolate over the same storage. */
  restart(): Promise<void>;
  /** Throws when a log line of its life holds a secret of the run or an applicant's name or number. */
  stop(): Promise<void>;
}

/** The project's configuration with other limits, or (0) without a limiter, in a directory of its own. */
function withLimits(limits: Partial<Record<LimiterName, number>>): string {
  let toml = readFileSync('wrangler.toml', 'utf8').replaceAll(/"(\.\/)?((?:src|dist)\/[\w./-]+)"/g, (_, __, path) =>
    JSON.stringify(resolve(path)),
  );
  for (const [name, limit] of Object.entries(limits)) {
    const section = new RegExp(`\\[\\[ratelimits\\]\\]\\nname = "${name}"\\n.*\\nsimple = .*\\n`);
    toml = toml.replace(section, (text) => (limit === 0 ? '' : text.replace(/limit = \d+/, `limit = ${limit}`)));
  }
  const directory = mkdtempSync(join(tmpdir(), 'ekyc-wrangler-'));
  writeFileSync(join(directory, 'wrangler.toml'), toml);
  return directory;
}

/** Failed authentications are counted per address: without one of its own, each request comes from another. */
const anyAddress = () => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;

/** The Worker in workerd, with the run's PocketBase behind it, or `pocketbase`. `settings` overrides; `undefined` removes one. */
export async function startWorker(
  settings: Record<string, string | undefined> = {},
  {
    limits,
    pocketbase = inject('pocketbase'),
  }: { limits?: Partial<Record<LimiterName, number>>; pocketbase?: PocketBaseInfo } = {},
): Promise<TestWorker> {
  const keys = { acme: secret(), globex: secret(), internal: secret() };
  const vars = Object.fromEntries(
    Object.entries({
      POCKETBASE_URL: pocketbase.url,
      POCKETBASE_SERVICE_EMAIL: pocketbase.service.email,
      POCKETBASE_SERVICE_PASSWORD: pocketbase.service.password,
      VALID_API_KEYS: `acme:${keys.acme},globex:${keys.globex}`,
      INTERNAL_API_KEYS: `ops:${keys.internal}`,
      KYC_FRONTEND_URL: 'https://verify.example.com/start',
      LINK_SECRET: secret(),
      SESSION_SECRET: secret(),
      DATA_SECRET: secret(),
      DEPLOYMENT: 'development',
      ...settings,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { superuser, service, dedupeSecret } = pocketbase;
  watchForLeaks(...Object.values(keys), superuser.password, service.password, dedupeSecret);
  for (const name of ['VALID_API_KEYS', 'INTERNAL_API_KEYS', 'LINK_SECRET', 'SESSION_SECRET', 'DATA_SECRET']) {
    watchForLeaks(...(vars[name] ?? '').split(',').map((part) => part.slice(part.indexOf(':') + 1)));
  }
  watchForLeaks(vars.POCKETBASE_SERVICE_PASSWORD);
  const directory = limits && withLimits(limits);
  const configPath = join(directory ?? '.', 'wrangler.toml');
  const server = createTestHarness({ workers: [{ configPath, vars }] });
  const logs = () => server.getLogs().map(({ message }) => message);
  const { url } = await server.listen();
  const openApi = new OpenApiCheck((await (await fetch(new URL('/openapi.json', url))).json()) as ApiDocument);
  return {
    origin: url.origin,
    keys,
    document: openApi.document,
    async fetch(path, init) {
      const target = new URL(path, url);
      const headers = new Headers(init?.headers);
      if (!headers.has('cf-connecting-ip')) headers.set('cf-connecting-ip', anyAddress());
      const response = await fetch(target, { redirect: 'manual', ...init, headers });
      if (/json$/.test(response.headers.get('content-type') ?? '')) await watchSecretsOf(response);
      await openApi.check(init?.method ?? 'GET', target.pathname, response);
      return response;
    },
    logs,
    env: () => server.getWorker<Env>().getEnv(),
    async scheduled() {
      const { outcome } = await server.getWorker().scheduled({ cron: '* * * * *' });
      if (outcome !== 'ok') throw new Error(`The cron ended with ${outcome}`);
    },
    restart: () => server.update((options) => ({ ...options })),
    async stop() {
      const lines = logs();
      await server.close();
      if (directory) rmSync(directory, { recursive: true });
      checkForLeaks(lines);
    },
  };
}

/** The Worker with a proxy before PocketBase, which counts calls and causes faults; `stop` ends both. */
export async function startProxiedWorker(): Promise<{ proxy: CountingProxy; worker: TestWorker }> {
  const proxy = await startProxy(inject('pocketbase').url);
  const worker = await startWorker({ POCKETBASE_URL: proxy.url });
  const stop = async () => {
    await worker.stop();
    await proxy.close();
  };
  return { proxy, worker: { ...worker, stop } };
}
