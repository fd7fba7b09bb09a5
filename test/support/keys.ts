import { api } from './api.ts';
import type { TestWorker } from './worker.ts';

export interface IssuedKey {
  id: string;
  key: string;
  partner: string;
  name: string;
  scopes: string[];
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
}

export const EVERY_PARTNER_SCOPE = [
  'profiles:create',
  'profiles:read',
  'profiles:write',
  'profiles:redact',
  'documents:read',
  'documents:write',
  'webhooks:manage',
  'events:read',
];

/** A managed key of `acme`, unless the fields say otherwise. */
export async function issueKey(
  worker: Pick<TestWorker, 'fetch' | 'keys'>,
  fields: Record<string, unknown> = {},
): Promise<IssuedKey> {
  const body = { partner: 'acme', name: 'test', scopes: EVERY_PARTNER_SCOPE, ...fields };
  const response = await api(worker, worker.keys.internal).post('/api/keys', body);
  if (response.status !== 201) throw new Error(`Not issued: ${await response.text()}`);
  return (await response.json()) as IssuedKey;
}
