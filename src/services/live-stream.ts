/**
 * PocketBase's realtime as server-sent events for the dashboard (https://html.spec.whatwg.org/multipage/server-sent-events.html): ids,
 * statuses and claims only. PocketBase repeats no event, and ends a quiet stream after five minutes. Then this stream ends too; the
 * browser reconnects by itself and reads its page again.
 */
import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream';
import * as z from 'zod';
import { ApiProblem } from '../lib/problem.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { ChangeEvent } from '../pocketbase/records/review.ts';
import { unavailable } from '../pocketbase/upstream.ts';

/** Only a write shows that a client has left. */
const PING_MS = 15_000;
const RECONNECT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 10_000;
const Connected = z.object({ clientId: z.string() });

const subscription = (topic: string, fields: string) => {
  const options = JSON.stringify({ query: { fields }, headers: { 'x-partner': '*' } });
  return `${topic}?options=${encodeURIComponent(options)}`;
};
const SUBSCRIPTIONS = [
  subscription('profiles/*', 'id,status,claimed_by,claimed_until'),
  subscription('notes/*', 'profile'),
];

export interface StreamOptions {
  signal: AbortSignal;
  /** Called at each ping: a reviewer who was shut out must not go on listening. */
  isAllowed: () => Promise<boolean>;
  sleep: (ms: number) => Promise<unknown>;
}

/** @throws ApiProblem when PocketBase cannot be subscribed to; afterwards the stream just ends */
export async function openLiveStream(
  pb: PocketBaseClient,
  options: StreamOptions,
): Promise<ReadableStream<Uint8Array>> {
  const upstream = new AbortController();
  const signal = AbortSignal.any([upstream.signal, options.signal]);
  const response = await pb.listen('/api/realtime', signal);
  const messages = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>)
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    const first = await Promise.race([messages.read(), options.sleep(CONNECT_TIMEOUT_MS).then(() => null)]);
    const { clientId } = Connected.parse(JSON.parse(first?.value?.data ?? 'null'));
    await pb.call(z.null(), '/api/realtime', { method: 'POST', body: { clientId, subscriptions: SUBSCRIPTIONS } });
  } catch (error) {
    upstream.abort();
    throw error instanceof ApiProblem ? error : unavailable(error);
  }
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  void pump(messages, writable.getWriter(), options).finally(() => upstream.abort());
  return readable;
}

async function pump(
  messages: ReadableStreamDefaultReader<EventSourceMessage>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  { isAllowed, sleep }: StreamOptions,
): Promise<void> {
  const encoder = new TextEncoder();
  const write = (text: string) => writer.write(encoder.encode(text));
  const tick = () => sleep(PING_MS).then(() => 'tick' as const);
  try {
    await write(`retry: ${RECONNECT_MS}\nevent: ready\ndata: {}\n\n`);
    let message = messages.read();
    let ping = tick();
    for (;;) {
      const next = await Promise.race([message, ping]);
      if (next === 'tick') {
        if (!(await isAllowed())) break;
        await write(': ping\n\n');
        ping = tick();
        continue;
      }
      if (next.done) break;
      message = messages.read();
      const change = changeOf(next.value.data);
      if (change) await write(`event: change\ndata: ${JSON.stringify(change)}\n\n`);
    }
    await writer.close();
  } catch {
    // The browser has left, or PocketBase is gone: the browser reconnects by itself.
    await writer.abort().catch(() => {});
  }
}

function changeOf(data: string) {
  const { success, data: event } = ChangeEvent.safeParse(JSON.parse(data));
  if (!success) return null;
  return 'profile' in event.record ? { id: event.record.profile } : event.record;
}
