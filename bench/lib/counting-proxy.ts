import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** Stands between Worker and PocketBase, and counts requests and the bytes on the wire, heads included. */
export async function startCountingProxy(target: string) {
  const sockets: Socket[] = [];
  let requests = 0;
  let seen = { sent: 0, received: 0 };
  const server = createServer((incoming, answer) => {
    requests++;
    const { method, headers } = incoming;
    const onward = request(`${target}${incoming.url}`, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sum = (name: 'bytesRead' | 'bytesWritten') => sockets.reduce((total, socket) => total + socket[name], 0);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Since the last call. */
    take() {
      const now = { sent: sum('bytesRead'), received: sum('bytesWritten') };
      const taken = { requests, sent: now.sent - seen.sent, received: now.received - seen.received };
      seen = now;
      requests = 0;
      return taken;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
