import limits from '../../pocketbase/hooks/lib/shared/document-kinds.json' with { type: 'json' };
import { refuseEncoding } from '../lib/content-encoding.ts';
import { parseJson } from '../lib/json.ts';
import { ApiProblem, type ErrorCode } from '../lib/problem.ts';
import { STALL_MS } from '../pocketbase/limits.ts';
import type { DocumentKind, DocumentMeta } from '../schemas/document.ts';
import { BodyStream, MAX_REQUEST_BYTES } from './body.ts';
import { pumpDocument } from './document.ts';
import { MultipartReader, type PartHead, parseBoundary } from './multipart.ts';
import { type Send, UpstreamForm } from './upstream-form.ts';

/** As for a JSON body. */
const MAX_FIELD_BYTES = 65_536;
/** The one field whose text is JSON. */
const JSON_FIELD = 'metadata';

export type Documents = Partial<Record<DocumentKind, DocumentMeta>>;

export interface MultipartInput {
  body: ReadableStream<Uint8Array> | null;
  contentType: string | null;
  /** The request's `Content-Encoding`. */
  contentEncoding?: string | null;
  /** `Content-Length`; null when chunked. */
  length: number | null;
  /** The text fields a form may have, besides a file for each kind. */
  fieldNames: readonly string[];
  /** Called before a file is sent on. To refuse files, it throws. */
  onDocument: () => void;
  /**
   * Called with the form's fields when all of the form was read; returns the values to store. If it throws, PocketBase stores nothing,
   * although it has the files already.
   */
  onFields: (fields: Record<string, unknown>, documents: Documents) => Record<string, unknown>;
  stallMs?: number;
  maxMs?: number;
  windowBytes?: number;
}

function refuse(code: ErrorCode, name: string, detail: string): ApiProblem {
  const label = name.slice(0, 64);
  const pointer = `/${label.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return new ApiProblem(code, `${label}: ${detail}`, { errors: [{ pointer, detail }] });
}

type Read = () => Promise<Uint8Array | null>;

function isKind(name: string): name is DocumentKind {
  return Object.hasOwn(limits, name);
}

async function readField(read: Read, { name, filename }: PartHead): Promise<unknown> {
  if (filename !== null) throw refuse('validation_failed', name, 'Must be text, not a file');
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let [text, size] = ['', 0];
  try {
    for (let piece = await read(); piece; piece = await read()) {
      size += piece.length;
      if (size > MAX_FIELD_BYTES) throw refuse('payload_too_large', name, `May have at most ${MAX_FIELD_BYTES} bytes`);
      text += decoder.decode(piece, { stream: true });
    }
    text += decoder.decode();
    return name === JSON_FIELD && text !== '' ? parseJson(text, [name]) : text;
  } catch (error) {
    if (error instanceof ApiProblem) throw error;
    if (error instanceof SyntaxError) throw refuse('validation_failed', name, 'Must be JSON');
    throw refuse('invalid_request', name, 'Must be UTF-8');
  }
}

/**
 * Streams a form on as one update of a profile, in constant memory. Its text fields and files may come in any order. Each file goes on as
 * it comes, and the validated fields go last, as PocketBase's `@jsonPayload`, which keeps their types.
 * @throws ApiProblem 400, 413, 415, 422 naming the part, 503, 504; PocketBase then stores nothing
 */
export async function streamMultipart(
  input: MultipartInput,
  send: Send,
): Promise<{ response: Response; documents: Documents }> {
  const { length, stallMs = STALL_MS, maxMs, windowBytes } = input;
  const source = new BodyStream(input.body, { maxBytes: MAX_REQUEST_BYTES, stallMs, maxMs, windowBytes });
  const form = new UpstreamForm(send, stallMs);
  return form.exchange(source, async () => {
    if (length !== null && length > MAX_REQUEST_BYTES) {
      throw new ApiProblem('payload_too_large', `The request may have ${MAX_REQUEST_BYTES} bytes in all`);
    }
    refuseEncoding(input.contentEncoding);
    const parts = new MultipartReader(source, parseBoundary(input.contentType));
    const { fields, documents } = await relayParts(parts, form, input);
    await form.write(form.field('@jsonPayload', JSON.stringify(input.onFields(fields, documents))));
    while (await form.orRefusal(source.read()));
    return { response: await form.finish(), documents };
  });
}

/** Each name may stand once. As there are few, the number of parts needs no limit of its own. */
async function relayParts(parts: MultipartReader, form: UpstreamForm, { fieldNames, onDocument }: MultipartInput) {
  const fields: Record<string, unknown> = {};
  const documents: Documents = {};
  for (let part = await form.orRefusal(parts.next()); part; part = await form.orRefusal(parts.next())) {
    const { name } = part;
    const read = await form.orRefusal(contentOf(parts, part));
    if (!read) continue;
    if (Object.hasOwn(fields, name) || Object.hasOwn(documents, name)) {
      throw refuse('validation_failed', name, 'Stands more than once in the form');
    }
    if (isKind(name)) {
      onDocument();
      documents[name] = await pumpDocument(form, { ...part, kind: name }, read);
    } else if (fieldNames.includes(name)) fields[name] = await readField(read, part);
    else throw refuse('validation_failed', name, 'Is no field of a profile');
  }
  return { fields, documents };
}

/** Reads the part's content; null for a file input that was left blank, which browsers send without a name and without a byte. */
async function contentOf(parts: MultipartReader, { name, filename }: PartHead): Promise<Read | null> {
  const isNameless = filename === '' || (filename === null && isKind(name));
  if (!isNameless) return () => parts.read();
  let first = await parts.read();
  if (!first) return null;
  return async () => {
    const piece = first ?? (await parts.read());
    first = null;
    return piece;
  };
}
