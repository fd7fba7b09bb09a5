/** `Idempotency-Key`, as draft-ietf-httpapi-idempotency-key-header has it: PocketBase judges it in the transaction that writes. */
import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { AppEnv } from '../app-env.ts';
import { sha256Hex } from '../lib/digest.ts';
import { ApiProblem, type ErrorCode } from '../lib/problem.ts';
import type { Idempotency } from '../pocketbase/client.ts';

const HEADER = 'idempotency-key';
const MAX_LENGTH = 255;

export const IDEMPOTENCY_PROBLEMS: ErrorCode[] = ['idempotency_in_progress', 'idempotency_key_reused'];

export const idempotencyParameters = [
  {
    in: 'header' as const,
    name: 'Idempotency-Key',
    required: false,
    description:
      'Names this request for 24 hours, per credential and route: a repeat writes nothing and gets the first answer, with `Idempotent-Replayed: true`. For another profile or with another body: 422.',
    schema: { type: 'string' as const, minLength: 1, maxLength: MAX_LENGTH },
  },
];

export const REPLAYED_HEADER = {
  'Idempotent-Replayed': {
    description: '`true` when the request was a repeat, and nothing was written',
    schema: { type: 'string' as const, enum: ['true'] },
  },
};

/** Goes before the body's validation. */
export function idempotencyKey(): MiddlewareHandler<AppEnv, '/:id'> {
  return async function idempotencyKey(c, next) {
    const key = c.req.header(HEADER);
    if (key !== undefined && (key.length === 0 || key.length > MAX_LENGTH)) {
      await c.var.checkRecord?.();
      throw new ApiProblem('invalid_request', `Idempotency-Key takes 1 to ${MAX_LENGTH} characters`);
    }
    await next();
  };
}

/** Digests only: neither the key nor the body is to be stored, and the record belongs to what was asked. */
export async function idempotencyOf(c: Context<AppEnv, '/:id'>, body: unknown): Promise<Idempotency | undefined> {
  const key = c.req.header(HEADER);
  if (key === undefined) return undefined;
  const { credentialId } = c.var.caller;
  return {
    key: await sha256Hex(JSON.stringify([credentialId, c.req.method, routePath(c, -1), key])),
    body: await sha256Hex(JSON.stringify([c.req.param('id'), body])),
  };
}

/** Marks the answer to a repeat. */
export function markReplayed(c: Context<AppEnv, '/:id'>, isReplayed: boolean): void {
  if (isReplayed) c.header('idempotent-replayed', 'true');
}
