import { create } from 'content-disposition';
import { ApiProblem } from '../lib/problem.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { downloadMs } from '../pocketbase/limits.ts';
import { type DocumentKind, DocumentMeta, MEDIA_TYPES } from '../schemas/document.ts';

const CONDITIONS = ['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];
const PASSED_ON = ['content-length', 'content-range', 'accept-ranges', 'last-modified', 'etag'];

/**
 * The document as PocketBase streams it, under headers of our own: a file of an applicant must neither run nor be cached in the reader's browser.
 * @param path of PocketBase, see `pathOfDocument`
 * @throws ApiProblem `not_found`, `gone`, `precondition_failed`, `range_not_satisfiable`
 */
export async function getDocument(
  pb: PocketBaseClient,
  { path, kind }: { path: string; kind: DocumentKind },
  { method, headers, signal }: Pick<Request, 'method' | 'headers' | 'signal'>,
): Promise<Response> {
  const upstream = await pb.download(path, {
    method: method === 'HEAD' ? 'HEAD' : 'GET',
    headers: pick(
      headers,
      CONDITIONS.filter((name) => name !== 'range' || isByteRange(headers)),
    ),
    signal,
  });
  if (upstream.status === 412) throw new ApiProblem('precondition_failed');
  if (upstream.status === 416) {
    throw new ApiProblem('range_not_satisfiable', undefined, { headers: pick(upstream.headers, ['content-range']) });
  }
  return new Response(upstream.body && endInTime(upstream.body, upstream.headers), {
    status: upstream.status,
    headers: presentHeaders(upstream.headers, kind),
  });
}

/** Of a profile: the current version, unless another one is named. */
export function pathOfDocument(id: string, kind: DocumentKind, version?: string | number): string {
  const query = version === undefined ? '' : `?${new URLSearchParams({ version: String(version) })}`;
  return `/api/edge/profiles/${id}/documents/${kind}${query}`;
}

/** The same bytes, cut off when PocketBase stands still among them. */
function endInTime(body: ReadableStream<Uint8Array>, headers: Headers): ReadableStream<Uint8Array> {
  const declared = headers.get('content-length');
  const length = declared === null ? null : Number(declared);
  const { readable, writable } = length === null ? new IdentityTransformStream() : new FixedLengthStream(length);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), downloadMs(length));
  body
    .pipeTo(writable, { signal: late.signal })
    .catch(() => {})
    .finally(() => clearTimeout(timer));
  return readable;
}

/** RFC 9110 §14.2: a unit that is not understood is ignored. */
function isByteRange(headers: Headers): boolean {
  return /^bytes *=/i.test(headers.get('range') ?? '');
}

function presentHeaders(upstream: Headers, kind: DocumentKind): Record<string, string> {
  const meta = readMeta(upstream.get('x-document-meta'));
  const sentType = upstream.get('content-type') ?? '';
  const type = MEDIA_TYPES.find((known) => known === (meta?.content_type ?? sentType)) ?? 'application/octet-stream';
  return {
    ...pick(upstream, PASSED_ON),
    'content-type': sentType.startsWith('multipart/byteranges') ? sentType : type,
    'content-disposition': create(meta?.filename ?? kind, {
      type: /^(image|video)\//.test(type) ? 'inline' : 'attachment',
    }),
    'content-security-policy': "sandbox; default-src 'none'",
    ...(meta?.sha256 && { 'repr-digest': `sha-256=:${Uint8Array.fromHex(meta.sha256).toBase64()}:` }),
  };
}

function pick(headers: Headers, names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) as string]] : [])));
}

/** `null` when the header cannot be read: the file is served all the same, as bytes of no type. */
function readMeta(header: string | null): DocumentMeta | null {
  try {
    return DocumentMeta.parse(JSON.parse(decodeURIComponent(header ?? '')));
  } catch {
    return null;
  }
}
