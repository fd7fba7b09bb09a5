import { join } from 'node:path';
import { type Child, spawnGuarded } from './child.ts';
import { ROOT } from './settings.ts';

/**
 * `settings` travel in the environment: as wrangler.toml lists our secrets, `wrangler dev` takes from there what it names, and
 * nothing else. An --env-file, even an empty one, keeps it from reading .dev.vars, which would win.
 */
export function spawnWrangler(options: {
  port: number;
  dir: string;
  settings: Record<string, string>;
  onLine: (line: string) => void;
}): Child {
  const { port, dir, settings, onLine } = options;
  const args = ['--ip=127.0.0.1', `--port=${port}`, `--persist-to=${dir}`, '--env-file=/dev/null'];
  return spawnGuarded(
    [join(ROOT, 'node_modules/.bin/wrangler'), 'dev', ...args, '--show-interactive-dev-session=false'],
    {
      cwd: ROOT,
      onLine,
      env: {
        ...process.env,
        ...settings,
        // PocketBase's alone.
        DEDUPE_SECRET: undefined,
        // wrangler's store of traces keeps each request's address and query for as long as the data: an erasure would not reach it.
        X_LOCAL_OBSERVABILITY: 'false',
        // Nothing leaves this machine, and nothing is written outside of the project.
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
        WRANGLER_HIDE_BANNER: 'true',
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_SEND_ERROR_REPORTS: 'false',
        WRANGLER_LOG_PATH: join(dir, 'logs'),
        WRANGLER_REGISTRY_PATH: join(dir, 'registry'),
      },
    },
  );
}
