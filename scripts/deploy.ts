import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { experimental_readRawConfig } from 'wrangler';
import { runCommand } from './lib/command.ts';
import { layOver, type Table } from './lib/lay-over.ts';
import { ROOT } from './lib/settings.ts';

const OWN = '.deploy.toml';

/**
 * wrangler.toml with what is an installation's own laid over it: the tables of .deploy.toml, and of its `[env.<name>]`. Flat, as the
 * environments of wrangler itself inherit neither bindings nor vars.
 */
export function deployConfig(directory: string, env?: string): Table {
  const read = (name: string) => experimental_readRawConfig({ config: join(directory, name) }).rawConfig as Table;
  if (!existsSync(join(directory, OWN))) throw new Error(`${OWN} is missing: docs/deploy.md says what stands in it`);
  const { env: environments = {}, ...own } = read(OWN);
  const config = layOver(read('wrangler.toml'), own);
  if (env === undefined) return config;
  const chosen = (environments as Record<string, Table | undefined>)[env];
  if (!chosen) throw new Error(`${OWN} has no [env.${env}]`);
  return layOver(config, chosen);
}

/** Takes `--env <name>` out of the arguments. In another spelling it would reach wrangler, which would deploy to production. */
export function takeEnv(args: string[]): string | undefined {
  const at = args.indexOf('--env');
  const [, env] = at < 0 ? [] : args.splice(at, 2);
  const isMisspelt = args.some((word) => /^(-e.*|--env(=.*)?)$/.test(word));
  if (isMisspelt || (at >= 0 && !env)) throw new Error('an environment is named by --env <name>');
  return env;
}

// npm run deploy -- [--env <name>] [what `wrangler deploy` takes]
async function deploy(): Promise<void> {
  const args = process.argv.slice(2);
  const env = takeEnv(args);
  // In the root, as paths in a configuration begin where it stands. It stays, for other commands of wrangler.
  const path = join(ROOT, `.deploy${env ? `.${env}` : ''}.json`);
  writeFileSync(path, `${JSON.stringify(deployConfig(ROOT, env), null, 2)}\n`);
  const command = ['deploy', '--config', path, ...args];
  const wrangler = spawn(join(ROOT, 'node_modules/.bin/wrangler'), command, { cwd: ROOT, stdio: 'inherit' });
  const [code] = await once(wrangler, 'exit');
  process.exitCode = code ?? 1;
}

if (import.meta.main) await runCommand('deploy', deploy);
