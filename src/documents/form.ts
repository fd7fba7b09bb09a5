import limits from '../../pocketbase/hooks/lib/shared/document-kinds.json' with { type: 'json' };
import { ApiProblem, type ErrorCode } from '../lib/problem.ts';
import { STALL_MS } from '../pocketbase/limits.ts';
import type { DocumentKind, DocumentMeta } from '../schemas/document.ts';
import { BodyStream } from './body.ts';
import { pumpDocument } from './document.ts';
import { MultipartReader, type PartHead, parseBoundary } from './multipart.ts';
import { type Send, UpstreamForm } from './upstream-form.ts';

/** Workers take 100 MB on the Free and Pro plans; the rest is for headers and margins. */
export const MAX_REQUEST_BYTES = 95_000_000;
/** As for a JSON body. */
const MAX_FIELD_BYTES = 65_536;
/** The one field whose text is JSON. */
const JSON_FIELD = 'metadata';

export type Documents = Partial<Record<DocumentKind, DocumentMeta>>;

export interface MultipartInput {
  body: ReadableStream<Uint8Array> | null;
  contentType: string | null;
  /** `Content-Length`; null when chunked. */
  length: number | null;
  /** The text fields a form may have, besides a file for each kind. */
  fieldNames: readonly string[];
  /** Called before a file is sent on. To refuse files, it throws. */
  onDocument: () => void;
  /**
   * Validates what stood in the form, once all of it was read, and returns the values to store. To refuse, it throws: PocketBase then
   * stores nothing, whatever has already been sent.
   */
  onFields: (fields: Record<string, unknown>, documents: Documents) => Record<string, unknown>;
  stallMs?: number;
  windowBytes?: number;
}

function refuse(code: ErrorCode, name: string, detail: string): ApiProblem {
  const label = name.slice(0, 64);
  const pointer = `/${label.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return new ApiProblem(code, `${label}: ${detail}`, { errors: [{ pointer, detail }] });
}

function isKind(name: string): name is DocumentKind {
  return Object.hasOwn(limits, name);
}

async function readField(parts: MultipartReader, { name, filename }: PartHead): Promise<unknown> {
  if (filename !== null) throw refuse('validation_failed', name, 'Must be text, not a file');
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let [text, size] = ['', 0];
  try {
    for (let piece = await parts.read(); piece; piece = await parts.read()) {
      size += piece.length;
      if (size > MAX_FIELD_BYTES) throw refuse('payload_too_large', name, `May have at most ${MAX_FIELD_BYTES} bytes`);
      text += decoder.decode(piece, { stream: true });
    }
    text += decoder.decode();
    return name === JSON_FIELD && text !== '' ? JSON.parse(text) : text;
  } catch (error) {
    if (error instanceof ApiProblem) throw error;
    throw refuse('validation_failed', name, error instanceof SyntaxError ? 'Must be JSON' : 'Must be UTF-8');
  }
}

/**
 * A form of text fields and document files in any order becomes one update of a profile, in constant memory: each file is streamed on
 * as it comes; the validated fields follow last, as PocketBase's `@jsonPayload`, which keeps their types.
 * @throws ApiProblem 400, 413, 415, 422 naming the part, 503, 504; PocketBase then stores nothing
 */
export async function streamMultipart(
  input: MultipartInput,
  send: Send,
): Promise<{ response: Response; documents: Documents }> {
  const { length, stallMs = STALL_MS, windowBytes } = input;
  const source = new BodyStream(input.body, { maxBytes: MAX_REQUEST_BYTES, stallMs, windowBytes });
  const form = new UpstreamForm(send, stallMs);
  return form.exchange(source, async () => {
    if (length !== null && length > MAX_REQUEST_BYTES) {
      throw new ApiProblem('payload_too_large', `The request may have ${MAX_REQUEST_BYTES} bytes in all`);
    }
    const parts = new MultipartReader(source, parseBoundary(input.contentType));
    const { fields, documents } = await relayParts(parts, form, input);
    await form.write(form.field('@jsonPayload', JSON.stringify(input.onFields(fields, documents))));
    while (await form.orRefusal(source.read()));
    return { response: await form.finish(), documents };
  });
}

/** Names are few and may stand once each: the part that is one too many is always an unknown or a repeated one. */
async function relayParts(parts: MultipartReader, form: UpstreamForm, { fieldNames, onDocument }: MultipartInput) {
  const fields: Record<string, unknown> = {};
  const documents: Documents = {};
  for (let part = await form.orRefusal(parts.next()); part; part = await form.orRefusal(parts.next())) {
    const { name } = part;
    if (Object.hasOwn(fields, name) || Object.hasOwn(documents, name)) {
      throw refuse('validation_failed', name, 'Stands more than once in the form');
    }
    if (isKind(name)) {
      onDocument();
      documents[name] = await pumpDocument(form, { ...part, kind: name }, () => parts.read());
    } else if (fieldNames.includes(name)) fields[name] = await readField(parts, part);
    else throw refuse('validation_failed', name, 'Is no field of a profile');
  }
  return { fields, documents };
}
