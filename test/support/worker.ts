import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inject } from 'vitest';
import type { Env } from '../../src/env.ts';
import { DEPLOYED_URL, deployedWorker, onlyHere } from './deployed.ts';
import { checkForLeaks, watchForLeaks, watchSecretsOf } from './leaks.ts';
import { type ApiDocument, OpenApiCheck } from './openapi/openapi-check.ts';
import type { PocketBaseInfo } from './pocketbase.ts';
import { type CountingProxy, startProxy } from './proxy.ts';
import type { TestWorker } from './test-worker.ts';
import { type Limits, tellHost } from './worker-host.ts';

export const secret = () => randomBytes(24).toString('base64url');

export type { TestWorker };

/** Failed authentications are counted per address: without one of its own, each request comes from another. */
const anyAddress = () => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;

/** The settings of a Worker before this PocketBase, with new keys. None of its secrets may be logged from now on. */
export function settingsFor(pocketbase: PocketBaseInfo, overrides: Record<string, string | undefined> = {}) {
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
      // The host puts the port in. In production there is no default.
      ...(overrides.DEPLOYMENT !== undefined && { PUBLIC_URL: 'http://127.0.0.1:0' }),
      ...overrides,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { superuser, service, dedupeSecret } = pocketbase;
  watchForLeaks(...Object.values(keys), superuser.password, service.password, dedupeSecret);
  for (const name of ['VALID_API_KEYS', 'INTERNAL_API_KEYS', 'LINK_SECRET', 'SESSION_SECRET', 'DATA_SECRET']) {
    watchForLeaks(...(vars[name] ?? '').split(',').map((part) => part.slice(part.indexOf(':') + 1)));
  }
  watchForLeaks(vars.POCKETBASE_SERVICE_PASSWORD);
  return { keys, vars };
}

interface WorkerOptions {
  limits?: Limits;
  pocketbase?: PocketBaseInfo;
  /** For those that open a page. */
  hasAssets?: boolean;
}

/** The Worker in workerd, with the run's PocketBase behind it, or `pocketbase`. `settings` overrides; `undefined` removes one. */
export async function startWorker(
  settings: Record<string, string | undefined> = {},
  options: WorkerOptions = {},
): Promise<TestWorker> {
  if (!DEPLOYED_URL) return hostWorker(settings, options);
  if (Object.keys({ ...settings, ...options }).length > 0) onlyHere('settings of its own', () => {});
  const url: string = DEPLOYED_URL;
  const openApi = await openApiOf(url, url);
  return deployedWorker(
    url,
    fetcher(() => url, openApi),
    openApi.document,
  );
}

async function hostWorker(
  settings: Record<string, string | undefined>,
  { limits, pocketbase = inject('pocketbase'), hasAssets = false }: WorkerOptions,
): Promise<TestWorker> {
  const { keys, vars } = settingsFor(pocketbase, settings);
  const host = inject('workerHost');
  const { id, log, script, ...started } = await tellHost(host, 'start', { vars, hasAssets, ...(limits && { limits }) });
  let { url, control } = started;
  const logs = () =>
    readFileSync(log, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as string);
  const openApi = await openApiOf(script, url);
  return {
    get origin() {
      return new URL(url).origin;
    },
    partner: 'acme',
    frontend: vars.KYC_FRONTEND_URL ?? '',
    keys,
    document: openApi.document,
    fetch: fetcher(() => url, openApi),
    logs,
    env: async () => remoteEnv((binding, method, args) => tellHost(host, 'call', id, binding, method, args)),
    async scheduled() {
      const response = await fetch(new URL('/cdn-cgi/local/scheduled?format=json&cron=*+*+*+*+*', control));
      const { outcome } = (await response.json()) as { outcome: string };
      if (outcome !== 'ok') throw new Error(`The cron ended with ${outcome}`);
    },
    async restart() {
      ({ url, control } = await tellHost(host, 'restart', id));
    },
    async stop() {
      await tellHost(host, 'stop', id);
      checkForLeaks(logs());
    },
  };
}

/** A `fetch` that compares each JSON answer with the OpenAPI document. */
function fetcher(base: () => string, openApi: OpenApiCheck): TestWorker['fetch'] {
  return async (path, init) => {
    const target = new URL(path, base());
    const headers = new Headers(init?.headers);
    if (!headers.has('cf-connecting-ip')) headers.set('cf-connecting-ip', anyAddress());
    const response = await fetch(target, { redirect: 'manual', ...init, headers });
    if (!/json$/.test(response.headers.get('content-type')?.split(';')[0] ?? '')) return response;
    // Read once and handed on: each `clone` would read it through a stream again.
    const body = await response.text();
    watchSecretsOf(body);
    openApi.check(init?.method ?? 'GET', target.pathname, response, body);
    return new Response(body, response);
  };
}

const openApiChecks = new Map<string, OpenApiCheck>();

/** Read and compiled once for each build, as the document depends on no setting. */
async function openApiOf(script: string, url: string): Promise<OpenApiCheck> {
  const known = openApiChecks.get(script);
  if (known) return known;
  const check = new OpenApiCheck((await (await fetch(new URL('/openapi.json', url))).json()) as ApiDocument);
  openApiChecks.set(script, check);
  return check;
}

/** Bindings whose methods are called where they are. */
function remoteEnv(call: (binding: string, method: string, args: unknown[]) => Promise<unknown>): Env {
  const methods = (binding: string) =>
    new Proxy(
      {},
      {
        get:
          (_, method: string) =>
          (...args: unknown[]) =>
            call(binding, method, args),
      },
    );
  return new Proxy({}, { get: (_, binding: string) => (binding === 'then' ? undefined : methods(binding)) }) as Env;
}

/** The Worker with a proxy before PocketBase, which counts calls and causes faults; `stop` ends both. */
export async function startProxiedWorker(
  options: WorkerOptions = {},
): Promise<{ proxy: CountingProxy; worker: TestWorker }> {
  const proxy = await startProxy((options.pocketbase ?? inject('pocketbase')).url);
  const worker = await startWorker({ POCKETBASE_URL: proxy.url }, options);
  const stopWorker = worker.stop;
  worker.stop = async () => {
    await stopWorker();
    await proxy.stop();
  };
  return { proxy, worker };
}
