import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Workers KV as raw workerd asks for it, outside of workerd: it outlives an isolate, and counts. */
export async function startKv() {
  const values = new Map<string, Buffer>();
  const counted = { reads: 0, writes: 0 };
  const server = createServer(async (request, response) => {
    const key = new URL(request.url ?? '', 'http://kv').pathname;
    if (request.method === 'GET') {
      counted.reads++;
      const value = values.get(key);
      response.writeHead(value ? 200 : 404).end(value);
      return;
    }
    counted.writes++;
    if (request.method === 'PUT') values.set(key, await buffer(request));
    else values.delete(key);
    response.writeHead(200).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Reads and writes since the last call. */
    take() {
      const taken = { ...counted };
      Object.assign(counted, { reads: 0, writes: 0 });
      return taken;
    },
    clear: () => values.clear(),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
