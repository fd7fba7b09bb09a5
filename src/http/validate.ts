import { zValidator } from '@hono/zod-validator';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { resolver, uniqueSymbol } from 'hono-openapi';
import type * as z from 'zod';
import type { AppEnv } from '../app-env.ts';
import { ApiProblem } from '../lib/problem.ts';
import { validationProblem } from '../lib/validation-problem.ts';

const JSON_MAX_BYTES = 64 * 1024;
const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

const limitJson = bodyLimit({
  maxSize: JSON_MAX_BYTES,
  onError: () => {
    throw new ApiProblem('payload_too_large', `A JSON body may have ${JSON_MAX_BYTES} bytes`);
  },
});

/**
 * One schema gives the validation, the types of the handler and the request body in OpenAPI.
 * @param optional an empty body stands for `{}`
 */
export function jsonBody<S extends z.ZodType>(schema: S, { optional = false } = {}) {
  const validated = zValidator('json', schema, refuseInvalid);
  const check = validated as unknown as MiddlewareHandler<AppEnv>;
  const validate = (c: Context<AppEnv>, next: () => Promise<void>) =>
    afterRecord(c, async () => {
      if (optional && (!c.req.raw.body || c.req.header('content-length') === '0')) {
        c.req.addValidatedData('json', schema.parse({}) as object);
        return next();
      }
      await limitJson(c, async () => {});
      if (!JSON_TYPE.test(c.req.header('content-type') ?? '')) {
        throw new ApiProblem('unsupported_media_type', 'Send application/json');
      }
      return check(c, next);
    });
  return Object.assign(validate, {
    [uniqueSymbol]: { target: 'json', ...resolver(schema) },
  }) as unknown as typeof validated;
}

export function query<S extends z.ZodType>(schema: S) {
  const validated = zValidator('query', schema, refuseInvalid);
  const check = validated as unknown as MiddlewareHandler<AppEnv>;
  const validate = (c: Context<AppEnv>, next: () => Promise<void>) => afterRecord(c, () => check(c, next));
  return Object.assign(validate, {
    [uniqueSymbol]: { target: 'query', ...resolver(schema) },
  }) as unknown as typeof validated;
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
