import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Rejects when the port can't be had. Port 0 asks for any; returns the port that was free a moment ago. */
export async function probePort(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return free;
}

export const freePort = () => probePort(0);
