import limits from '../../pocketbase/hooks/lib/shared/document-kinds.json' with { type: 'json' };
import { refuseEncoding } from '../lib/content-encoding.ts';
import { ApiProblem } from '../lib/problem.ts';
import { extensionOf, type MediaType, SNIFF_BYTES, sniffType } from '../lib/sniff.ts';
import { STALL_MS } from '../pocketbase/limits.ts';
import type { DocumentKind, DocumentMeta } from '../schemas/document.ts';
import { BodyStream } from './body.ts';
import { isMultipart, mayDeclare } from './declared-type.ts';
import { surelyNeedsPassword } from './pdf/password.ts';
import { PdfScan } from './pdf/scan.ts';
import { type Send, UpstreamForm } from './upstream-form.ts';

export interface DocumentInput {
  kind: DocumentKind;
  body: ReadableStream<Uint8Array> | null;
  contentType: string | null;
  /** `Content-Length`; null when chunked. */
  length: number | null;
  /** The caller's own name for the file. */
  filename: string | null;
  /** The request's `Content-Digest`. */
  contentDigest: string | null;
  /** The request's `Content-Encoding`. */
  contentEncoding?: string | null;
  stallMs?: number;
  maxMs?: number;
  windowBytes?: number;
}

interface Facts {
  kind: DocumentKind;
  filename: string | null;
  /** As declared. */
  contentType: string | null;
}

const ignore = () => {};
const encoder = new TextEncoder();
const CRLF = encoder.encode('\r\n');
const FILENAME_LENGTH = 255;

function refuse(
  code: 'payload_too_large' | 'unsupported_media_type' | 'validation_failed',
  kind: string,
  detail: string,
) {
  return new ApiProblem(code, `${kind}: ${detail}`, { errors: [{ pointer: `/${kind}`, detail }] });
}

function tooLarge(kind: DocumentKind): ApiProblem {
  return refuse('payload_too_large', kind, `May have at most ${limits[kind].maxSize} bytes`);
}

/** @throws ApiProblem `unsupported_media_type` unless content, declaration and kind agree */
function decideType(head: Uint8Array, { kind, contentType }: Facts): MediaType {
  const type = sniffType(head);
  if (!type || !limits[kind].mimeTypes.includes(type)) {
    throw refuse('unsupported_media_type', kind, `The content must be ${limits[kind].mimeTypes.join(', ')}`);
  }
  if (!mayDeclare(contentType, type)) {
    throw refuse('unsupported_media_type', kind, `Declared as another type than its content, ${type}`);
  }
  return type;
}

/** A name for people to read, without directories and control characters. No file system ever sees it. */
function cleanName(filename: string | null): string | null {
  const base = filename?.replace(/^.*[/\\]/s, '').replace(/\p{Cc}|\p{Bidi_Control}/gu, '');
  return base?.slice(0, FILENAME_LENGTH).toWellFormed() || null;
}

/** The first piece, long enough to judge the type by it. */
async function readHead(read: () => Promise<Uint8Array | null>, kind: DocumentKind): Promise<Uint8Array> {
  const first = await read();
  if (!first) throw refuse('validation_failed', kind, 'The file is empty');
  if (first.length >= SNIFF_BYTES) return first;
  // A copy, as the next read overwrites the window. `slice` of a Buffer would copy nothing.
  let head = new Uint8Array(first);
  while (head.length < SNIFF_BYTES) {
    const more = await read();
    if (!more) break;
    const joined = new Uint8Array(head.length + more.length);
    joined.set(head);
    joined.set(more, head.length);
    head = joined;
  }
  return head;
}

/**
 * Sends one file on to PocketBase, as a part `<kind>` under a neutral name and a part `<kind>_meta`. PocketBase gets the first byte when
 * the type is known.
 * @throws ApiProblem 413, 415, 422 naming the kind
 */
