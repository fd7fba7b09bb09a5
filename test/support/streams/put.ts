import type { Streams } from './streams.ts';

export function* slices(data: Buffer, size = 65_536) {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

export interface Options {
  type?: string | null;
  chunked?: boolean;
  headers?: Record<string, string>;
  chunks?: AsyncIterable<Buffer>;
  signal?: AbortSignal;
}

/** Sends a document through the edge, in pieces. */
export function put(streams: Streams, order: string, data: Buffer, options: Options = {}) {
  const { type = null, chunked = false, headers = {}, chunks = slices(data), signal } = options;
  return streams.send(order, {
    method: 'PUT',
    headers: { ...(type ? { 'content-type': type } : {}), ...headers },
    chunks,
    ...(chunked ? {} : { length: data.length }),
    ...(signal ? { signal } : {}),
  });
}

export async function answered(...parameters: Parameters<typeof put>) {
  const { answer, seen } = put(...parameters);
  return { ...(await answer), seen };
}
