import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freePort } from '../../scripts/lib/ports.ts';
import { applicantData, json, superuser } from '../support/api.ts';
import { CLIENTS, type ClientRequest, MISSING_TOOLS } from '../support/openapi/strict-clients.ts';
import { settingsFor } from '../support/worker.ts';
import { tellHost } from '../support/worker-host.ts';
import { place, remove, serve } from '../support/workerd.ts';

/** More than workerd itself reads after an answer, and more than sockets hold. */
const KNOWN_BYTES = 8_000_000;
const STRANGER_BYTES = 900_000;

type Bare = Awaited<ReturnType<typeof start>>;
let healthy: Bare;
let limited: Bare;
let down: Bare;

/** In workerd itself: Miniflare reads what a client still sends. */
async function start({ url = inject('pocketbase').url, isLimited = false } = {}) {
  const { keys, vars } = settingsFor({ ...inject('pocketbase'), url });
  const directory = place(
    await tellHost(inject('workerHost'), 'build'),
    { ...vars, WEBHOOK_DENY_HOSTS: '' },
    { isLimited },
  );
  const { port, stop } = await serve(directory);
  return {
    keys,
    port,
    url: (path: string) => `http://127.0.0.1:${port}${path}`,
    async stop() {
      await stop();
      remove(directory);
    },
  };
}

beforeAll(async () => {
  healthy = await start();
  limited = await start({ isLimited: true });
  down = await start({ url: `http://127.0.0.1:${await freePort()}` });
});
afterAll(() => Promise.all([healthy, limited, down].map((worker) => worker.stop())));

interface Case extends Omit<ClientRequest, 'url'> {
  worker: Bare;
  path: string;
}

/** A refusal of each kind, that comes before the body is read. */
async function refusals(): Promise<[status: number, Case][]> {
  const acme = { 'x-api-key': healthy.keys.acme };
  const internal = { 'x-api-key': healthy.keys.internal, 'content-type': 'image/png' };
  const created = await fetch(healthy.url('/api/profiles/create'), json(applicantData(), acme));
  const { id, redirect_url } = (await created.json()) as { id: string; redirect_url: string };
  const token = new URL(redirect_url).hash.replace('#token=', '');
  await (await superuser()).collection('profiles').update(id, { status: 'approved' });
  const document = `/api/profiles/${id}/documents/document_front`;
  const known = { worker: healthy, method: 'PUT', headers: internal, bytes: KNOWN_BYTES };
  const strange = { worker: healthy, method: 'POST', headers: {}, bytes: STRANGER_BYTES };
  return [
    [401, { ...strange, path: document, method: 'PUT' }],
    [401, { ...strange, path: '/api/profiles/create' }],
    [401, { ...strange, path: '/api/applicant/documents/document_front', method: 'PUT' }],
    [404, { ...strange, path: '/no/such/route' }],
    [405, { ...strange, path: document }],
    [401, { ...strange, path: '/dashboard/logout' }],
    [403, { ...known, path: '/api/keys', headers: acme, method: 'POST' }],
    [404, { ...known, path: '/api/profiles/aaaaaaaaaaaaaaa/documents/document_front' }],
    [409, { ...known, path: document, headers: acme }],
    [409, { ...known, path: '/api/applicant/documents/document_front', headers: { authorization: `Bearer ${token}` } }],
    [413, { ...known, path: '/api/profiles/create', headers: acme, method: 'POST' }],
    [413, { ...known, path: `/api/profiles/${id}/notes`, headers: internal, method: 'POST' }],
    [429, { ...known, worker: limited, path: document, headers: { 'x-api-key': limited.keys.acme } }],
    [503, { ...known, worker: down, path: document, headers: { 'x-api-key': down.keys.internal } }],
  ];
}

describe('a refusal before the body is read', () => {
  it.each(CLIENTS)('reaches a client that sends on: %s', { timeout: 120_000 }, async (_, client) => {
    const cases = await refusals();
    const seen = await client(cases.map(([, { worker, path, ...sent }]) => ({ ...sent, url: worker.url(path) })));
    const named = (statuses: number[]) => cases.map(([, { method, path }], index) => [method, path, statuses[index]]);
    expect(named(seen)).toEqual(named(cases.map(([status]) => status)));
  });

  it('was tried with each tool that is to be had', () => {
    if (MISSING_TOOLS.length > 0) console.warn(`Not on PATH, so not tried: ${MISSING_TOOLS.join(', ')}`);
    expect(CLIENTS.length + MISSING_TOOLS.length).toBe(5);
  });
});

describe('what is read for nothing', () => {
  /** Sends 65 MB, or what it can until the connection ends. @returns how many bytes went out, and what came back */
  function flood(worker: Bare, path: string, headers: string[] = []): Promise<{ sent: number; answer: string }> {
    const socket = connect(worker.port, '127.0.0.1');
    socket.write(
      `${[`POST ${path} HTTP/1.1`, 'host: x', 'content-length: 65536000', ...headers].join('\r\n')}\r\n\r\n`,
    );
    let answer = '';
    const pieces = Array.from({ length: 1_000 }, () => Buffer.alloc(65_536));
    Readable.from(pieces).pipe(socket);
    return new Promise((resolve) => {
      socket.on('data', (data) => {
        answer += data;
      });
      socket.on('error', () => {}).on('close', () => resolve({ sent: socket.bytesWritten, answer }));
    });
  }
  /** In sockets and pipes on the way. */
  const SLACK_BYTES = 12_000_000;

  it('is at most a megabyte of a stranger’s', async () => {
    const { sent } = await flood(healthy, '/api/profiles/create');
    expect(sent).toBeLessThan(1_000_000 + SLACK_BYTES);
  });

  it('is nothing of an address that is over its limit', async () => {
    const { sent, answer } = await flood(limited, '/api/profiles/create');
    expect(answer).toMatch(/^(HTTP\/1.1 429 |$)/);
    expect(sent).toBeLessThan(SLACK_BYTES);
  });
});
