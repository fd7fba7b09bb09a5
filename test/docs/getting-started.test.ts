import '../support/runtime-globals.ts';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/lib/ports.ts';
import { PROBLEMS } from '../../src/lib/problem.ts';
import { DOCUMENT_KINDS, DocumentType } from '../../src/schemas/document.ts';
import { EventType } from '../../src/schemas/event.ts';
import { Status } from '../../src/schemas/status.ts';
import type { CreatedWebhook } from '../../src/schemas/webhook.ts';
import { signatureHeaders } from '../../src/webhooks/sign.ts';
import { api, json } from '../support/api.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/getting-started.md'), 'utf8');
type Command = readonly [string, ...string[]];
const LANGUAGES: { fence: string; file: string; command: Command }[] = [
  { fence: 'bash', file: 'sample.sh', command: ['bash', '-eu', '-o', 'pipefail'] },
  { fence: 'js', file: 'sample.mjs', command: [process.execPath] },
  { fence: 'python', file: 'sample.py', command: ['python3'] },
  { fence: 'php', file: 'sample.php', command: ['php'] },
];
/** No package registry that the suite installs from has PowerShell: what it calls is compared with the samples that run. */
const NEVER_RUN = 'powershell';

let worker: TestWorker;
let directory: string;
beforeAll(async () => {
  worker = await startWorker();
  directory = mkdtempSync(join(tmpdir(), 'ekyc-samples-'));
  // The first block makes the picture that the programs in all languages read.
  expect(await run(['bash', '-eu'], 'picture.sh', blocks('bash').slice(0, 1))).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await worker.stop();
  rmSync(directory, { recursive: true });
});

/** The receivers of webhooks are programs of their own. */
const RECEIVER = /^(\/\/|#) webhook receiver/;

function allBlocks(fence: string): string[] {
  const all = [...PAGE.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return all.flatMap(([, name, code = '']) => (name === fence ? [code] : []));
}

const blocks = (fence: string) => allBlocks(fence).filter((code) => !RECEIVER.test(code));

async function run([command, ...args]: Command, file: string, code: string[]) {
  writeFileSync(join(directory, file), code.join('\n'));
  const child = spawn(command, [...args, file], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      EKYC_URL: worker.origin,
      EKYC_API_KEY: worker.keys.acme,
      EKYC_INTERNAL_KEY: worker.keys.internal,
    },
  });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: exitCode as number | null, stdout, stderr };
}

