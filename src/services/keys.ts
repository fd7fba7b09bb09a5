import type { Caller } from '../auth/caller.ts';
import { createManagedKey, environmentOf, type KeyEnvironment } from '../auth/managed-key-format.ts';
import { sha256Hex } from '../lib/digest.ts';
import { ApiProblem } from '../lib/problem.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { listNewestFirst } from '../pocketbase/lists.ts';
import { ALL_PARTNERS, IdAnswer, KeyRow } from '../pocketbase/records/keys.ts';
import { CheckType } from '../schemas/check.ts';
import type { CreateKeyBody, Key, KeysQuery } from '../schemas/key.ts';
import { KeyScope } from '../schemas/key.ts';

/** A key holds the id of its record, and ids begin with the letter of PocketBase's cell: so PocketBase names it first. */
async function makeKey(pb: PocketBaseClient, environment: KeyEnvironment) {
  const { id } = await pb.call(IdAnswer, '/api/edge/ids');
  const { key, prefix } = createManagedKey(environment, id);
  return { id, key, prefix, digest: await sha256Hex(key) };
}

/** @throws ApiProblem `validation_failed` (no such partner, a scope that is not the caller's to grant) */
export async function createKey(pb: PocketBaseClient, deployment: KeyEnvironment, body: CreateKeyBody) {
  const { key, ...made } = await makeKey(pb, environmentOf(body, deployment));
  const fields = { ...body, ...made, partner: body.partner ?? ALL_PARTNERS, expires_at: body.expires_at ?? undefined };
  const row = await pb.call(KeyRow, '/api/edge/keys', { method: 'POST', body: fields });
  return { ...presentKey(row), key };
}

/** @throws ApiProblem `not_found` (a key that has ended too, as it has no successor) */
export async function findKey(pb: PocketBaseClient, id: string, now: number): Promise<KeyRow> {
  const row = await pb.call(KeyRow, `/api/collections/api_keys/records/${id}`);
  const hasEnded = row.revoked_at !== null || (row.expires_at !== null && Date.parse(row.expires_at) <= now);
  if (hasEnded) throw new ApiProblem('not_found');
  return row;
}

/**
 * The successor has the same partner, name, scopes and expiry.
 * @throws ApiProblem `not_found` (a revoked key too), `forbidden` (scopes that are not the caller's to grant)
 */
export async function rotateKey(pb: PocketBaseClient, deployment: KeyEnvironment, id: string, graceSeconds: number) {
  const { key, ...made } = await makeKey(pb, environmentOf(await findKey(pb, id, Date.now()), deployment));
  const body = { ...made, grace_seconds: graceSeconds };
  const row = await pb.call(KeyRow, `/api/edge/keys/${id}/rotate`, { method: 'POST', body });
  return { ...presentKey(row), key };
}

export async function revokeKey(pb: PocketBaseClient, id: string): Promise<void> {
  await pb.call(KeyRow, `/api/edge/keys/${id}/revoke`, { method: 'POST', body: {} });
}

export async function listKeys(pb: PocketBaseClient, caller: Caller, query: KeysQuery) {
  const { items, next_cursor } = await listNewestFirst(pb, 'api_keys', KeyRow, query, {
    conditions: [
      ['partner', '=', caller.partner],
      ['partner', '=', query.partner],
    ],
  });
  return { items: items.map(presentKey), next_cursor };
}

function presentKey(row: KeyRow): Key {
  const types = row.types && CheckType.options.filter((type) => row.types?.includes(type));
  return { ...row, types, scopes: KeyScope.options.filter((scope) => row.scopes.includes(scope)) };
}
