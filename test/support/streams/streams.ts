import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, inject, vi } from 'vitest';
import { tellHost } from '../worker-host.ts';
import { place, remove, serve } from '../workerd.ts';

const KEPT_BYTES = 2_000_000;

/** What the upstream saw of one request. */
export interface Seen {
  url: string;
  headers: IncomingHttpHeaders;
  bytes: number;
  /** Of a request that was completed and is small enough to keep. */
  body: Buffer;
  state: 'open' | 'complete' | 'aborted';
  /** Ends a stall: a socket that is not read does not notice that it was closed. */
  resume(): void;
}

/** PocketBase's place, for faults that the real one can't be made to show. The first segment of the path names the fault. */
async function startUpstream() {
  const seen: Seen[] = [];
  const server = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    const [, fault = '', after = '0'] = incoming.url?.split('/') ?? [];
    const resume = () => void incoming.resume();
    const record: Seen = {
      url: incoming.url ?? '',
      headers: incoming.headers,
      bytes: 0,
      body: Buffer.alloc(0),
      state: 'open',
      resume,
    };
    seen.push(record);
    let isStalled = false;
    const chunks: Buffer[] = [];
    incoming.on('error', () => {});
    response.on('close', () => {
      if (record.state === 'open') record.state = 'aborted';
    });
    incoming.on('data', (chunk: Buffer) => {
      record.bytes += chunk.length;
      if (record.bytes <= KEPT_BYTES) chunks.push(chunk);
      if (record.bytes < Number(after)) return;
      if (fault === 'gone') incoming.socket.destroy();
      if (fault === 'stall' && !isStalled) incoming.pause();
      isStalled = true;
      if (fault === 'refuse' && !response.headersSent) response.writeHead(409).end('{"code":"profile_locked"}');
    });
    incoming.on('end', () => {
      record.state = 'complete';
      record.body = Buffer.concat(chunks);
      if (fault === 'ok') response.end('{}');
      if (fault === 'late') response.writeHead(409).end('{"code":"profile_locked"}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export type Streams = Awaited<ReturnType<typeof startStreams>>;

export async function startStreams() {
  const { server, seen, url: UPSTREAM } = await startUpstream();
  const script = await tellHost(inject('workerHost'), 'build', join(import.meta.dirname, 'streams-worker.ts'));
  const directory = place(script, { UPSTREAM });
  const worker = await serve(directory);
  let count = 0;
  return {
    errors: worker.errors,
    /** `order` is `/<fault>[/<after bytes>][?<options of the Worker>]`; `seen` is what the upstream saw of this one request. */
    send(order: string, upload: Upload) {
      count += 1;
      const { pathname, search } = new URL(order, 'http://worker');
      const [, fault, after = '0'] = pathname.split('/');
      const path = `/${fault}/${after}/${count}`;
      return {
        answer: send(`http://127.0.0.1:${worker.port}${path}${search}`, upload),
        seen: () => seen.find(({ url }) => url === path),
      };
    },
    async stop() {
      await worker.stop();
      remove(directory);
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Nothing came through: the upstream saw no request, or one that was cut. */
export async function expectNothingStored(seen: () => Seen | undefined): Promise<void> {
  await vi.waitFor(() => expect(['aborted', undefined]).toContain(seen()?.state), { timeout: 5_000 });
}

export interface Answer {
  status: number;
  body: {
    code?: string;
    detail?: string;
    errors?: { pointer: string; detail: string }[];
    upstream?: number;
    answer?: string;
    meta?: object;
    documents?: Record<string, object>;
  };
}

export interface Upload {
  method: 'PUT' | 'PATCH';
  headers?: Record<string, string>;
  /** Sends `Content-Length`, or chunks if there is none. */
  length?: number;
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>;
  signal?: AbortSignal;
}

/** Sends exactly these chunks, and reads only when all are sent, as the strictest of clients do. */
async function send(target: string, { method, headers, length, chunks, signal }: Upload): Promise<Answer> {
  const outgoing = request(target, {
    method,
    headers: length === undefined ? { ...headers } : { ...headers, 'content-length': String(length) },
    agent: false,
    ...(signal ? { signal } : {}),
  });
  const answered = once(outgoing, 'response');
  answered.catch(() => {});
  for await (const chunk of chunks) {
    if (!outgoing.write(chunk)) await once(outgoing, 'drain');
  }
  outgoing.end();
  const [response] = (await answered) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode ?? 0, body: JSON.parse(text) };
}
