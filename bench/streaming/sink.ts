import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** PocketBase's place: reads, counts and discards. A process of its own, so that it competes with workerd as PocketBase would. */
const server = createServer((request, response) => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  request.on('end', () => response.end(JSON.stringify({ bytes })));
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
