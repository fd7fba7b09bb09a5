import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { launchBrowser } from '../browser/browser.ts';

export interface ClientRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  bytes: number;
}
type Send = (request: ClientRequest) => Promise<number>;
/** Sends one request after the other, each with its whole body. @returns the statuses that the client saw; rejects if it saw none */
export type Client = (requests: ClientRequest[]) => Promise<number[]>;

const oneByOne =
  (send: Send): Client =>
  async (requests) => {
    const statuses: number[] = [];
    for (const request of requests) statuses.push(await send(request));
    return statuses;
  };

const run = promisify(execFile);

/** As Python's, it reads when all is sent; the pieces make sure that sending takes time. */
const node: Send = async ({ method, url, headers, bytes }) => {
  const outgoing = request(url, { method, headers: { ...headers, 'content-length': bytes }, agent: false });
  const answered = once(outgoing, 'response');
  answered.catch(() => {});
  for (let left = bytes; left > 0; left -= 16_384) {
    if (!outgoing.write(Buffer.alloc(Math.min(left, 16_384)))) await once(outgoing, 'drain');
  }
  const [response] = (await Promise.all([answered, outgoing.end()]))[0] as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
};

const undici: Send = async ({ method, url, headers, bytes }) => {
  const response = await fetch(url, { method, headers, body: new Uint8Array(bytes), redirect: 'manual' });
  await response.arrayBuffer();
  return response.status;
};

const curl: Send = async ({ method, url, headers, bytes }) => {
  const directory = mkdtempSync(join(tmpdir(), 'ekyc-curl-'));
  const body = join(directory, 'body');
  writeFileSync(body, Buffer.alloc(bytes));
  const lines = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const args = ['-sS', '-o', join(directory, 'answer'), '-w', '%{http_code}', '-X', method, ...lines];
  try {
    return Number((await run('curl', [...args, '--data-binary', `@${body}`, url])).stdout);
  } finally {
    rmSync(directory, { recursive: true });
  }
};

const HTTP_CLIENT = `import http.client, json, sys, urllib.parse
for sent in json.load(sys.stdin):
    url = urllib.parse.urlsplit(sent['url'])
    connection = http.client.HTTPConnection(url.netloc)
    connection.request(sent['method'], url.path, bytes(sent['bytes']), sent['headers'])
    print(connection.getresponse().status)`;

const python: Client = async (requests) => {
  const running = run('python3', ['-c', HTTP_CLIENT]);
  running.child.stdin?.end(JSON.stringify(requests));
  return (await running).stdout.trim().split('\n').map(Number);
};

/** From a page of the same origin, so that CORS has no say. */
const browser: Client = async (requests) => {
  const chromium = await launchBrowser();
  try {
    const page = await (await chromium.newContext({ bypassCSP: true })).newPage();
    return await oneByOne(async ({ url, ...sent }) => {
      const { origin, href } = new URL(url);
      if (new URL(page.url()).origin !== origin) await page.goto(`${origin}/healthz`);
      const send = ({ href, bytes, ...init }: Omit<ClientRequest, 'url'> & { href: string }) =>
        fetch(href, { ...init, body: new Uint8Array(bytes) }).then(({ status }) => status);
      return page.evaluate(send, { href, ...sent });
    })(requests);
  } finally {
    await chromium.close();
  }
};

function isOnPath(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const TOOLS: Record<string, Client> = { curl: oneByOne(curl), python3: python };
/** What callers use, as far as this machine has it. */
export const CLIENTS: [name: string, Client][] = [
  ['node:http', oneByOne(node)],
  ['fetch', oneByOne(undici)],
  ['Chromium', browser],
  ...Object.entries(TOOLS).filter(([tool]) => isOnPath(tool)),
];
/** Tools that this machine does not have. */
export const MISSING_TOOLS = Object.keys(TOOLS).filter((tool) => !CLIENTS.some(([name]) => name === tool));
