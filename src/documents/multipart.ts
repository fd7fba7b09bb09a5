import { Buffer } from 'node:buffer';
import { ApiProblem } from '../lib/problem.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { BodyStream } from './body.ts';

/** RFC 7578 parts carry two or three short headers. Below KEEP_BYTES, which is what the body can carry over. */
const HEADER_BYTES = 8_192;
const HEADER_END = '\r\n\r\n';

export interface PartHead {
  name: string;
  /** As sent; null when the part is no file. */
  filename: string | null;
  contentType: string | null;
}

function malformed(detail: string): ApiProblem {
  return new ApiProblem('invalid_request', detail);
}

/** @throws ApiProblem `unsupported_media_type`; `invalid_request` for a boundary that RFC 2046 §5.1.1 does not know */
export function parseBoundary(contentType: string | null): string {
  if (!contentType || !/^multipart\/form-data[\t ]*(?:;|$)/i.test(contentType)) {
    throw new ApiProblem('unsupported_media_type', 'The body must be multipart/form-data');
  }
  const [, quoted, token] = contentType.match(/;\s*boundary=(?:"([^"]*)"|([^\s;"]+))/i) ?? [];
  const boundary = quoted ?? token;
  if (boundary === undefined) throw malformed('Content-Type names no boundary');
  if (!/^[\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?]$/.test(boundary)) throw malformed('The boundary is not valid');
  return boundary;
}

/** `\"` and `\\` as curl escapes them, `%22 %0D %0A` as browsers do (WHATWG HTML §4.10.22.8). */
function unescapeQuoted(text: string): string {
  return text.replace(/\\(["\\])/g, '$1').replace(/%22|%0D|%0A/gi, (code) => decodeURIComponent(code));
}

function parseExtended(value: string): string | null {
  try {
    return decodeURIComponent(value.match(/^utf-8'[^']*'(.*)$/i)?.[1] ?? '%');
  } catch {
    return null;
  }
}

function parseDisposition(value: string): Pick<PartHead, 'name' | 'filename'> | null {
  const [type = ''] = value.split(';', 1);
  const rest = value.slice(type.length);
  const params = new Map<string, string>();
  const parameter = /[\t ]*;[\t ]*([\w!#$%&'*+.^`|~-]+)=(?:"((?:\\.|[^"\\])*)"|([^\s;"]*))[\t ]*/sy;
  while (parameter.lastIndex < rest.length) {
    const [match, key = '', quoted, token = ''] = parameter.exec(rest) ?? [];
    if (match === undefined) return null;
    const name = key.toLowerCase();
    if (!params.has(name)) params.set(name, quoted === undefined ? token : unescapeQuoted(quoted));
  }
  const name = params.get('name');
  if (type.trim().toLowerCase() !== 'form-data' || !name) return null;
  const extended = params.get('filename*');
  return { name, filename: (extended && parseExtended(extended)) ?? params.get('filename') ?? null };
}

function parseHead(block: string, index: number): PartHead {
  const headers = new Map<string, string>();
  for (const line of block.replace(/\r\n[\t ]+/g, ' ').split('\r\n')) {
    const [, name, value] = line.match(/^([\w!#$%&'*+.^`|~-]+):(.*)$/s) ?? [];
    if (name === undefined || value === undefined) throw malformed(`Part ${index} has a malformed header`);
    headers.set(name.toLowerCase(), value.trim());
  }
  const disposition = parseDisposition(headers.get('content-disposition') ?? '');
  if (!disposition) throw malformed(`Part ${index} has no valid Content-Disposition with a name`);
  return { ...disposition, contentType: headers.get('content-type') ?? null };
}

/**
 * A multipart/form-data parser that hands out views into the body's own window. busboy is the alternative: it takes Node streams,
 * whose 4 KB chunks cost more than the whole transfer (`npm run bench -- uploads`).
 */
export class MultipartReader {
  readonly #source: BodyStream;
  readonly #delimiter: Buffer;
  #window = Buffer.alloc(0);
  #position = 0;
  #index = 0;
  #isInPart = true;

  constructor(source: BodyStream, boundary: string) {
    this.#source = source;
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  async #refill(): Promise<void> {
    const window = await this.#source.read(this.#window.length - this.#position);
    if (!window) throw malformed('The body ended before the closing boundary');
    this.#window = Buffer.from(window.buffer, window.byteOffset, window.byteLength);
    this.#position = 0;
  }

  /** The next part, after skipping what was not read of the one before; null at the closing delimiter. */
  async next(): Promise<PartHead | null> {
    if (this.#index === 0) await this.#begin();
    while (await this.read());
    while (this.#window.length - this.#position < 2) await this.#refill();
    if (this.#window.toString('latin1', this.#position, this.#position + 2) === '--') return null;
    this.#index += 1;
    const [padding = '', ...lines] = (await this.#headBlock()).split('\r\n');
    if (padding.trim()) throw malformed(`Part ${this.#index} begins with a malformed boundary`);
    this.#isInPart = true;
    return parseHead(lines.join('\r\n'), this.#index);
  }

  /** A delimiter may open the body without the line break that belongs to it (RFC 2046 §5.1.1). */
  async #begin(): Promise<void> {
    const opening = this.#delimiter.subarray(2);
    do await this.#refill();
    while (this.#window.length < opening.length && opening.indexOf(this.#window) === 0);
    if (this.#window.indexOf(opening) !== 0) return;
    this.#position = opening.length;
    this.#isInPart = false;
  }

  async #headBlock(): Promise<string> {
    for (;;) {
      const end = this.#window.indexOf(HEADER_END, this.#position);
      const length = (end < 0 ? this.#window.length : end) - this.#position;
      if (length > HEADER_BYTES) throw malformed(`Part ${this.#index} has over ${HEADER_BYTES} bytes of headers`);
      if (end >= 0) {
        const block = decodeUtf8(this.#window.subarray(this.#position, end));
        if (block === null) throw malformed(`Part ${this.#index} has a header that is not UTF-8`);
        this.#position = end + HEADER_END.length;
        return block;
      }
      await this.#refill();
    }
  }

  /** The next piece of the current part, valid until the next call; null at its end. */
  async read(): Promise<Uint8Array | null> {
    while (this.#isInPart) {
      const start = this.#position;
      const end = this.#window.indexOf(this.#delimiter, start);
      this.#isInPart = end < 0;
      // Without a delimiter all is content but the last bytes, which may be the beginning of one.
      const stop = this.#isInPart ? Math.max(start, this.#window.length - this.#delimiter.length + 1) : end;
      this.#position = this.#isInPart ? stop : end + this.#delimiter.length;
      if (stop > start) return this.#window.subarray(start, stop);
      if (this.#isInPart) await this.#refill();
    }
    return null;
  }
}
