import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { api, applicantData, json } from '../support/api.ts';
import { startProxy } from '../support/proxy.ts';
import { expectNothingDoubled, expectQuietLog } from './invariants.ts';
import { type BareWorker, type MortalSystem, startBareWorker, startMortalSystem } from './target.ts';

const RATE_PER_SECOND = 50;
const OUTAGE_MS = 60_000;
/** Under load before and after. */
const AROUND_MS = 5_000;
/** By then five calls have failed, and the breaker is open. */
const OPENED_MS = 1_000;

type Kind = 'read' | 'create' | 'status';
interface Sample {
  kind: Kind;
  requestId: string;
  /** What the request is about: a create's document number, any other's profile. */
  subject: string;
  sentAt: number;
  ms: number;
  status: number;
  retryAfter: string | null;
}

let pocketbase: MortalSystem['pocketbase'];
let worker: BareWorker;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ pocketbase, worker, stop } = await startMortalSystem());
});
afterAll(() => stop());

/** Callers who come at a steady rate, whether they are answered or not. */
function startLoad(profiles: string[]) {
  const samples: Sample[] = [];
  const running = new Set<Promise<void>>();
  const statusOf = new Map(profiles.map((id) => [id, 'unverified']));
  const free = [...profiles];
  let count = 0;

  const send = async (kind: Kind, subject: string, path: string, init: RequestInit) => {
    const requestId = randomUUID();
    const headers = { ...init.headers, 'x-request-id': requestId };
    const sentAt = performance.now();
    // Not the checked `worker.fetch`: what takes time here must be the Worker.
    const response = await fetch(worker.origin() + path, { ...init, headers });
    const { status } = response;
    await response.arrayBuffer();
    const retryAfter = response.headers.get('retry-after');
    samples.push({ kind, requestId, subject, sentAt, ms: performance.now() - sentAt, status, retryAfter });
    return status;
  };
  const key = { 'x-api-key': worker.keys.acme };
  const one = async (): Promise<void> => {
    const turn = count++ % 10;
    const id = turn < 7 ? (profiles[count % profiles.length] as string) : free.shift();
    if (turn < 4) {
      await send('read', id as string, `/api/profiles/${id}`, { headers: key });
    } else if (turn < 7 || !id) {
      const data = applicantData();
      await send('create', data.document_number, '/api/profiles/create', json(data, key));
    } else {
      const to = statusOf.get(id) === 'in_review' ? 'approved' : 'in_review';
      const body = json({ status: to }, { 'x-api-key': worker.keys.internal });
      if ((await send('status', id, `/api/status_history/${id}`, body)) === 201) statusOf.set(id, to);
      free.push(id);
    }
  };
  const startedAt = performance.now();
  let due = 0;
  const timer = setInterval(() => {
    for (; due < ((performance.now() - startedAt) * RATE_PER_SECOND) / 1_000; due++) {
      const request = one().finally(() => running.delete(request));
      running.add(request);
    }
  }, 5);
  return {
    samples,
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
    },
  };
}

const percentile = (values: number[], share: number) =>
  values.sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;

