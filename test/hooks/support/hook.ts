import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const HOOKS = join(import.meta.dirname, '../../../pocketbase/hooks');

/** What a file of hooks/lib exports, outside of PocketBase: good for what asks nothing of it. */
export function hook<T>(name: string): T {
  return load(join(HOOKS, `lib/${name}.js`)) as T;
}

function load(path: string): unknown {
  const source = readFileSync(path, 'utf8');
  if (path.endsWith('.json')) return JSON.parse(source);
  const module = { exports: {} };
  new Function('module', 'require', '__hooks', source)(module, load, HOOKS);
  return module.exports;
}
