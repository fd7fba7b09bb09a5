import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  event: { id: string; type: string; sequence: number | null; data: Record<string, string> };
  at: number;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Down: connections are refused. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Answers in place of the plain 200. */
  respond: ((received: Received, answer: ServerResponse) => void) | null;
  close(): Promise<void>;
}

/** A partner's server: keeps what arrives. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (incoming, answer) => {
    const body = await text(incoming);
    const received = { headers: incoming.headers, body, event: JSON.parse(body), at: Date.now() };
    receiver.received.push(received);
    if (receiver.respond) receiver.respond(received, answer);
    else answer.end('thanks');
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const end = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  const port = await listen(0);
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    received: [],
    respond: null,
    down: end,
    up: async () => void (await listen(port)),
    close: async () => void (server.listening && (await end())),
  };
  return receiver;
}

/** Whether a receiver that holds `secret` accepts this delivery. */
export function verifies(secret: string, { headers, body }: Pick<Received, 'headers' | 'body'>): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
