/**
 * `node bench/streaming/run.ts [rounds]`: 90 MB through the Worker in raw workerd, against a bare passthrough in the same run
 * (interleaved rounds, median of the ratios), and how far one and eight uploads at once raise workerd's peak memory.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { bundle, remove, serve } from '../../test/support/workerd.ts';
import { startProfile, startSink, type Upstream } from './upstreams.ts';

const MB = 1_000_000;
const SIZE = 90 * MB;
const ROUNDS = Number(process.argv[2] ?? 9);
const TARGET_RATIO = { put: 1.15, multipart: 1.4 } as const;
const TARGET_GROWTH_MB = { 1: 24, 8: 64 } as const;
const BOUNDARY = 'boundary-of-the-benchmark';
const noise = randomBytes(MB);
const head = Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1');
const part = (disposition: string) => `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n`;

const FORM = {
  type: `multipart/form-data; boundary=${BOUNDARY}`,
  before: `${part('name="facial_video"; filename="me.mp4"')}Content-Type: video/mp4\r\n\r\n`,
  after: `\r\n${part('name="full_name"')}\r\nMinh\r\n--${BOUNDARY}--\r\n`,
};
/** How each path is fed. The passthrough gets the form that PocketBase wants. */
const SHAPES = { pass: FORM, put: { type: 'video/mp4', before: '', after: '' }, multipart: FORM };
type Path = keyof typeof SHAPES;
type Worker = Awaited<ReturnType<typeof serve>>;

async function upload(port: number, path: Path, bytes: number): Promise<number> {
  const { type, before, after } = SHAPES[path];
  const headers = { 'content-type': type, 'content-length': before.length + bytes + after.length };
  const startedAt = performance.now();
  const outgoing = request({ host: '127.0.0.1', port, path: `/${path}`, method: 'PUT', headers, agent: false });
  const answered = once(outgoing, 'response');
  outgoing.write(Buffer.concat([Buffer.from(before), head]));
  for (let left = bytes - head.length; left > 0; left -= MB) {
    if (!outgoing.write(left < MB ? noise.subarray(0, left) : noise)) await once(outgoing, 'drain');
  }
  outgoing.end(after);
  const [response] = await answered;
  let text = '';
  for await (const chunk of response) text += chunk;
  const elapsed = performance.now() - startedAt;
  if (response.statusCode !== 200) throw new Error(`/${path}: ${response.statusCode} ${text}`);
  return elapsed;
}

async function withWorker(upstream: Upstream, work: (start: () => Promise<Worker>) => Promise<void>): Promise<void> {
  const directory = bundle(join(import.meta.dirname, 'worker.ts'), upstream.bindings);
  const workers: Worker[] = [];
  try {
    await work(async () => {
      const worker = await serve(directory);
      workers.push(worker);
      return worker;
    });
  } finally {
    for (const worker of workers) await worker.stop();
    await upstream.stop();
    remove(directory);
  }
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function judge(what: string, value: number, target: number, unit: string): void {
  console.log(`${value <= target ? 'ok  ' : 'MISS'} ${what}: ${value.toFixed(2)} ${unit} (target ≤ ${target})`);
  if (value > target) process.exitCode = 1;
}

/** Interleaved rounds; each path comes first, second and last equally often. */
async function measureTimes({ port }: Worker): Promise<Record<Path, number>[]> {
  const paths: Path[] = ['pass', 'put', 'multipart'];
  for (const path of paths) await upload(port, path, 10 * MB);
  const rounds: Record<Path, number>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const took = { pass: 0, put: 0, multipart: 0 };
    for (const path of [...paths.slice(round % 3), ...paths.slice(0, round % 3)])
      took[path] = await upload(port, path, SIZE);
    rounds.push(took);
  }
  return rounds;
}

async function measureGrowth(start: () => Promise<Worker>, path: Path, uploads: 1 | 8): Promise<void> {
  const worker = await start();
  await upload(worker.port, path, MB);
  const before = worker.peak();
  await Promise.all(Array.from({ length: uploads }, () => upload(worker.port, path, SIZE)));
  judge(
    `${path}: peak memory, ${uploads} at once`,
    (worker.peak() - before) / MB,
    TARGET_GROWTH_MB[uploads],
    'MB more',
  );
}

const ratio = (rounds: Record<Path, number>[], path: Path) => median(rounds.map((took) => took[path] / took.pass));
const passMs = (rounds: Record<Path, number>[]) => median(rounds.map(({ pass }) => pass)).toFixed(0);

await withWorker(await startProfile(), async (start) => {
  const rounds = await measureTimes(await start());
  console.log(`Into the product's PocketBase: passthrough ${passMs(rounds)} ms for 90 MB, median of ${ROUNDS} rounds`);
  for (const path of ['put', 'multipart'] as const)
    judge(`${path} with hashing`, ratio(rounds, path), TARGET_RATIO[path], '×');
});
await withWorker(await startSink(), async (start) => {
  const rounds = await measureTimes(await start());
  const ratios = `put ${ratio(rounds, 'put').toFixed(2)} ×, multipart ${ratio(rounds, 'multipart').toFixed(2)} ×`;
  // No target: SHA-256 alone takes a quarter of the time in which workerd's one thread forwards the same bytes.
  console.log(`Into a sink that discards: passthrough ${passMs(rounds)} ms; ${ratios}`);
  for (const path of ['put', 'multipart'] as const) {
    for (const uploads of [1, 8] as const) await measureGrowth(start, path, uploads);
  }
});
