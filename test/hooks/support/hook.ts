import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const HOOKS = join(import.meta.dirname, '../../../pocketbase/hooks');

/** Loads a file of hooks/lib into Node. It works for functions that call nothing of PocketBase. */
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
