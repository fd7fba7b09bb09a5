/** Ten minutes at half of what the product can do: no error, and after the first minute no growth. */
import { setTimeout as sleep } from 'node:timers/promises';
import { load, type PlannedRequest } from './lib/load.ts';
import { memory } from './lib/proc.ts';
import type { Row } from './lib/report.ts';
import { sampleIds } from './lib/seed.ts';
import { median } from './lib/statistics.ts';
import { BARE, MB, transfer } from './lib/transfer.ts';
import { CONNECTIONS, requestScenarios } from './scenarios/requests.ts';
import { bundleProduct, type Cleanup, KEYS, seededPocketBase, serviceHeaders, startWorkerd } from './stand.ts';

const MIX = { read: 6, known: 1, create: 1, list: 1, status: 1, invalid: 1, unauthenticated: 1 };
const EXPECTED = [200, 201, 401, 422];
const SAMPLE_MS = 1_000;
const UPLOAD_EVERY_MS = 5_000;

export async function measureSoak(cleanup: Cleanup, minutes: number): Promise<Row[]> {
  const pocketbase = cleanup.add(await seededPocketBase(2_000));
  const worker = cleanup.add(await startWorkerd(cleanup.bundle(bundleProduct(pocketbase))));
  const ids = sampleIds(pocketbase.dir, 800);
  const scenarios = requestScenarios(await serviceHeaders(pocketbase), ids);
  const lanes = Array.from({ length: CONNECTIONS }, (_, i) =>
    scenarios.flatMap(({ name, lanes: all }) => {
      const own = all('edge');
      const lane = own[i % own.length] as PlannedRequest[];
      return Array.from(
        { length: MIX[name as keyof typeof MIX] * 10 },
        (_, k) => lane[k % lane.length] as PlannedRequest,
      );
    }),
  );
  const spec = { url: worker.url, connections: CONNECTIONS, lanes };
  const capacity = await load({ ...spec, seconds: 10 }, EXPECTED);
  const rate = Math.max(1, Math.floor(capacity.total / capacity.seconds / 2));
  console.log(`Capacity of the mix: ${2 * rate} requests/s; ${minutes} minutes at ${rate}`);

  const samples: number[] = [];
  const minute = Math.round(60_000 / SAMPLE_MS);
  let isOver = false;
  const uploading = (async () => {
    while (!isOver) {
      await transfer(
        {
          port: worker.port,
          method: 'PUT',
          path: `/api/profiles/${ids.at(-1)}/documents/facial_video`,
          headers: { 'x-api-key': KEYS.internal, 'content-type': 'video/mp4' },
          around: BARE,
        },
        5 * MB,
      );
      await sleep(UPLOAD_EVERY_MS);
    }
  })();
  const sampling = (async () => {
    for (; !isOver; await sleep(SAMPLE_MS)) {
      samples.push(memory(worker.pid).now);
      if (samples.length % minute === 0) {
        console.log(`  minute ${samples.length / minute}: ${median(samples.slice(-minute)).toFixed(1)} MB`);
      }
    }
  })();
  const result = await load({ ...spec, seconds: minutes * 60, rate }, EXPECTED).finally(() => {
    isOver = true;
  });
  await Promise.all([uploading, sampling]);
  const [second, last] = [median(samples.slice(minute, 2 * minute)), median(samples.slice(-minute))];
  return [
    {
      name: 'soak',
      title: `${minutes} minutes at half the capacity`,
      unit: 'MB of workerd',
      figures: { 'second minute': second, 'last minute': last, 'requests/s': rate, requests: result.total, errors: 0 },
      comparisons: [{ by: 'the second minute', ratio: last / second, atMost: 1.05 }],
    },
  ];
}
