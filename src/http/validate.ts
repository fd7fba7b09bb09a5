import { zValidator } from '@hono/zod-validator';
import type { Context, MiddlewareHandler } from 'hono';
import { resolver, uniqueSymbol } from 'hono-openapi';
import * as z from 'zod';
import type { AppEnv } from '../app-env.ts';
import { ApiProblem } from '../lib/problem.ts';
import { isEncodedUtf8 } from '../lib/utf8.ts';
import { invalidField, validationProblem } from '../lib/validation-problem.ts';
import { readJson } from './json.ts';

type JsonBody<S extends z.ZodType> = MiddlewareHandler<
  AppEnv,
  string,
  { in: { json: z.input<S> }; out: { json: z.output<S> } }
>;

const NO_FIELDS = z.strictObject({});

/**
 * One schema gives the validation, the types of the handler and the request body in OpenAPI.
 * @param optional an empty body stands for `{}`
 */
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

/** For an action that takes no fields: no body at all, or an object without members. */
export function noFields(): MiddlewareHandler<AppEnv> {
  return (c, next) =>
    afterRecord(c, async () => {
      const result = NO_FIELDS.safeParse(await readJson(c.req.raw, { optional: true }));
      if (!result.success) throw validationProblem(result.error.issues);
      return next();
    });
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
  throw invalidField('/__proto__', 'Unknown field');
}

/**
 * Runs a check of the request. When the check refuses, the endpoint's `record` is read first, as an error of the record comes before an
 * error of the request. A request that passes costs no read.
 */
export async function afterRecord<T>(c: Context<AppEnv>, check: () => T | Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    await c.get('findRecord')?.();
    throw error;
  }
}

function refuseInvalid(result: { success: boolean; error?: { issues: readonly z.core.$ZodIssue[] } }): void {
  if (!result.success) throw validationProblem(result.error?.issues ?? []);
}
