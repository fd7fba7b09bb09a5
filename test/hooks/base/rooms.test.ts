import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const LIB = join(import.meta.dirname, '../../../pocketbase/hooks/lib');
/** From the ground up. The linter does not follow `require` of a template, so this test keeps the arrows. */
const ROOMS = [
  'shared',
  'base',
  'levels',
  'documents',
  'status',
  'review',
  'webhooks',
  'keys',
  'profiles',
  'checks',
  'upkeep',
];

const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'));
const requiredBy = (path: string) =>
  [...readFileSync(join(LIB, path), 'utf8').matchAll(/require\(`\$\{__hooks\}\/lib\/([\w/-]+\.js(?:on)?)`\)/g)].map(
    ([, required = '']) => required,
  );
const floorOf = (path: string) => ROOMS.indexOf(path.split('/')[0] ?? '');

test('every file of the hooks has its room', () => {
  expect(files.filter((path) => floorOf(path) < 0)).toEqual([]);
});

test('no room of the hooks requires one above it', () => {
  const up = files.flatMap((path) =>
    requiredBy(path)
      .filter((required) => floorOf(required) > floorOf(path))
      .map((required) => `${path} → ${required}`),
  );
  expect(up).toEqual([]);
});

test('no files of the hooks require each other in a circle', () => {
  const ways = new Map(files.map((path) => [path, requiredBy(path).filter((required) => required.endsWith('.js'))]));
  const isBelow = (path: string, target: string, seen = new Set<string>()): boolean =>
    (ways.get(path) ?? []).some((next) => {
      if (next === target) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return isBelow(next, target, seen);
    });
  expect(files.filter((path) => isBelow(path, path))).toEqual([]);
});
