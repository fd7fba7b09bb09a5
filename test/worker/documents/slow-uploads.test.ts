import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BREAKER_FAILURES, UPLOAD_MS } from '../../../src/pocketbase/limits.ts';
import { api, PNG } from '../../support/api.ts';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';

const START = 'lib/base/start.js';
const LONGEST = /const LONGEST_REQUEST = (\d+) \* 60 \* 1e9;/;
const source = readFileSync(join('pocketbase/hooks', START), 'utf8');
const [PIECES, PIECE_BYTES, PIECE_EVERY_MS] = [20, 20_000, 200];

let directory: string;
let pocketbase: TestPocketBase;
let worker: TestWorker;
/** A PocketBase that ends each request after a second, in place of 40 minutes. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ekyc-hooks-'));
  // With the migrations, which read code of each other by the way of the hooks.
  cpSync('pocketbase', directory, { recursive: true });
  const hooksDir = join(directory, 'hooks');
  writeFileSync(join(hooksDir, START), source.replace(LONGEST, 'const LONGEST_REQUEST = 1e9;'));
  pocketbase = await startPocketBase({ hooksDir });
  worker = await startWorker({}, { pocketbase });
});
afterAll(async () => {
  await worker.stop();
  await pocketbase.stop();
  rmSync(directory, { recursive: true });
});

/** Sends for four seconds. */
async function uploadSlowly(id: string): Promise<number> {
  const url = `${worker.origin}/api/profiles/${id}/documents/document_front`;
  const length = PNG.length + PIECES * PIECE_BYTES;
  const headers = { 'x-api-key': worker.keys.acme, 'content-type': 'image/png', 'content-length': length };
  const outgoing = request(url, { method: 'PUT', headers, agent: false });
  const answered = once(outgoing, 'response');
  outgoing.write(PNG);
  for (let piece = 0; piece < PIECES; piece++) {
    await setTimeout(PIECE_EVERY_MS);
    outgoing.write(Buffer.alloc(PIECE_BYTES));
  }
  outgoing.end();
  const [response] = (await answered) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

it('uploads that PocketBase ends for their slowness open no breaker', { timeout: 60_000 }, async () => {
  const { id } = await api(worker).created();
  const statuses = await Promise.all(Array.from({ length: 2 * BREAKER_FAILURES }, () => uploadSlowly(id)));
  expect(new Set(statuses)).toEqual(new Set([503]));
  const metrics = await api(worker, worker.keys.internal).get('/api/metrics');
  expect(await metrics.json()).toMatchObject({ breaker: { state: 'closed', openings: 0 } });
});

it('the Worker ends an upload before PocketBase does', () => {
  expect(UPLOAD_MS).toBeLessThan(Number(LONGEST.exec(source)?.[1]) * 60_000);
});
