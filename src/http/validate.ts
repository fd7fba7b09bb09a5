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
  const validate = async (c: Context<AppEnv>, next: () => Promise<void>) => {
    try {
      if (optional && (!c.req.raw.body || c.req.header('content-length') === '0')) {
        c.req.addValidatedData('json', schema.parse({}) as object);
        return await next();
      }
      if (!JSON_TYPE.test(c.req.header('content-type') ?? '')) {
        throw new ApiProblem('unsupported_media_type', 'Send application/json');
      }
      await limitJson(c, async () => {});
      return await check(c, next);
    } catch (error) {
      // What is wrong with the record outranks what is wrong with the body; this costs a read only when refusing.
      await c.var.checkRecord?.();
      throw error;
    }
  };
  return Object.assign(validate, {
    [uniqueSymbol]: { target: 'json', ...resolver(schema) },
  }) as unknown as typeof validated;
}

export function query<S extends z.ZodType>(schema: S) {
  return Object.assign(zValidator('query', schema, refuseInvalid), {
    [uniqueSymbol]: { target: 'query', ...resolver(schema) },
  });
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
