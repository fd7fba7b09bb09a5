import { ApiProblem } from '../lib/problem.ts';
import { within } from '../lib/within.ts';
import type { BodyStream } from './body.ts';

/**
 * Performs the request to PocketBase, and throws what PocketBase refuses. It has no time limit of its own, as that would count the upload:
 * the form notices a stall itself.
 */
export type Send = (body: ReadableStream<Uint8Array>, contentType: string, signal: AbortSignal) => Promise<Response>;

const encoder = new TextEncoder();
const ignore = () => {};

/** A multipart/form-data request to PocketBase, written piece by piece. PocketBase acts only on one that was finished. */
export class UpstreamForm {
  /** Random, so that no file can end its own part and begin another. */
  readonly #boundary = crypto.randomUUID();
  readonly trailer = encoder.encode(`--${this.#boundary}--\r\n`);
  readonly #abort = new AbortController();
  readonly #send: Send;
  readonly #stallMs: number;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #response = new Promise<Response>(ignore);
  #refused = new Promise<never>(ignore);

  constructor(send: Send, stallMs: number) {
    this.#send = send;
    this.#stallMs = stallMs;
  }

  fileHead(name: string, filename: string, type: string): Uint8Array {
    const disposition = `Content-Disposition: form-data; name="${name}"; filename="${filename}"`;
    return encoder.encode(`--${this.#boundary}\r\n${disposition}\r\nContent-Type: ${type}\r\n\r\n`);
  }

  field(name: string, value: string): Uint8Array {
    return encoder.encode(`--${this.#boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  }

  /** Begins the request: with a `Content-Length` if the length of the whole form is known, otherwise chunked. */
  open(length?: number): WritableStreamDefaultWriter<Uint8Array> {
    const { readable, writable } = length === undefined ? new IdentityTransformStream() : new FixedLengthStream(length);
    const writer: WritableStreamDefaultWriter<Uint8Array> = writable.getWriter();
    writer.closed.catch(ignore);
    this.#response = this.#send(readable, `multipart/form-data; boundary=${this.#boundary}`, this.#abort.signal);
    this.#refused = this.#response.then(() => new Promise<never>(ignore));
    this.#refused.catch(ignore);
    this.#writer = writer;
    return writer;
  }

  #inTime<T>(promise: Promise<T>): Promise<T> {
    return within(promise, this.#stallMs, () => new ApiProblem('upstream_timeout'));
  }

  /** The same promise, unless PocketBase refuses or goes away first. */
  async orRefusal<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#refused]);
  }

  async write(bytes: Uint8Array): Promise<void> {
    const writer = this.#writer ?? this.open();
    // If the connection ends under the write, PocketBase's answer says why.
    await this.#inTime(this.orRefusal(writer.write(bytes).catch(() => this.#refused)));
  }

  async finish(): Promise<Response> {
    await this.write(this.trailer);
    this.#writer?.close().catch(ignore);
    return this.#inTime(this.#response);
  }

  /**
   * Runs `work`. If it fails, the request to PocketBase is aborted first, because PocketBase would keep a temporary file and the socket
   * for 300 s; then the caller may finish sending. The reason of the abort tells a PocketBase that stood still from a fault of the caller.
   */
  async exchange<T>(source: BodyStream, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#abort.abort(error);
      this.#writer?.abort().catch(ignore);
      await source.drain();
      throw error;
    }
  }
}