export async function pumpDocument(
  form: UpstreamForm,
  facts: Facts & { length?: number | null; contentDigest?: string | null },
  read: () => Promise<Uint8Array | null>,
): Promise<DocumentMeta> {
  const { kind } = facts;
  const filename = cleanName(facts.filename);
  const head = await readHead(read, kind);
  const type = decideType(head, facts);
  const expected = parseContentDigest(facts.contentDigest);
  const partHead = form.fileHead(kind, `${kind}.${extensionOf(type)}`, type);
  const metaField = (size: number, sha256: string) =>
    form.field(`${kind}_meta`, JSON.stringify({ filename, content_type: type, size, sha256 } satisfies DocumentMeta));
  if (facts.length) {
    const meta = metaField(facts.length, '0'.repeat(64));
    form.open(partHead.length + facts.length + CRLF.length + meta.length + form.trailer.length);
  }
  await form.write(partHead);
  const { size, sha256 } = await pumpContent(form, head, read, { ...facts, type });
  if (expected && expected !== sha256) throw new ApiProblem('digest_mismatch');
  await form.write(CRLF);
  await form.write(metaField(size, sha256));
  return { filename, content_type: type, size, sha256 };
}

async function pumpContent(
  form: UpstreamForm,
  head: Uint8Array,
  read: () => Promise<Uint8Array | null>,
  { kind, length, type }: { kind: DocumentKind; length?: number | null; type: MediaType },
) {
  const pdf = type === 'application/pdf' ? new PdfScan() : null;
  const hash = new crypto.DigestStream('SHA-256');
  const hasher = hash.getWriter();
  hash.digest.catch(ignore);
  try {
    let size = 0;
    for (let piece: Uint8Array | null = head; piece; piece = await form.orRefusal(read())) {
      size += piece.length;
      if (size > limits[kind].maxSize) throw tooLarge(kind);
      if (length && size > length) throw new ApiProblem('invalid_request', 'The body is longer than declared');
      pdf?.add(piece);
      await Promise.all([form.write(piece), hasher.write(piece)]);
    }
    if (length && size < length) throw new ApiProblem('invalid_request', 'The body is shorter than declared');
    refuseLocked(pdf, kind);
    await hasher.close();
    return { size, sha256: new Uint8Array(await hash.digest).toHex() };
  } catch (error) {
    hasher.abort().catch(ignore);
    throw error;
  }
}

/** @throws ApiProblem `validation_failed` for what a reviewer could not open */
function refuseLocked(pdf: PdfScan | null, kind: DocumentKind): void {
  const encryption = pdf?.encryption();
  if (!encryption || !surelyNeedsPassword(encryption)) return;
  throw refuse('validation_failed', kind, 'The PDF needs a password: send it without one');
}

/**
 * Streams a raw body on as one document of a profile, in constant memory.
 * @throws ApiProblem 400, 413, 415, 422, 503, 504; PocketBase then stores nothing
 */
export async function streamDocument(
  input: DocumentInput,
  send: Send,
): Promise<{ response: Response; meta: DocumentMeta }> {
  const { kind, length, stallMs = STALL_MS, maxMs, windowBytes } = input;
  const source = new BodyStream(input.body, { stallMs, maxMs, windowBytes });
  const form = new UpstreamForm(send, stallMs);
  return form.exchange(source, async () => {
    if (length !== null && length > limits[kind].maxSize) throw tooLarge(kind);
    refuseEncoding(input.contentEncoding);
    if (isMultipart(input.contentType)) {
      throw refuse('unsupported_media_type', kind, 'Send the file itself as the body, not a form');
    }
    const meta = await pumpDocument(form, input, () => source.read());
    return { response: await form.finish(), meta };
  });
}

/**
 * The SHA-256 that a `Content-Digest` names, in hex; null without one (RFC 9530 §3: other algorithms are ignored).
 * @throws ApiProblem `invalid_request` when it cannot be one
 */
export function parseContentDigest(header: string | null | undefined): string | null {
  const value = header?.match(/(?:^|,)\s*sha-256\s*=\s*([^,;]*)/)?.[1]?.trim();
  if (value === undefined) return null;
  if (!/^:[A-Za-z0-9+/]{43}=:$/.test(value)) {
    throw new ApiProblem('invalid_request', 'Content-Digest must read sha-256=:<base64 of 32 bytes>:');
  }
  return Uint8Array.fromBase64(value.slice(1, -1)).toHex();
}
