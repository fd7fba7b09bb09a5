import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkForLeaks } from '../support/leaks.ts';
import { type ApiDocument, OpenApiCheck } from '../support/openapi/openapi-check.ts';
import { type PocketBaseInfo, startPocketBase } from '../support/pocketbase.ts';
import { settingsFor, type TestWorker } from '../support/worker.ts';
import { bundle, remove, serve } from '../support/workerd.ts';
import { expectNothingDoubled, expectQuietLog } from './invariants.ts';

/** With which a vendor signs. */
export const CALLBACK_SECRET = 'a secret of the vendor named acme';

export interface BareWorker extends Pick<TestWorker, 'fetch' | 'keys' | 'logs' | 'restart' | 'stop'> {
  /** Of this run: another after `restart`. */
  origin(): string;
}

/**
 * The deployed bundle in workerd itself, not in Miniflare, whose own fetch hides how a connection to PocketBase ended. Rate limits
 * are lifted, wake-ups thrown away; `restart` forgets the KV as well.
 */
export async function startBareWorker(pocketbase: PocketBaseInfo, url = pocketbase.url): Promise<BareWorker> {
  const { keys, vars } = settingsFor({ ...pocketbase, url });
  const CHECK_CALLBACKS = JSON.stringify({ acme: { scheme: 'hmac-sha256', secret: CALLBACK_SECRET } });
  const directory = bundle({ ...vars, CHECK_CALLBACKS, LINK_TTL_SECONDS: '86400', WEBHOOK_DENY_HOSTS: '' });
  let workerd = await serve(directory);
  let earlier: string[] = [];
  const target = (path: string) => new URL(path, `http://127.0.0.1:${workerd.port}`);
  const openApi = new OpenApiCheck((await (await fetch(target('/openapi.json'))).json()) as ApiDocument);
  const logs = () => [...earlier, ...workerd.lines()];
  return {
    keys,
    logs,
    origin: () => target('/').origin,
    async fetch(path, init) {
      const response = await fetch(target(path), { redirect: 'manual', ...init });
      const isJson = /json\b/.test(response.headers.get('content-type') ?? '');
      if (isJson) openApi.check(init?.method ?? 'GET', target(path).pathname, response, await response.clone().text());
      return response;
    },
    async restart() {
      earlier = logs();
      await workerd.stop();
      workerd = await serve(directory);
    },
    async stop() {
      await workerd.stop();
      remove(directory);
      checkForLeaks(logs());
    },
  };
}

/** A PocketBase that can be killed and started again on the same port and data. */
async function startMortalPocketBase() {
  const dir = mkdtempSync(join(tmpdir(), 'ekyc-faults-'));
  let current = await startPocketBase({ dir });
  const { stop: _, kill: __, ...info } = current;
  const env = {
    SUPERUSER_EMAIL: info.superuser.email,
    SUPERUSER_PASSWORD: info.superuser.password,
    POCKETBASE_SERVICE_EMAIL: info.service.email,
    POCKETBASE_SERVICE_PASSWORD: info.service.password,
    DEDUPE_SECRET: info.dedupeSecret,
  };
  return {
    info,
    kill: () => current.kill(),
    /** Resolves when it serves. */
    async start() {
      current = await startPocketBase({ dir, port: info.port, env });
    },
    async stop() {
      await current.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Such a PocketBase with a Worker in front; `stop` checks their log and data. */
export async function startMortalSystem() {
  const pocketbase = await startMortalPocketBase();
  const worker = await startBareWorker(pocketbase.info);
  const stop = async () => {
    expectQuietLog(worker);
    await worker.stop();
    await expectNothingDoubled(pocketbase.info);
    await pocketbase.stop();
  };
  return { pocketbase, worker, stop };
}
export type MortalSystem = Awaited<ReturnType<typeof startMortalSystem>>;
