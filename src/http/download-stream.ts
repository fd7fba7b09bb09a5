import { STALL_MS } from '../pocketbase/limits.ts';
import { BodyStream } from './body-stream.ts';

type DownloadRequest = { method: 'GET' | 'HEAD'; headers: Headers; signal: AbortSignal };

const ignore = () => {};
/** To workerd the mark of a lost connection: any other error in an answer's body is reported as an exception that nobody caught. */
const LOST = { retryable: true };

/**
 * Hands on what PocketBase streams. The status has left, so when PocketBase stands still for `STALL_MS` the reader sees a cut body, where it
 * would otherwise wait for ever. Whichever side leaves, the call to PocketBase ends.
 */
export async function relayDownload(
  { method, headers, signal }: Request,
  read: (request: DownloadRequest) => Promise<Response>,
): Promise<Response> {
  const call = new AbortController();
  const response = await read({
    method: method === 'HEAD' ? 'HEAD' : 'GET',
    headers,
    signal: AbortSignal.any([signal, call.signal]),
  });
  if (!response.body) return response;
  const { readable, writable } = new FixedLengthStream(Number(response.headers.get('content-length')));
  const writer: WritableStreamDefaultWriter<Uint8Array> = writable.getWriter();
  writer.closed.catch(ignore);
  const source = new BodyStream(response.body, { stallMs: STALL_MS });
  const pump = async () => {
    for (let window = await source.read(); window; window = await source.read()) await writer.write(window);
    await writer.close();
  };
  pump().catch((cause) => {
    call.abort(cause);
    writer.abort(Object.assign(new Error('Network connection lost.'), LOST)).catch(ignore);
  });
  return new Response(readable, response);
}
