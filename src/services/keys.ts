import type { Caller } from '../auth/caller.ts';
import { createManagedKey, type KeyEnvironment } from '../auth/managed-key-format.ts';
import { sha256Hex } from '../lib/digest.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { listNewestFirst } from '../pocketbase/lists.ts';
import { KeyRow } from '../pocketbase/records/keys.ts';
import type { CreateKeyBody, Key, KeysQuery } from '../schemas/key.ts';
import { KeyScope } from '../schemas/key.ts';

/** @throws ApiProblem `validation_failed` (no such partner) */
export async function createKey(pb: PocketBaseClient, environment: KeyEnvironment, body: CreateKeyBody) {
  const { id, key, prefix } = createManagedKey(environment);
  const digest = await sha256Hex(key);
  const row = await pb.call(KeyRow, '/api/edge/keys', { method: 'POST', body: { ...body, id, prefix, digest } });
  return { ...presentKey(row), key };
}

/** The successor has the same partner, name, scopes and expiry. @throws ApiProblem `not_found` (a revoked key too) */
export async function rotateKey(pb: PocketBaseClient, environment: KeyEnvironment, id: string, graceSeconds: number) {
  const { id: successor, key, prefix } = createManagedKey(environment);
  const digest = await sha256Hex(key);
  const row = await pb.call(KeyRow, `/api/edge/keys/${id}/rotate`, {
    method: 'POST',
    body: { id: successor, prefix, digest, grace_seconds: graceSeconds },
  });
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
  return { ...row, scopes: KeyScope.options.filter((scope) => row.scopes.includes(scope)) };
}
