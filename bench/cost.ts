/** What one request of each route costs: requests to PocketBase, KV reads and writes, and bytes on either side, counted. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startProxy } from '../test/support/proxy.ts';
import { startKv } from './lib/kv.ts';
import { nameOf } from './lib/names.ts';
import type { Row } from './lib/report.ts';
import { documentNumber, sampleIds } from './lib/seed.ts';
import { interleave, median } from './lib/statistics.ts';
import { MB } from './lib/transfer.ts';
import {
  bundleProduct,
  bundleRefusing,
  type Cleanup,
  KEYS,
  refusalsOf,
  seededPocketBase,
  startWorkerd,
} from './stand.ts';

interface Asked {
  title: string;
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  status: number;
}

const PROFILES = 400;
const STARTS = 7;
const partner = { 'x-api-key': KEYS.partner };
const internal = { 'x-api-key': KEYS.internal };
const json = { 'content-type': 'application/json' };
const video = Buffer.concat([Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1'), Buffer.alloc(MB)]);

function routes(id: string): Asked[] {
  const applicant = (document_number: string, full_name = 'Minh') =>
    JSON.stringify({ full_name, country: 'VN', document_type: 'passport', document_number });
  const create = { method: 'POST', path: '/api/profiles/create', headers: { ...partner, ...json } };
  const profile = `/api/profiles/${id}`;
  const document = `${profile}/documents/facial_video`;
  const read = { path: profile, headers: partner, status: 200 };
  const history = `/api/status_history/${id}`;
  return [
    { title: 'The first request of a new isolate, KV empty', ...read },
    { title: 'Profile read', ...read },
    { title: 'Create, new applicant', ...create, body: applicant(randomUUID()), status: 201 },
    { title: 'Create, known applicant', ...create, body: applicant(documentNumber(2), nameOf(2)), status: 200 },
    { title: 'List of 100', path: '/api/profiles?limit=100', headers: partner, status: 200 },
    { title: 'Status history', path: history, headers: partner, status: 200 },
    change('Status change', 'POST', history, { status: 'in_review' }, 201),
    change('Change of a field', 'PATCH', profile, { locale: 'es' }, 200),
    change('Note', 'POST', `${profile}/notes`, { text: 'Called back' }, 201),
    { title: 'Link', method: 'POST', path: `${profile}/link`, headers: partner, status: 200 },
    {
      title: 'Upload of 1 MB',
      method: 'PUT',
      path: document,
      headers: { ...internal, 'content-type': 'video/mp4' },
      body: video,
      status: 200,
    },
    { title: 'Download of 1 MB', path: document, headers: internal, status: 200 },
    { title: 'Events', path: '/api/events', headers: partner, status: 200 },
    { title: 'Metrics', path: '/api/metrics', headers: internal, status: 200 },
    { title: '`GET /`', path: '/', status: 200 },
    { title: 'No credentials', path: profile, status: 401 },
    { title: 'An unknown key', path: profile, headers: { 'x-api-key': 'k'.repeat(40) }, status: 401 },
    { title: 'JSON validation failure', ...create, body: '{"country":"XX"}', status: 422 },
  ];
}

function change(title: string, method: string, path: string, body: object, status: number): Asked {
  return { title, method, path, headers: { ...internal, ...json }, body: JSON.stringify(body), status };
}

/** Refusals must ask PocketBase nothing, and what is warm must leave KV alone. */
export async function measureCost(cleanup: Cleanup): Promise<Row[]> {
  const pocketbase = cleanup.add(await seededPocketBase(PROFILES));
  const proxy = cleanup.add(await startProxy(pocketbase.url));
  const kv = cleanup.add(await startKv());
  const directory = cleanup.bundle(bundleProduct({ ...pocketbase, url: proxy.url }, { kv: kv.address }));
  const worker = cleanup.add(await startWorkerd(directory));
  const rows: Row[] = [];
  for (const asked of routes(sampleIds(pocketbase.dir, 3)[1] as string)) {
    const before = proxy.traffic();
    proxy.take();
    const { sent, received } = await ask(worker.port, asked);
    const requests = proxy.take().length;
    const after = proxy.traffic();
    const { reads, writes } = kv.take();
    const isRefused = asked.status >= 400;
    rows.push({
      name: asked.title,
      title: asked.title,
      unit: 'one request',
      figures: {
        'to PocketBase': requests,
        'KV reads': reads,
        'KV writes': writes,
        'bytes from the caller': sent,
        'to the caller': received,
        'bytes to PocketBase': after.sent - before.sent,
        'from PocketBase': after.received - before.received,
      },
      comparisons: isRefused ? [{ by: 'a request to PocketBase', ratio: requests, atMost: 0 }] : [],
    });
  }
  rows.push(
    await startUp(directory, cleanup.bundle(bundleRefusing('constant', await refusalsOf(worker)))),
    bundleSize(directory),
  );
  return rows;
}

async function ask(port: number, { method = 'GET', path, headers, body, status, title }: Asked) {
  const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
  const answered = once(outgoing, 'response');
  outgoing.end(body);
  const [response] = await answered;
  const { socket } = outgoing;
  await response.resume().toArray();
  if (response.statusCode !== status) throw new Error(`${title}: ${response.statusCode}`);
  return { sent: socket?.bytesWritten ?? 0, received: socket?.bytesRead ?? 0 };
}

/** What the bundle adds to the start of workerd until the first answer, which needs nothing from anywhere. */
async function startUp(product: string, constant: string): Promise<Row> {
  const bundles: Record<string, string> = { constant, edge: product };
  const measured = await interleave(Object.keys(bundles), STARTS, async (name) => {
    const startedAt = performance.now();
    const worker = await startWorkerd(bundles[name] as string);
    await (await fetch(worker.url)).arrayBuffer();
    const took = performance.now() - startedAt;
    await worker.stop();
    return took;
  });
  const [edge, beside] = [median(measured.edge ?? []), median(measured.constant ?? [])];
  const figures = { edge, constant: beside, 'the bundle’s share': edge - beside };
  return { name: 'start-up', title: 'Start of workerd to the first answer', unit: 'ms', figures, comparisons: [] };
}

function bundleSize(directory: string): Row {
  const script = readFileSync(join(directory, 'index.js'));
  const figures = { bundle: script.length / 1024, gzip: gzipSync(script).length / 1024 };
  return { name: 'bundle', title: 'Size of the bundle', unit: 'KiB', figures, comparisons: [] };
}
