import { createHash } from 'node:crypto';
import busboy from 'busboy';
import { afterAll, beforeAll, expect, it } from 'vitest';
import limits from '../../../pocketbase/hooks/lib/shared/document-kinds.json' with { type: 'json' };
import { sniffType } from '../../../src/lib/sniff.ts';
import { type Random, type RandomForm, randomForm, randomSource } from '../../support/streams/random-forms.ts';
import { type Seen, startStreams } from '../../support/streams/streams.ts';

const CASES = 2_000;
const SEED = Number(process.env.SEED ?? 1);

interface Entry {
  name: string;
  /** Present for files. */
  filename?: string | undefined;
  value: Buffer;
}

/** Node's own parser reads as browsers write, the WHATWG way. Null: no valid form. */
async function readAsBrowser({ contentType, body }: RandomForm): Promise<Entry[] | null> {
  try {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
    return await Promise.all(
      [...form].map(async ([name, value]) =>
        typeof value === 'string'
          ? { name, value: Buffer.from(value) }
          : { name, filename: value.name, value: Buffer.from(await value.arrayBuffer()) },
      ),
    );
  } catch {
    return null;
  }
}

/** busboy reads preambles, folded headers, backslashes and `filename*`. Null: no valid form. */
async function readAsBusboy({ contentType, body }: RandomForm): Promise<Entry[] | null> {
  const entries: Entry[] = [];
  const parser = busboy({ headers: { 'content-type': contentType }, defParamCharset: 'utf8', preservePath: true });
  const finished = new Promise<Entry[] | null>((resolve) => {
    parser.on('error', () => resolve(null)).on('close', () => resolve(entries));
  });
  parser.on('field', (name, value) => entries.push({ name, value: Buffer.from(value) }));
  parser.on('file', (name, stream, { filename }) => {
    const chunks: Buffer[] = [];
    const entry: Entry = { name, filename: filename ?? '', value: Buffer.alloc(0) };
    entries.push(entry);
    stream.on('error', () => {}).on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      entry.value = Buffer.concat(chunks);
    });
  });
  parser.end(body);
  return finished;
}

const isKind = (name: string): name is keyof typeof limits => Object.hasOwn(limits, name);

/** What must come of a form that reads so: the status, and the name of the part that is to blame. */
function verdict(entries: Entry[]): { status: number; blamed?: string } {
  const names = new Set<string>();
  for (const { name, filename, value } of entries) {
    const refuse = (status: number) => ({ status, blamed: name });
    if (names.has(name)) return refuse(422);
    names.add(name);
    if (isKind(name)) {
      if (value.length === 0) return refuse(422);
      if (!limits[name].mimeTypes.includes(sniffType(value) ?? '')) return refuse(415);
    } else if (!['full_name', 'external_id', 'metadata'].includes(name) || filename !== undefined) return refuse(422);
    else if (name === 'metadata' && !isJson(value)) return refuse(422);
  }
  return { status: 200 };
}

/** A file input without a file. */
function isLeftBlank({ name, filename, value }: Entry): boolean {
  return value.length === 0 && (filename === '' || (filename === undefined && isKind(name)));
}

function isJson(value: Buffer): boolean {
  try {
    JSON.parse(String(value));
    return true;
  } catch {
    return false;
  }
}

/** The outgoing request, read back: what PocketBase would store. */
async function stored({ body, headers }: Seen) {
  const type = headers['content-type'] ?? '';
  const parts = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const files: Record<string, unknown> = {};
  for (const [name, value] of parts) {
    if (typeof value === 'string') continue;
    const { filename, size, sha256 } = JSON.parse(String(parts.get(`${name}_meta`)));
    files[name] = { filename, size, sha256, content: Buffer.from(await value.arrayBuffer()).toString('latin1') };
  }
  return { files, fields: JSON.parse(String(parts.get('@jsonPayload'))) };
}

function expected(entries: Entry[]) {
  const files: Record<string, unknown> = {};
  const fields: Record<string, unknown> = {};
  for (const { name, filename = '', value } of entries) {
    const sha256 = createHash('sha256').update(value).digest('hex');
    const base = filename.replace(/^.*[/\\]/s, '').replace(/\p{Cc}/gu, '') || null;
    if (isKind(name)) files[name] = { filename: base, size: value.length, sha256, content: value.toString('latin1') };
    else fields[name] = name === 'metadata' ? JSON.parse(String(value)) : String(value);
  }
  return { files, fields };
}

function* pieces(random: Random, body: Buffer) {
  for (let at = 0; at < body.length; ) {
    const size = 1 + random.below(random.pick([9, 200, body.length]));
    yield body.subarray(at, at + size);
    at += size;
  }
}

let streams: Awaited<ReturnType<typeof startStreams>>;
beforeAll(async () => {
  streams = await startStreams();
});
afterAll(() => streams.stop());

async function check(seed: number): Promise<number> {
  const random = randomSource(seed);
  const form = randomForm(random);
  const read = await (form.style === 'browser' ? readAsBrowser : readAsBusboy)(form);
  const entries = read?.filter((entry) => !isLeftBlank(entry));
  const windowBytes = random.pick([
    1 + random.below(20),
    1 + random.below(200),
    1 + random.below(form.body.length),
    524_288,
  ]);
  const { answer, seen } = streams.send(`/ok?windowBytes=${windowBytes}`, {
    method: 'PATCH',
    headers: { 'content-type': form.contentType },
    chunks: pieces(random, form.body),
    ...(random.chance(0.5) ? { length: form.body.length } : {}),
  });
  const { status, body } = await answer;
  if (!entries) {
    // A part in front of the damage may be at fault already.
    expect([400, 415, 422]).toContain(status);
    return status;
  }
  const due = verdict(entries);
  expect(status, body.detail).toBe(due.status);
  if (due.blamed) expect(body.errors?.[0]?.pointer).toBe(`/${due.blamed}`);
  if (status === 200) expect(await stored(seen() as Seen)).toEqual(expected(entries));
  return status;
}

it(`${CASES} random forms read as a reference parser reads them`, async () => {
  const statuses: Record<number, number> = {};
  const seeds = Array.from({ length: CASES }, (_, index) => SEED * 1_000_000 + index).values();
  async function run() {
    for (const seed of seeds) {
      const status = await check(seed).catch((cause) => {
        throw new Error(`seed ${seed}: ${cause.message}`, { cause });
      });
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  }
  await Promise.all(Array.from({ length: 4 }, run));
  expect(statuses[200]).toBeGreaterThan(CASES / 2);
  expect(streams.errors()).toBe('');
}, 120_000);
