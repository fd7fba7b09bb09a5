import { ApiProblem } from './problem.ts';
import { pointer } from './validation-problem.ts';

interface Place {
  value: unknown;
  key: string;
  parent: Place | null;
}

/**
 * The value of a JSON text. A member `__proto__` is refused here, as zod passes over it: it would vanish from what is stored.
 * @param at where the text stands in the request's body
 * @throws SyntaxError, ApiProblem `validation_failed`
 */
export function parseJson(text: string, at: string[] = []): unknown {
  const value: unknown = JSON.parse(text);
  const found = findPrototype(value);
  if (!found) return value;
  const path: string[] = [];
  for (let place = found; place.parent; place = place.parent) path.unshift(place.key);
  throw new ApiProblem('validation_failed', undefined, {
    errors: [{ pointer: pointer([...at, ...path]), detail: 'Unknown field' }],
  });
}

/** With a list of open places instead of recursion: JSON may be nested more deeply than calls may. */
function findPrototype(root: unknown): Place | null {
  const open: Place[] = [{ value: root, key: '', parent: null }];
  for (let parent = open.pop(); parent; parent = open.pop()) {
    if (typeof parent.value !== 'object' || parent.value === null) continue;
    for (const [key, value] of Object.entries(parent.value)) {
      const place = { value, key, parent };
      if (key === '__proto__') return place;
      open.push(place);
    }
  }
  return null;
}