function startReceiver([command, ...args]: Command, fence: string, env: Record<string, string>) {
  const file = `receiver.${fence === 'js' ? 'mjs' : 'py'}`;
  writeFileSync(
    join(directory, file),
    allBlocks(fence)
      .filter((code) => RECEIVER.test(code))
      .join('\n'),
  );
  const options = { cwd: directory, env: { PATH: process.env.PATH, ...env } };
  const child = spawn(command, [...args, file], { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  return {
    output: () => output,
    async stop() {
      child.kill();
      await once(child, 'close');
    },
  };
}

describe('docs/getting-started.md', () => {
  for (const { fence, file, command } of LANGUAGES) {
    const isInstalled = spawnSync(command[0], ['--version']).status === 0;
    it.skipIf(!isInstalled)(`takes an applicant to approved with its ${fence} samples as they stand`, async () => {
      const { code, stdout, stderr } = await run(command, file, blocks(fence));
      expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
      const [, id = '', status] = /^Profile (\w+) is (\w+)\.$/m.exec(stdout) ?? [];
      expect(status).toBe('approved');
      const stored = {
        filename: 'sample.png',
        content_type: 'image/png',
        size: readFileSync(join(directory, 'sample.png')).length,
      };
      expect(await api(worker).read(id)).toMatchObject({
        partner: 'acme',
        status: 'approved',
        full_name: 'Nguyễn Thị Minh',
        documents: { document_front: stored, facial_photo: stored, document_back: null },
      });
      const history = await (await api(worker).get(`/api/status_history/${id}`)).json();
      const way = (history as { items: { to: string }[] }).items.map(({ to }) => to);
      expect(way).toEqual(['unverified', 'pending', 'in_review', 'approved']);
    });
  }

  it('calls the same operations in every program', () => {
    const calls = (fence: string) =>
      [
        ...blocks(fence)
          .join('\n')
          .matchAll(/(?:^|[/ '"`])\/?(api\/[\w/${}.]+)/gm),
      ].map(([, path = '']) =>
        path.replaceAll(/\$?\{?\$?(id|profile_id|kind)\b\}?/g, ':$1').replace(':profile_id', ':id'),
      );
    const programs = [...LANGUAGES.slice(1).map(({ fence }) => fence), NEVER_RUN];
    for (const fence of programs) expect(calls(fence), fence).toEqual(calls('js'));
    expect(calls('js')).toHaveLength(9);
  });

  for (const { fence, command } of LANGUAGES.filter(({ fence }) =>
    allBlocks(fence).some((code) => RECEIVER.test(code)),
  )) {
    const isInstalled = spawnSync(command[0], ['--version']).status === 0;
    it.skipIf(!isInstalled)(`verifies webhooks with its ${fence} sample as it stands`, async () => {
      const headers = { 'x-api-key': worker.keys.globex };
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/`;
      const registered = await worker.fetch('/api/webhooks', json({ url }, headers));
      const { id: webhook, secret } = (await registered.json()) as CreatedWebhook;
      const receiver = startReceiver(command, fence, { EKYC_WEBHOOK_SECRET: secret, PORT: String(port) });
      const answers = (body: string, signature: Record<string, string>) =>
        fetch(url, { method: 'POST', body, headers: signature }).then(
          ({ status }) => status,
          () => null,
        );
      await expect.poll(() => answers('{}', {}), { timeout: 10_000 }).toBe(400);

      await worker.fetch(`/api/webhooks/${webhook}/rotate`, { method: 'POST', headers });
      const { id } = await api(worker, worker.keys.globex).created();
      await api(worker).decide(id, { status: 'in_review' });
      const lines = [`profile.created ${id} unverified`, `profile.status_changed ${id} in_review`];
      await expect.poll(() => receiver.output().split('\n').filter(Boolean).sort(), { timeout: 20_000 }).toEqual(lines);

      const sign = (body: string, now: number, key = secret) =>
        signatureHeaders('e5w0c8r2t6y4u1i', body, { secrets: [key], now });
      const body = JSON.stringify({ id: 'e5w0c8r2t6y4u1i', type: 'profile.redacted', data: { profile_id: id } });
      expect(await answers(body, await sign(body, Date.now()))).toBe(204);
      expect(await answers(body.replace('redacted', 'created'), await sign(body, Date.now()))).toBe(400);
      expect(await answers(body, await sign(body, Date.now() - 600_000))).toBe(400);
      expect(await answers(body, await sign(body, Date.now(), `whsec_${Buffer.alloc(32).toString('base64')}`))).toBe(
        400,
      );
      await receiver.stop();
      await worker.fetch(`/api/webhooks/${webhook}`, { method: 'DELETE', headers });
    });
  }

  it('names every event type', () => {
    for (const type of EventType.options) expect(PAGE).toContain(`\`${type}\``);
  });

  it('names every status, document type and kind', () => {
    for (const name of [...Status.options, ...DocumentType.options, ...DOCUMENT_KINDS]) {
      expect(PAGE).toContain(`\`${name}\``);
    }
  });

  it('gives each error code the status that the API gives it', () => {
    const rows = PAGE.matchAll(/^\| (\d{3}[^|]*) \| (`[^|]+) \|/gm);
    const codes = [...rows].flatMap(([, statuses = '', names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, code = '']) => ({ code, statuses })),
    );
    expect(codes.length).toBeGreaterThan(10);
    for (const { code, statuses } of codes) {
      expect(statuses).toContain(String(PROBLEMS[code as keyof typeof PROBLEMS]?.status));
    }
  });
});
