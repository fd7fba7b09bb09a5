import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { createTestHarness } from 'wrangler';
import type { Env } from '../../src/env.ts';
import { type ApiDocument, OpenApiCheck } from './openapi-check.ts';
import type { PocketBaseInfo } from './pocketbase.ts';

export const secret = () => randomBytes(24).toString('base64url');

export interface TestWorker {
  origin: string;
  keys: { acme: string; globex: string; internal: string };
  document: ApiDocument;
  /** A request to the running Worker. Whatever JSON it answers is held to the OpenAPI document. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  logs(): string[];
  /** Its bindings, to look at what it stored. */
  env(): Promise<Env>;
  /** What the cron does each minute. */
  sweep(): Promise<void>;
  /** A new isolate over the same storage. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The Worker in workerd, with the run's PocketBase behind it, or `pocketbase`. `settings` overrides; `undefined` removes one. */
export async function startWorker(
  settings: Record<string, string | undefined> = {},
  pocketbase: PocketBaseInfo = inject('pocketbase'),
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
  const server = createTestHarness({ workers: [{ configPath: './wrangler.toml', vars }] });
  const { url } = await server.listen();
  const openApi = new OpenApiCheck((await (await fetch(new URL('/openapi.json', url))).json()) as ApiDocument);
  return {
    origin: url.origin,
    keys,
    document: openApi.document,
    async fetch(path, init) {
      const target = new URL(path, url);
      const response = await fetch(target, { redirect: 'manual', ...init });
      await openApi.check(init?.method ?? 'GET', target.pathname, response);
      return response;
    },
    logs: () => server.getLogs().map(({ message }) => message),
    env: () => server.getWorker<Env>().getEnv(),
    async sweep() {
      const { outcome } = await server.getWorker().scheduled({ cron: '* * * * *' });
      if (outcome !== 'ok') throw new Error(`The cron ended with ${outcome}`);
    },
    restart: () => server.update((options) => ({ ...options })),
    stop: () => server.close(),
  };
}
