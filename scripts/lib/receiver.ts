import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export interface ReceivedEvent {
  id: string;
  type: string;
  sequence: number | null;
  data: { profile_id: string; from?: string; to?: string; kind?: string; outcome?: string };
}

export interface Receiver {
  url: string;
  /** Whose signature has been verified, each once, in the order of arrival. */
  events: ReceivedEvent[];
  /** Deliveries that were answered 400. */
  refused: number;
  /** Known only after the registration. */
  secret: string;
  close(): void;
}

/** What a partner's server does: verify, drop repetitions, answer 2xx. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    try {
      const body = await text(request);
      const event = new Webhook(receiver.secret).verify(
        body,
        request.headers as Record<string, string>,
      ) as ReceivedEvent;
      if (!receiver.events.some(({ id }) => id === event.id)) receiver.events.push(event);
      response.writeHead(204).end();
    } catch {
      receiver.refused++;
      response.writeHead(400).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ekyc`,
    events: [],
    refused: 0,
    secret: '',
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}
