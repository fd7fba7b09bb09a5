import { Buffer } from 'node:buffer';
import { refuseEncoding } from '../lib/content-encoding.ts';
import { ApiProblem } from '../lib/problem.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { within } from '../lib/within.ts';

/** The contract's bounds for a body that is read whole: JSON, and a form of the dashboard. */
const BODY_MAX_BYTES = 65_536;
const BODY_SECONDS = 10;

export interface TextBody {
  /** What the `Content-Type` must match, and its name for the caller. */
  type: RegExp;
  typeName: string;
  /** Whether no bytes at all are an answer too: then without a type. */
  mayBeEmpty?: boolean;
  seconds?: number;
}

interface Bounds {
  seconds?: number;
  maxBytes?: number;
}

/**
 * The request's whole body as text.
 * @throws ApiProblem `payload_too_large`, `unsupported_media_type`; `invalid_request` when it stalls, is cut, or is not UTF-8
 */
export async function readText(request: Request, expected: TextBody): Promise<string> {
  const { type, typeName, mayBeEmpty = false, seconds = BODY_SECONDS } = expected;
  const bytes = await readBytes(request, { seconds });
  if (bytes.length === 0 && mayBeEmpty) return '';
  refuseEncoding(request.headers.get('content-encoding'));
  if (!type.test(request.headers.get('content-type') ?? '')) {
    throw new ApiProblem('unsupported_media_type', `Send ${typeName}`);
  }
  const text = decodeUtf8(bytes);
  if (text === null) throw new ApiProblem('invalid_request', 'The body must be UTF-8');
  return text;
}

/** @throws ApiProblem `payload_too_large`; `invalid_request` when it stalls or is cut */
export async function readBytes(
  { headers, body }: Request,
  { seconds = BODY_SECONDS, maxBytes = BODY_MAX_BYTES }: Bounds = {},
): Promise<Uint8Array> {
  if (Number(headers.get('content-length')) > maxBytes) throw tooLarge(maxBytes);
  const reader = body?.getReader();
  if (!reader) return new Uint8Array();
  try {
    return await within(readAll(reader, maxBytes), seconds * 1_000, () => {
      return new ApiProblem('invalid_request', `The body was not complete after ${seconds} seconds`);
    });
  } catch (error) {
    // What is too large is still being sent, and `drainBody` reads the rest.
    if (error instanceof ApiProblem && error.code === 'payload_too_large') reader.releaseLock();
    else reader.cancel().catch(() => {});
    if (error instanceof ApiProblem) throw error;
    throw new ApiProblem('invalid_request', 'The body ended before it was complete', { cause: error });
  }
}

/** A length need not be declared, so the bytes are counted as they come. */
async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    size += piece.value.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    pieces.push(piece.value);
  }
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
}

function tooLarge(maxBytes: number): ApiProblem {
  return new ApiProblem('payload_too_large', `The body may have ${maxBytes} bytes`);
}
