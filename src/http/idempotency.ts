/** `Idempotency-Key` of draft-ietf-httpapi-idempotency-key-header. PocketBase judges the key in the transaction that writes. */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { AppEnv } from '../app-env.ts';
import { sha256Hex } from '../lib/digest.ts';
import { ApiProblem, type ErrorCode } from '../lib/problem.ts';
import type { Idempotency } from '../pocketbase/client.ts';
import { afterRecord } from './validate.ts';

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

/** Stands before `jsonBody`, as a malformed key (400) comes before an invalid body (422). */
export function idempotencyKey() {
  return createMiddleware<AppEnv>(async function idempotencyKey(c, next) {
    await afterRecord(c, () => checkKey(c.req.header(HEADER)));
    await next();
  });
}

function checkKey(key: string | undefined): void {
  if (key === undefined || (key.length > 0 && key.length <= MAX_LENGTH)) return;
  throw new ApiProblem('invalid_request', `Idempotency-Key takes 1 to ${MAX_LENGTH} characters`);
}

/**
 * PocketBase stores digests, as neither the key nor the body may be stored. The profile's id is part of the body's digest, so the same key
 * for another profile is a reuse.
 */
export async function idempotencyOf(c: Context<AppEnv, '/:id'>, body: unknown): Promise<Idempotency | undefined> {
  const key = c.req.header(HEADER);
  if (key === undefined) return undefined;
  const { credentialId } = c.get('caller');
  return {
    key: await sha256Hex(JSON.stringify([credentialId, c.req.method, routePath(c, -1), key])),
    body: await sha256Hex(JSON.stringify([c.req.param('id'), body])),
  };
}

export function markReplayed(c: Context<AppEnv>, isReplayed: boolean): void {
  if (isReplayed) c.header('idempotent-replayed', 'true');
}
