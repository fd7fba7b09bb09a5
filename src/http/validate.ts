import { zValidator } from '@hono/zod-validator';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { resolver, uniqueSymbol } from 'hono-openapi';
import type * as z from 'zod';
import type { AppEnv } from '../app-env.ts';
import { ApiProblem } from '../lib/problem.ts';
import { validationProblem } from '../lib/validation-problem.ts';

/** The contract's bound for JSON bodies. */
const JSON_MAX_BYTES = 64 * 1024;
const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

const limitJson = bodyLimit({
  maxSize: JSON_MAX_BYTES,
  onError: () => {
    throw new ApiProblem('payload_too_large', `A JSON body may have ${JSON_MAX_BYTES} bytes`);
  },
});

/** One schema gives validation, the handler's types and the operation's request body. `optional` lets an empty body stand for `{}`. */
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
