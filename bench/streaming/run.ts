/**
 * `npm run bench [rounds]`: 90 MB through the product in raw workerd, into and out of a real PocketBase, against a bare
 * passthrough Worker in front of the same PocketBase in the same run. Interleaved rounds, medians of ratios; and how far one and
 * eight uploads at once raise workerd's peak memory after one small upload.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { startPocketBase } from '../../test/support/pocketbase.ts';
import { bundle, remove, serve } from '../../test/support/workerd.ts';

const MB = 1_000_000;
const SIZE = 90 * MB;
const ROUNDS = Number(process.argv[2] ?? 9);
const BOUNDARY = 'boundary-of-the-benchmark';
const KEY = randomBytes(24).toString('hex');
const secret = () => randomBytes(24).toString('hex');

const noise = randomBytes(MB);
const head = Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1');
const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
const FORM = {
  before: `--${BOUNDARY}\r\nContent-Disposition: form-data; name="facial_video"; filename="me.mp4"\r\nContent-Type: video/mp4\r\n\r\n`,
  after: `\r\n--${BOUNDARY}--\r\n`,
};

interface Target {
  port: number;
  method: string;
  path: string;
  headers?: Record<string, string>;
  /** What stands around the video in the body; null for none at all. */
  around: { before: string; after: string } | null;
}

/** Milliseconds from the first byte sent to the last received. */
async function transfer({ port, method, path, headers, around }: Target, bytes: number): Promise<number> {
  const length = around ? around.before.length + bytes + around.after.length : 0;
  const startedAt = performance.now();
  const outgoing = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    agent: false,
    headers: { ...headers, ...(around && { 'content-length': length }) },
  });
  const answered = once(outgoing, 'response');
  if (around) {
    outgoing.write(Buffer.concat([Buffer.from(around.before), head]));
    for (let left = bytes - head.length; left > 0; left -= MB) {
      if (!outgoing.write(left < MB ? noise.subarray(0, left) : noise)) await once(outgoing, 'drain');
    }
    outgoing.write(around.after);
  }
  outgoing.end();
  const [response] = await answered;
  let received = 0;
  for await (const chunk of response) received += chunk.length;
  if (response.statusCode !== 200) throw new Error(`${method} ${path}: ${response.statusCode}`);
  if (!around && received !== bytes) throw new Error(`${method} ${path}: ${received} bytes`);
  return performance.now() - startedAt;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function judge(what: string, value: number, target: number, unit: string): void {
  console.log(
    `${value <= target ? 'ok  ' : 'MISS'} ${what.padEnd(34)} ${value.toFixed(2)} ${unit} (target ≤ ${target})`,
  );
  if (value > target) process.exitCode = 1;
}

/** Median over the rounds of each target's time by that of the first, the yardstick; each comes first and last equally often. */
async function compare(
  targets: Record<string, Target>,
): Promise<{ yardstickMs: number; ratios: Record<string, number> }> {
  const names = Object.keys(targets);
  const took: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    const turn = round % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      took[name]?.push(await transfer(targets[name] as Target, SIZE));
    }
  }
  const yardstick = took[names[0] as string] as number[];
  const ratioOf = (times: number[]) => median(times.map((time, round) => time / (yardstick[round] as number)));
  const ratios = Object.fromEntries(names.map((name) => [name, ratioOf(took[name] as number[])]));
  return { yardstickMs: median(yardstick), ratios };
}

const pocketbase = await startPocketBase();
const post = async <T>(url: string, body: object, headers = {}): Promise<T> => {
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  };
  return (await (await fetch(url, init)).json()) as T;
};
const { token } = await post<{ token: string }>(`${pocketbase.url}/api/collections/services/auth-with-password`, {
  identity: pocketbase.service.email,
  password: pocketbase.service.password,
});
const product = bundle({
  POCKETBASE_URL: pocketbase.url,
  POCKETBASE_SERVICE_EMAIL: pocketbase.service.email,
  POCKETBASE_SERVICE_PASSWORD: pocketbase.service.password,
  VALID_API_KEYS: `bench:${secret()}`,
  INTERNAL_API_KEYS: `bench:${KEY}`,
  LINK_SECRET: secret(),
  SESSION_SECRET: secret(),
  DATA_SECRET: secret(),
  DEPLOYMENT: 'development',
});
const passthrough = bundle({ UPSTREAM: pocketbase.url, TOKEN: token }, join(import.meta.dirname, 'passthrough.ts'));
const workers: Awaited<ReturnType<typeof serve>>[] = [];
async function start(directory: string) {
  const worker = await serve(directory);
  workers.push(worker);
  return worker;
}

const key = { 'x-api-key': KEY };
/** A profile that takes one video after the other. */
async function createProfile(port: number): Promise<string> {
  const applicant = { full_name: 'Minh', country: 'VN', document_type: 'passport', document_number: secret() };
  const { id } = await post<{ id: string }>(`http://127.0.0.1:${port}/api/profiles/create`, applicant, {
    ...key,
    'x-partner': 'bench',
  });
  return id;
}
const putTo = (port: number, id: string): Target => ({
  port,
  method: 'PUT',
  path: `/api/profiles/${id}/documents/facial_video`,
  headers: { ...key, 'content-type': 'video/mp4' },
  around: { before: '', after: '' },
});
const patchTo = (port: number, id: string): Target => ({
  port,
  method: 'PATCH',
  path: `/api/profiles/${id}`,
  headers: { ...key, 'content-type': FORM_TYPE },
  around: FORM,
});

try {
  const [yardstick, worker] = [await start(passthrough), await start(product)];
  const id = await createProfile(worker.port);
  const uploads = {
    pass: {
      port: yardstick.port,
      method: 'PATCH',
      path: `/api/collections/profiles/records/${id}?type=${encodeURIComponent(FORM_TYPE)}`,
      around: FORM,
    },
    put: putTo(worker.port, id),
    multipart: patchTo(worker.port, id),
  };
  const downloads = {
    pass: {
      port: yardstick.port,
      method: 'GET',
      path: `/api/edge/profiles/${id}/documents/facial_video`,
      around: null,
    },
    get: { ...putTo(worker.port, id), method: 'GET', headers: key, around: null },
  };
  for (const target of Object.values(uploads)) await transfer(target, 10 * MB);
  const up = await compare(uploads);
  const down = await compare(downloads);
  console.log(
    `90 MB through a bare passthrough: up ${up.yardstickMs.toFixed(0)} ms, down ${down.yardstickMs.toFixed(0)} ms; medians of ${ROUNDS} rounds`,
  );
  judge('PUT with hashing', up.ratios.put as number, 1.15, '×');
  judge('multipart with hashing', up.ratios.multipart as number, 1.4, '×');
  judge('GET', down.ratios.get as number, 1.1, '×');
  for (const targetOf of [putTo, patchTo]) {
    for (const [uploadsAtOnce, limit] of [
      [1, 24],
      [8, 64],
    ] as const) {
      const fresh = await start(product);
      const ids = await Promise.all(Array.from({ length: uploadsAtOnce }, () => createProfile(fresh.port)));
      await transfer(targetOf(fresh.port, ids[0] as string), MB);
      const before = fresh.peak();
      await Promise.all(ids.map((each) => transfer(targetOf(fresh.port, each), SIZE)));
      const name = targetOf === putTo ? 'PUT' : 'multipart';
      judge(`${name}: peak memory, ${uploadsAtOnce} at once`, (fresh.peak() - before) / MB, limit, 'MB more');
    }
  }
} finally {
  for (const worker of workers) await worker.stop();
  await pocketbase.stop();
  for (const directory of [product, passthrough]) remove(directory);
}
