import type { CheckResultBody, ClaimedCheck } from '../../src/schemas/check.ts';
import { api, applicantData, json, PNG } from './api.ts';
import { type IssuedKey, issueKey } from './keys.ts';
import type { TestWorker } from './worker.ts';

export const TYPES = ['document_text', 'document_match', 'document_quality', 'document_reuse', 'applicant_data'];
const BUILTIN = { name: 'builtin', version: '1.0.0' };

/** A runner's key, for the checks of `types` and `partners`. */
export const runnerKey = (worker: Pick<TestWorker, 'fetch' | 'keys'>, fields: object = {}): Promise<IssuedKey> =>
  issueKey(worker, { partner: null, name: 'runner', scopes: ['checks:run'], types: TYPES, ...fields });

/** The calls of a runner. */
export function runner(worker: Pick<TestWorker, 'fetch'>, key: string, more: Record<string, string> = {}) {
  const headers = { 'x-api-key': key, ...more };
  const post = (path: string, body: unknown) => worker.fetch(`/api/checks/${path}`, json(body, headers));
  return {
    claim: (fields: object = {}) =>
      post('claim', { provider: BUILTIN, types: TYPES, limit: 5, lease_seconds: 60, ...fields }),
    async claimed(fields: object = {}): Promise<ClaimedCheck[]> {
      const response = await this.claim(fields);
      return response.status === 204 ? [] : ((await response.json()) as { items: ClaimedCheck[] }).items;
    },
    document: (id: string, kind: string, more: Record<string, string> = {}) =>
      worker.fetch(`/api/checks/${id}/documents/${kind}`, { headers: { ...headers, ...more } }),
    heartbeat: (id: string, attempt: number) => post(`${id}/heartbeat`, { attempt, lease_seconds: 60 }),
    release: (id: string, body: object) => post(`${id}/release`, body),
    report: (id: string, body: Partial<CheckResultBody>) =>
      post(`${id}/result`, { outcome: 'pass', provider: BUILTIN, ...body }),
  };
}

/** A profile that was just handed in with both documents of a passport. */
export async function submitted(worker: Pick<TestWorker, 'fetch' | 'keys'>, key = worker.keys.acme): Promise<string> {
  const partner = api(worker, key);
  const { id } = await partner.created();
  for (const kind of ['document_front', 'facial_photo']) {
    // Of bytes that no other test sends.
    await partner.upload(id, kind, Buffer.concat([PNG, Buffer.from(`${id} ${kind}`)]), { 'content-type': 'image/png' });
  }
  await worker.fetch(`/api/profiles/${id}/submit`, { method: 'POST', headers: { 'x-api-key': key } });
  return id;
}

/** A check that the caller holds, of a new profile of its partner. */
export async function heldCheck(
  worker: Pick<TestWorker, 'fetch' | 'keys'>,
  caller: Record<string, string>,
  type = 'applicant_data',
): Promise<string> {
  const { 'x-api-key': key = '', ...more } = caller;
  const own = { 'x-api-key': worker.keys.internal, 'x-partner': more['x-partner'] ?? 'acme' };
  const made = await worker.fetch('/api/profiles/create', json(applicantData(), own));
  const { id } = (await made.json()) as { id: string };
  const path = `/api/profiles/${id}/documents/document_front`;
  await worker.fetch(path, { method: 'PUT', body: PNG, headers: { ...own, 'content-type': 'image/png' } });
  await worker.fetch(`/api/status_history/${id}`, json({ status: 'pending' }, own));
  const items = await runner(worker, key, more).claimed({ types: [type], lease_seconds: 900 });
  const check = items.find(({ profile }) => profile === id);
  if (!check) throw new Error('The check was not due');
  return check.id;
}
