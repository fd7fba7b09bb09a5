import { zValidator } from '@hono/zod-validator';
import type { Context, MiddlewareHandler } from 'hono';
import { resolver, uniqueSymbol } from 'hono-openapi';
import type * as z from 'zod';
import type { AppEnv } from '../app-env.ts';
import { ApiProblem } from '../lib/problem.ts';
import { isEncodedUtf8 } from '../lib/utf8.ts';
import { validationProblem } from '../lib/validation-problem.ts';
import { readJson } from './json.ts';

type JsonBody<S extends z.ZodType> = MiddlewareHandler<
  AppEnv,
  string,
  { in: { json: z.input<S> }; out: { json: z.output<S> } }
>;

/** One schema gives validation, the handler's types and the operation's request body. `optional` lets an empty body stand for `{}`. */
export function jsonBody<S extends z.ZodType>(schema: S, { optional = false } = {}): JsonBody<S> {
  const validate: MiddlewareHandler<AppEnv> = (c, next) =>
    afterRecord(c, async () => {
      const result = schema.safeParse(await readJson(c.req.raw, { optional }));
      if (!result.success) throw validationProblem(result.error.issues);
      c.req.addValidatedData('json', result.data as object);
      return next();
    });
  return Object.assign(validate, { [uniqueSymbol]: { target: 'json', ...resolver(schema) } }) as JsonBody<S>;
}

export function query<S extends z.ZodType>(schema: S) {
  const validated = zValidator('query', schema, refuseInvalid);
  const check = validated as unknown as MiddlewareHandler<AppEnv>;
  const validate = (c: Context<AppEnv>, next: () => Promise<void>) =>
    afterRecord(c, async () => {
      refuseDamagedQuery(new URL(c.req.url).search);
      return check(c, next);
    });
  return Object.assign(validate, {
    [uniqueSymbol]: { target: 'query', ...resolver(schema) },
  }) as unknown as typeof validated;
}

/** A query that is not UTF-8 would be searched for damaged; of one named `__proto__` nobody would hear that it is unknown. */
function refuseDamagedQuery(search: string): void {
  if (!isEncodedUtf8(search)) throw new ApiProblem('invalid_request', 'The query must be UTF-8');
  if (!new URLSearchParams(search).has('__proto__')) return;
  throw new ApiProblem('validation_failed', undefined, {
    errors: [{ pointer: '/__proto__', detail: 'Unknown field' }],
  });
}

/** What is wrong with the record outranks what is wrong with the request; this costs a read only when refusing. */
async function afterRecord<T>(c: Context<AppEnv>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await c.var.checkRecord?.();
    throw error;
  }
}

/** Names the check of the record that outranks the body's checks; see the contract's order of errors. */
export function recordFirst(
  check: (c: Context<AppEnv, '/:id'>) => Promise<unknown>,
): MiddlewareHandler<AppEnv, '/:id'> {
  return async function recordFirst(c, next) {
    c.set('checkRecord', () => check(c));
    await next();
  };
}

function refuseInvalid(result: { success: boolean; error?: { issues: readonly z.core.$ZodIssue[] } }): void {
  if (!result.success) throw validationProblem(result.error?.issues ?? []);
}
