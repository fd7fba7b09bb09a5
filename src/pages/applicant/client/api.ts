import type { Applicant } from '../../../schemas/profile.ts';
import { deferred } from '../../browser/dom.ts';

export type { Applicant };
export type Kind = Applicant['required'][number];

/** Why a request did not succeed: `lost` may succeed later; any other failure needs a person. */
export type Failure =
  | { type: 'lost'; isOffline: boolean; retryAfterMs: number | null }
  | { type: 'refused'; status: number; code: string };
export type Outcome<T> = { type: 'ok'; value: T } | Failure;

const READ_TIMEOUT_MS = 20_000;
/** A connection that has sent and heard nothing for so long is dead, even if the browser believes in it. */
const STALL_MS = 30_000;
const ANSWER_TIMEOUT_MS = 90_000;

export function readApplicant(token: string): Promise<Outcome<Applicant>> {
  return call('GET', '', token);
}

/** May be repeated: what is already pending stays so. */
export function submit(token: string): Promise<Outcome<Applicant>> {
  return call('POST', '/submit', token);
}

/** May be repeated: the same consent is kept once. */
export function giveConsent(token: string, body: { version: string; locale: string }): Promise<Outcome<Applicant>> {
  return call('POST', '/consent', token, body);
}

async function call(method: string, path: string, token: string, body?: object): Promise<Outcome<Applicant>> {
  try {
    const response = await fetch(`/api/applicant${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(READ_TIMEOUT_MS),
      cache: 'no-store',
    });
    const text = await response.text();
    if (response.ok) return { type: 'ok', value: JSON.parse(text) as Applicant };
    return failure(response.status, text, response.headers.get('retry-after'));
  } catch {
    return lost();
  }
}

export interface Upload {
  kind: Kind;
  blob: Blob;
  /** The applicant's own name for the file; a capture has none. */
  name: string | null;
}
export interface UploadOptions {
  /** Of the whole file, taken once however often it is sent. */
  digest: Promise<string | null>;
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

/** Moved or changed since it was chosen. */
const GONE_FILE: Failure = { type: 'refused', status: 0, code: 'gone_file' };

/** By XMLHttpRequest: `fetch` tells nothing of an upload's progress. */
export async function upload(
  { kind, blob, name }: Upload,
  token: string,
  { digest, onProgress, signal }: UploadOptions,
): Promise<Outcome<null>> {
  const contentDigest = await digest.catch(() => undefined);
  // The file is read before each attempt: sending a file that has gone looks like a lost connection.
  if (contentDigest === undefined || !(await isReadable(blob))) return GONE_FILE;
  const { promise, resolve } = deferred<Outcome<null>>();
  const xhr = new XMLHttpRequest();
  let timer = 0;
  const expectSignOfLife = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => xhr.abort(), ms);
  };
  const end = (outcome: Outcome<null>) => {
    clearTimeout(timer);
    resolve(outcome);
  };
  xhr.upload.onprogress = ({ loaded, total }) => {
    expectSignOfLife(loaded < total ? STALL_MS : ANSWER_TIMEOUT_MS);
    if (total > 0) onProgress(loaded / total);
  };
  xhr.onload = () => {
    const isOk = xhr.status >= 200 && xhr.status < 300;
    end(
      isOk ? { type: 'ok', value: null } : failure(xhr.status, xhr.responseText, xhr.getResponseHeader('retry-after')),
    );
  };
  xhr.onerror = xhr.onabort = () => end(lost());
  xhr.open('PUT', `/api/applicant/documents/${kind}`);
  xhr.setRequestHeader('authorization', `Bearer ${token}`);
  // Without parameters: the server does not use a recorder's `;codecs=`.
  xhr.setRequestHeader('content-type', blob.type.split(';', 1)[0] || 'application/octet-stream');
  if (contentDigest) xhr.setRequestHeader('content-digest', contentDigest);
  if (name) xhr.setRequestHeader('content-disposition', `attachment; filename*=UTF-8''${encodeRfc8187(name)}`);
  signal.addEventListener('abort', () => xhr.abort(), { once: true });
  expectSignOfLife(STALL_MS);
  if (signal.aborted) end(lost());
  else xhr.send(blob);
  return promise;
}

/** RFC 9530. Outside of a secure context (plain http on a LAN) there is no WebCrypto, and the upload goes without. */
export async function digestOf(blob: Blob): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
  return `sha-256=:${btoa(String.fromCharCode(...bytes))}:`;
}

function isReadable(blob: Blob): Promise<boolean> {
  return blob
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}

function encodeRfc8187(name: string): string {
  const toHex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(name.toWellFormed?.() ?? name).replace(/['()*]/g, toHex);
}

function lost(retryAfterMs: number | null = null, isOffline = true): Failure {
  return { type: 'lost', isOffline, retryAfterMs };
}

function failure(status: number, text: string, retryAfter: string | null): Failure {
  const code = codeOf(text);
  const isPassing = status === 408 || status === 429 || status >= 500 || code === 'digest_mismatch';
  if (!isPassing || code === 'not_configured') return { type: 'refused', status, code };
  const seconds = Number(retryAfter);
  return lost(retryAfter && Number.isFinite(seconds) ? seconds * 1000 : null, false);
}

function codeOf(text: string): string {
  try {
    return String(JSON.parse(text).code);
  } catch {
    return '';
  }
}
