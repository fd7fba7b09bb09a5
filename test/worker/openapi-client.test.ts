import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventType } from '../../src/schemas/event.ts';
import { applicantData, PNG } from '../support/api.ts';
import { file } from '../support/samples.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** What a partner writes over the generated client. Each line is held to the generated types. */
const PROGRAM = `
import { createProfile, putDocument, readEvents, readProfile } from './client/index.ts';
import { client } from './client/client.gen.ts';
import type { Event, ProfileStatusChangedWebhookPayload } from './client/index.ts';

export async function upload(baseUrl: string, key: string, applicant: Parameters<typeof createProfile>[0]['body'], picture: Blob, videos: Blob[]) {
  // A request carries one credential, and an operation may accept several.
  client.setConfig({ baseUrl, auth: ({ type }) => (type === 'apiKey' ? key : undefined) });
  const { id } = (await createProfile({ body: applicant, throwOnError: true })).data;
  const put = async (kind: 'document_front' | 'facial_video', body: Blob) =>
    (await putDocument({ path: { id, kind }, body, throwOnError: true })).data.content_type;
  const stored = [await put('document_front', picture)];
  for (const video of videos) stored.push(await put('facial_video', video));
  const profile = (await readProfile({ path: { id }, throwOnError: true })).data;
  const refused = await putDocument({ path: { id, kind: 'facial_photo' }, body: new Blob(['no picture']) });
  return {
    stored,
    documents: [profile.documents.document_front?.size, profile.documents.facial_video?.version],
    code: refused.error?.code,
  };
}

export async function told() {
  const { items } = (await readEvents({ query: { limit: 100 }, throwOnError: true })).data;
  return items.map(describe);
}

function describe(event: Event): string {
  if (event.type === 'profile.document_uploaded') return event.data.kind + event.data.version;
  // @ts-expect-error a document's event has a kind, others have none
  if (event.type === 'profile.created') return event.data.kind ?? event.data.to;
  return event.type;
}

export const pair = ({ data }: ProfileStatusChangedWebhookPayload) => [data.from, data.to];
`;

/** A project of its own, as strict as the generator supports. */
const TSCONFIG = {
  compilerOptions: {
    target: 'esnext',
    lib: ['esnext', 'dom', 'dom.iterable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    types: [],
    strict: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    noEmit: true,
  },
};

interface Program {
  upload(
    url: string,
    key: string,
    applicant: object,
    picture: Blob,
    videos: Blob[],
  ): Promise<{ stored: string[]; documents: unknown[]; code: string }>;
  told(): Promise<string[]>;
}

let worker: TestWorker;
let folder: string;
beforeAll(async () => {
  worker = await startWorker();
  folder = await mkdtemp(join(tmpdir(), 'ekyc-client-'));
  await generate(join(folder, 'client'));
  await writeFile(join(folder, 'program.ts'), PROGRAM);
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
});
afterAll(async () => {
  await worker.stop();
  await rm(folder, { recursive: true });
});

/** The generator writes its code through TypeScript's API, which TypeScript 7 has no more. */
async function generate(path: string): Promise<void> {
  const hooks = registerHooks({
    resolve: (name, context, next) => next(name === 'typescript' ? 'typescript-6' : name, context),
  });
  try {
    const { createClient } = await import('@hey-api/openapi-ts');
    await createClient({
      input: (await (await worker.fetch('/openapi.json')).json()) as object,
      output: { path, module: { extension: '.ts' } },
      plugins: ['@hey-api/typescript', '@hey-api/client-fetch', '@hey-api/sdk'],
      logs: { level: 'silent', file: false },
    });
  } finally {
    hooks.deregister();
  }
}

it('generates a client that compiles, and whose events are told apart by their type', async () => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch((error) => error);
  expect(stdout).toBe('');
});

it('generates a client that creates an applicant, uploads a picture and videos, and reads what was stored', async () => {
  const program: Program = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'program.ts')).href);
  const videos = ['video/mp4', 'video/webm'].map((type) => new Blob([new Uint8Array(file(type, 2_000))], { type }));
  const picture = new Blob([new Uint8Array(PNG)], { type: 'image/png' });
  const answer = await program.upload(worker.origin, worker.keys.acme, applicantData(), picture, videos);
  expect(answer).toEqual({
    stored: ['image/png', 'video/mp4', 'video/webm'],
    documents: [PNG.length, 2],
    code: 'unsupported_media_type',
  });
  expect((await program.told()).length).toBeGreaterThan(0);
});

it('describes a webhook for every type of event, and the test', () => {
  const { webhooks } = worker.document as unknown as { webhooks: object };
  expect(Object.keys(webhooks)).toEqual([...EventType.options, 'webhook.test']);
});
