import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface CountingProxy {
  url: string;
  /** `METHOD /path` of every call since the last `take`. */
  take(): string[];
  /** Bytes on the wire so far, heads included, as the Worker sees them. */
  traffic(): { sent: number; received: number };
  /** Answers instead of PocketBase, to cause a fault; `null` ends that. */
  intercept: ((incoming: IncomingMessage, answer: ServerResponse) => boolean) | null;
  stop(): Promise<void>;
}

/** Stands between Worker and PocketBase and counts. */
export async function startProxy(target: string): Promise<CountingProxy> {
  let calls: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((incoming, answer) => {
    calls.push(`${incoming.method} ${incoming.url?.split('?')[0]}`);
    if (proxy.intercept?.(incoming, answer)) return;
    const { method, headers } = incoming;
    const onward = request(`${target}${incoming.url}`, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  server.on('connection', (socket) => sockets.push(socket));
  await once(server, 'listening');
  const sum = (name: 'bytesRead' | 'bytesWritten') => sockets.reduce((total, socket) => total + socket[name], 0);
  const proxy: CountingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = calls;
      calls = [];
      return taken;
    },
    traffic: () => ({ sent: sum('bytesRead'), received: sum('bytesWritten') }),
    intercept: null,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