describe('PocketBase away for a minute under 50 requests a second', () => {
  it('is 503 at once, back within 2 s, and nothing acknowledged is lost or doubled', { timeout: 180_000 }, async () => {
    const profiles: string[] = [];
    for (let count = 0; count < 100; count++) profiles.push((await api(worker).created()).id);
    const load = startLoad(profiles);
    await sleep(AROUND_MS);
    await pocketbase.kill();
    const downAt = performance.now();
    await sleep(OUTAGE_MS);
    const startedAt = performance.now();
    await pocketbase.start();
    const upAt = performance.now();
    await sleep(AROUND_MS);
    await load.stop();
    const { samples } = load;

    const during = samples.filter(({ sentAt, ms }) => sentAt > downAt && sentAt + ms < startedAt);
    expect(during.length).toBeGreaterThan((0.9 * RATE_PER_SECOND * OUTAGE_MS) / 1_000);
    expect(during.filter(({ status, retryAfter }) => status !== 503 || retryAfter !== '2')).toEqual([]);
    const p99 = percentile(
      during.filter(({ sentAt }) => sentAt > downAt + OPENED_MS).map(({ ms }) => ms),
      0.99,
    );
    const firstMs = Math.min(
      ...samples.flatMap(({ sentAt, ms, status }) => (sentAt > downAt && status < 300 ? [sentAt + ms - upAt] : [])),
    );
    const isWrite = ({ kind }: Sample) => kind !== 'read';
    const acknowledged = samples.filter((sample) => isWrite(sample) && sample.status === 201);
    const refused = samples.filter((sample) => isWrite(sample) && sample.status !== 201);
    const ownMs = new Map(
      worker.logs().flatMap((line) => {
        const [, requestId = '', ms] = /"event":"request","request_id":"([^"]+)".*"ms":(\d+)/.exec(line) ?? [];
        return ms ? [[requestId, Number(ms)] as const] : [];
      }),
    );
    const own = during.flatMap(({ requestId }) => ownMs.get(requestId) ?? []);
    expect(own.length).toBeGreaterThan(0.9 * during.length);
    console.log(
      `${samples.length} requests, ${during.length} of them during the outage, all 503: p99 ${p99.toFixed()} ms, ` +
        `max ${Math.max(...during.map(({ ms }) => ms)).toFixed()} ms (p99 by the Worker's own log ${percentile(own, 0.99)} ms); first success ${firstMs.toFixed()} ms after PocketBase ` +
        `served; ${acknowledged.length} acknowledged writes, ${refused.length} refused`,
    );
    expect(p99).toBeLessThanOrEqual(1_000);
    expect(firstMs).toBeLessThanOrEqual(2_000);

    const stored = await expectNothingDoubled(pocketbase.info);
    const rows = Map.groupBy([...stored.history.values()].flat(), ({ request_id }) => request_id as string);
    const rowsOf = ({ requestId }: Sample) => rows.get(requestId)?.length ?? 0;
    expect(acknowledged.filter((sample) => rowsOf(sample) !== 1)).toEqual([]);
    expect(refused.filter((sample) => rowsOf(sample) > 1)).toEqual([]);
    const applicants = Map.groupBy(stored.profiles, ({ document_number }) => document_number as string);
    const creates = (list: Sample[]) => list.filter(({ kind }) => kind === 'create');
    expect(creates(acknowledged).filter(({ subject }) => applicants.get(subject)?.length !== 1)).toEqual([]);
    expect(creates(refused).filter(({ subject }) => (applicants.get(subject)?.length ?? 0) > 1)).toEqual([]);
  });
});

describe('PocketBase that hangs', () => {
  it('lets only the first callers wait; those after them are refused at once', { timeout: 60_000 }, async () => {
    const proxy = await startProxy(pocketbase.info.url);
    const own = await startBareWorker(pocketbase.info, proxy.url);
    const { id } = await api(own).created();
    const read = async () => {
      const startedAt = performance.now();
      const { status } = await api(own).get(`/api/profiles/${id}`);
      return { status, ms: performance.now() - startedAt };
    };
    proxy.intercept = () => true;
    const first = await Promise.all(Array.from({ length: 10 }, read));
    expect(first.map(({ status }) => status)).toEqual(first.map(() => 504));
    const later: { status: number; ms: number }[] = [];
    for (const end = performance.now() + 5_000; performance.now() < end; ) later.push(await read());
    expect(later.filter(({ status }) => status !== 503)).toEqual([]);
    expect(Math.max(...later.map(({ ms }) => ms))).toBeLessThan(1_500);
    proxy.intercept = null;
    await vi.waitFor(async () => expect((await read()).status).toBe(200), { timeout: 2_000, interval: 20 });
    const metrics = await own.fetch('/api/metrics', { headers: { 'x-api-key': own.keys.internal } });
    expect(await metrics.json()).toMatchObject({ breaker: { state: 'closed', openings: 1 } });
    expectQuietLog(own);
    await own.stop();
    await proxy.stop();
  });
});
