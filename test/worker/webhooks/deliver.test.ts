import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/webhooks/deliver.ts';
import { json } from '../../support/api.ts';
import { type Receiver, startReceiver, verifies } from '../../support/webhooks/receiver.ts';
import { bundle, remove, serve } from '../../support/workerd.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const PAYLOAD = '{"id":"k3v9x2m1q8w7z5a","type":"profile.created"}';

let directory: string;
let workerd: Awaited<ReturnType<typeof serve>>;
let receiver: Receiver;
// The harness would follow redirects and answer 500 for a lost connection.
beforeAll(async () => {
  directory = bundle({}, 'test/support/webhooks/deliver-worker.ts');
  workerd = await serve(directory);
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.close();
  await workerd.stop();
  remove(directory);
});
beforeEach(() => {
  receiver.received = [];
  receiver.respond = null;
});

async function deliver(url = receiver.url): Promise<Outcome> {
  const attempt = { id: 'k3v9x2m1q8w7z5a', url, payload: PAYLOAD, secrets: [SECRET] };
  return (await (await fetch(`http://127.0.0.1:${workerd.port}/`, json(attempt))).json()) as Outcome;
}

describe('an attempt', () => {
  it('is a signed POST of the payload as it stands', async () => {
    expect(await deliver()).toMatchObject({ error: null, status: 200, excerpt: 'thanks' });
    const [received] = receiver.received;
    expect(received?.body).toBe(PAYLOAD);
    expect(received?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'k3v9x2m1q8w7z5a' });
    expect(received && verifies(SECRET, received)).toBe(true);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a %i', async (status) => {
    const elsewhere = await startReceiver();
    receiver.respond = (_, answer) => answer.writeHead(status, { location: elsewhere.url }).end();
    expect(await deliver()).toMatchObject({ error: 'redirect', status });
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });

  it('fails when the connection is refused or reset', async () => {
    receiver.respond = (_, answer) => answer.socket?.resetAndDestroy();
    expect(await deliver()).toMatchObject({ error: 'connection_failed', status: null, excerpt: null });
    await receiver.down();
    expect(await deliver()).toMatchObject({ error: 'connection_failed', status: null });
    await receiver.up();
    expect(await deliver('https://no-such-host.invalid/')).toMatchObject({ error: 'connection_failed' });
  });

  it.each([
    ['200', null],
    ['204', null],
    ['299', null],
    ['400', 'status'],
    ['410', 'status'],
    ['500', 'status'],
  ])('judges by the status: %s', async (status, error) => {
    receiver.respond = (_, answer) => answer.writeHead(Number(status)).end();
    expect(await deliver()).toMatchObject({ error, status: Number(status), retryAfterSeconds: null });
  });

  it.each([
    [429, 7],
    [503, 7],
    [500, null],
    [200, null],
  ])('with %i reads Retry-After as %s', async (status, retryAfterSeconds) => {
    receiver.respond = (_, answer) => answer.writeHead(status, { 'retry-after': '7' }).end();
    expect(await deliver()).toMatchObject({ status, retryAfterSeconds });
  });

  it('keeps 512 bytes of the answer at most, as text without control characters, and reads no further', async () => {
    const noise = Buffer.concat([Buffer.from('\0\x1b[31mnope\r\n\u0085'), Buffer.from([0xff, 0xfe])]);
    receiver.respond = (_, answer) => {
      answer.writeHead(500).write(Buffer.concat([noise, Buffer.from('é'.repeat(1_000))])); // and never ends
    };
    const startedAt = Date.now();
    const { excerpt } = await deliver();
    expect(excerpt).toMatch(/^\[31mnope\ufffd\ufffdé+$/);
    expect(Buffer.byteLength(excerpt ?? '')).toBeLessThanOrEqual(512);
    expect(Buffer.byteLength(excerpt ?? '')).toBeGreaterThan(480);
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });

  it('ends after 15 s, whether no answer comes or its body does not end', { timeout: 40_000 }, async () => {
    receiver.respond = (_, answer) => {
      if (receiver.received.length === 1) return;
      answer.writeHead(200).write('begun');
    };
    const startedAt = Date.now();
    const [silent, begun] = await Promise.all([deliver(), deliver()]);
    expect([silent, begun].map(({ error }) => error).sort()).toEqual(['timeout', null].sort());
    expect(Date.now() - startedAt).toBeGreaterThan(14_900);
    expect(Date.now() - startedAt).toBeLessThan(20_000);
  });
});
