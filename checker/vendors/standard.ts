/**
 * For a server of one's own that judges documents, and signs its callbacks by Standard Webhooks:
 *
 * - `PUT /checks/<id>`: multipart, `check` as JSON and a file for each kind of document. 200 and 201 alike; the same again is no second one.
 * - `GET /checks/<id>`: `{"status": "pending"}` or `{"status": "done", "findings", "scores"?, "facts"?, "models"?}`
 * - `DELETE /checks/<id>`: 204, or 404 for one that it doesn't know.
 * - Callback: `{"external_ref": "<id>"}` to `/api/checks/callbacks/<name>`.
 *
 * It knows callers by `Authorization: Bearer`. Docs: checks.md.
 */
import * as z from 'zod';
import { type CheckType, type ClaimedCheck, Finding } from '../../src/schemas/check.ts';
import type { Documents } from '../runner/runner.ts';
import { type Vendor, VendorRefusedError } from './define-runner.ts';

const TIMEOUT_MS = 60_000;

const Answer = z.union([
  z.object({ status: z.literal('pending') }),
  z.object({
    status: z.literal('done'),
    findings: z.array(Finding).max(50),
    scores: z.record(z.string(), z.number()).optional(),
    facts: z.record(z.string(), z.unknown()).optional(),
    models: z.record(z.string(), z.string()).optional(),
  }),
]);
type Done = Extract<z.infer<typeof Answer>, { status: 'done' }>;

export interface StandardOptions {
  name: string;
  url: string;
  key: string;
  types: readonly CheckType[];
}

export function standardVendor({ name, url, key, types }: StandardOptions): Vendor<Done> {
  const call = (method: string, reference: string, options: { body?: FormData; signal?: AbortSignal } = {}) => {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    return fetch(`${url}/checks/${encodeURIComponent(reference)}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      body: options.body ?? null,
      redirect: 'error',
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
  };
  return {
    name,
    version: '1',
    types,
    async submit(check, documents, signal) {
      const response = await call('PUT', check.id, { body: await formOf(check, documents), signal });
      await demand(response);
      return undefined;
    },
    async fetch(reference, signal) {
      const response = await call('GET', reference, { signal });
      const found = Answer.parse(JSON.parse(await demand(response)));
      return found.status === 'done' ? found : null;
    },
    map: ({ findings, scores = {}, facts = {}, models = {} }) => ({ findings, scores, facts, models }),
    async erase(reference) {
      const response = await call('DELETE', reference);
      if (response.status !== 404) await demand(response);
    },
  };
}

async function formOf(check: ClaimedCheck, documents: Documents): Promise<FormData> {
  const { id, type, declared, evidence_version } = check;
  const form = new FormData();
  const kinds = check.documents.map(({ kind, content_type, sha256 }) => ({ kind, content_type, sha256 }));
  form.set('check', JSON.stringify({ external_ref: id, type, declared, evidence_version, documents: kinds }));
  for (const { kind, content_type } of check.documents) {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of documents.read(kind)) chunks.push(new Uint8Array(chunk));
    form.set(kind, new Blob(chunks, { type: content_type ?? 'application/octet-stream' }), kind);
  }
  return form;
}

/** @throws VendorRefusedError for what won't change by itself; an error for what may */
async function demand(response: Response): Promise<string> {
  const text = await response.text();
  if (response.ok) return text;
  const mayPass = response.status === 429 || response.status >= 500;
  if (mayPass) throw new Error(`The vendor answers ${response.status}`);
  throw new VendorRefusedError(`The vendor answers ${response.status}`);
}
