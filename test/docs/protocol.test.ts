import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8');
const HOOKS = sourceOf('pocketbase/hooks/**/*.js');
const WORKER = sourceOf('src/**/*.ts');

function sourceOf(pattern: string): string {
  return globSync(pattern, { cwd: ROOT })
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
    .join('\n');
}

/** What stands in the first column of the page's tables. */
const named = (pattern: RegExp) => PAGE.match(new RegExp(`(?<=^\\| \`)${pattern.source}(?=\` \\|)`, 'gm'))?.sort();
const used = (source: string, pattern: RegExp) =>
  [...new Set([...source.matchAll(pattern)].map((match) => match.slice(1).join(' ').toLowerCase()))].sort();

describe('docs/protocol.md', () => {
  it('names every header that passes between Worker and hooks', () => {
    const read = used(HOOKS, /\bheader\('(x-[\w-]+)'/gi);
    const written = used(HOOKS, /\.set\(\s*'(x-[\w-]+)'/gi);
    expect(named(/x-[\w-]+/)).toEqual([...read, ...written].sort());
  });

  it('names every route of ours', () => {
    const routes = [...HOOKS.matchAll(/routerAdd\(\s*'(\w+)',\s*'([^']+)'/g)].map(([, method, path]) => `${method} ${path}`);
    expect(named(/[A-Z]+ \/api\/edge\/\S+/)).toEqual(routes.sort());
  });

  it('names every flag on a record', () => {
    expect(named(/@\w+/)).toEqual(used(HOOKS, /[gs]et\('(@\w+)'/g));
  });

  it('names every key of Workers KV, of the hooks’ table and of their store', () => {
    const keys = [...WORKER.matchAll(/KV_KEY = '([^']+)'/g), ...HOOKS.matchAll(/(?:read|write)State\(\w+, '(\w+)'/g)];
    for (const [, key] of keys) expect(PAGE).toContain(`| \`${key}\` |`);
    for (const [, key] of HOOKS.matchAll(/['`](ekyc\.\w+)/g)) expect(PAGE).toContain(`\`${key}`);
  });
});
