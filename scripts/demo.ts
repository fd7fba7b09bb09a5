/** `npm run demo`: one applicant from create to approval through the HTTP API that `npm start` serves, and what a webhook hears of it. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from './lib/command.ts';
import { runningPort } from './lib/data-dir.ts';
import { type Receiver, startReceiver } from './lib/receiver.ts';
import { sampleMp4, samplePng } from './lib/samples.ts';
import { readPlaces, readSettings } from './lib/settings.ts';

interface Answer {
  [name: string]: unknown;
}

const ANSWER_TIMEOUT_MS = 10_000;

const { port, dataDir, devVars } = readPlaces(process.env);
const settings = existsSync(devVars) ? readSettings(devVars, process.env) : process.env;
// `npm start` may have been given another port than this command.
const API = `http://127.0.0.1:${process.env.PORT ? port : (runningPort(dataDir) ?? port)}`;
const partner = { 'x-api-key': firstKey('VALID_API_KEYS') };
const operator = { 'x-api-key': firstKey('INTERNAL_API_KEYS') };

function firstKey(name: string): string {
  return (settings[name] ?? '').split(',')[0]?.trim().replace(/^.*?:/, '') ?? '';
}

/** What has the port may be another program, or one that never answers. */
async function demandService(): Promise<void> {
  const response = await fetch(`${API}/readyz`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }).catch(() => null);
  if (!response) throw new Error(`nothing answers at ${API}: run \`npm start\` first`);
  const text = await response.text();
  if (!response.ok || !text.includes('"ready"')) throw new Error(`${API} is not ready: ${text.slice(0, 500)}`);
}

async function call(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: Record<string, string> | Buffer<ArrayBuffer>,
): Promise<Response> {
  const isFile = body instanceof Uint8Array;
  const response = await fetch(`${API}${path}`, {
    method,
    headers: isFile ? headers : { ...headers, 'content-type': 'application/json' },
    body: isFile ? body : body ? JSON.stringify(body) : null,
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  console.log(`  ${method} ${path} → ${response.status}`);
  if (!response.ok) throw new Error(await response.text());
  return response;
}

async function read(response: Promise<Response>): Promise<Answer> {
  return (await (await response).json()) as Answer;
}

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');
const step = (text: string) => console.log(`\n${text}`);

async function demo(): Promise<void> {
  await demandService();
  step('0. The partner registers a webhook');
  const receiver = await startReceiver();
  try {
    const webhook = await read(call('POST', '/api/webhooks', partner, { url: receiver.url }));
    receiver.secret = webhook.secret as string;
    console.log(`  webhook ${webhook.id}, its secret is shown this once`);
    await verifyApplicant(receiver).finally(() => call('DELETE', `/api/webhooks/${webhook.id}`, partner));
  } finally {
    // An open server would keep the process alive, whatever has failed.
    receiver.close();
  }
}

async function verifyApplicant(receiver: Receiver): Promise<void> {
  step('1. The partner sends an applicant');
  const applicant = {
    full_name: 'Nguyễn Thị Minh',
    country: 'VN',
    document_type: 'id_card',
    document_number: randomBytes(6).toString('hex'),
    locale: 'vi',
  };
  const { id, redirect_url } = await read(call('POST', '/api/profiles/create', partner, applicant));
  const token = { authorization: `Bearer ${new URL(redirect_url as string).hash.replace('#token=', '')}` };
  console.log(`  profile ${id}, the link goes to the applicant`);

  step('2. The same applicant again is recognised');
  const again = await read(call('POST', '/api/profiles/create', partner, applicant));
  console.log(`  profile ${again.id}, created: ${again.created}`);

  step('3. The applicant supplies what is missing, and submits');
  const front = samplePng();
  const files = {
    document_front: front,
    document_back: samplePng(),
    facial_photo: samplePng(300, 300),
    facial_video: sampleMp4(),
  };
  for (const [kind, file] of Object.entries(files)) {
    const type = kind === 'facial_video' ? 'video/mp4' : 'image/png';
    const stored = await read(
      call('PUT', `/api/applicant/documents/${kind}`, { ...token, 'content-type': type }, file),
    );
    if (stored.sha256 !== sha256(file)) throw new Error(`${kind} was stored with another digest`);
    console.log(`  ${kind}: ${stored.size} bytes, sha256 ${stored.sha256}`);
  }
  await call('POST', '/api/applicant/submit', token);

  step('4. The reviewer looks at the front and approves');
  const response = await call('GET', `/api/profiles/${id}/documents/document_front`, operator);
  if (sha256(Buffer.from(await response.arrayBuffer())) !== sha256(front)) throw new Error('The download differs');
  console.log('  the download has the digest of the upload');
  await call('POST', `/api/status_history/${id}`, operator, { status: 'in_review', expected_status: 'pending' });
  await call('POST', `/api/status_history/${id}`, operator, {
    status: 'approved',
    expected_status: 'in_review',
    note: 'All fine',
  });

  step('5. The partner reads the outcome and how it came about');
  const { status } = await read(call('GET', `/api/profiles/${id}`, partner));
  const { items } = await read(call('GET', `/api/status_history/${id}`, partner));
  for (const row of items as Answer[]) {
    console.log(
      `  ${row.created}  ${String(row.from ?? '–').padEnd(11)} → ${String(row.to).padEnd(11)} by ${row.actor_type}`,
    );
  }

  step('6. The webhook has told all of it, each delivery signed');
  // Created, four documents, three changes of status.
  const isTold = await until(() => receiver.events.length >= 4 + Object.keys(files).length);
  for (const { sequence, type, data } of [...receiver.events].sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))) {
    console.log(`  ${String(sequence).padStart(6)}  ${type.padEnd(25)} ${data.kind ?? data.to ?? ''}`);
  }
  if (!isTold || receiver.refused > 0) throw new Error(`Not told of everything, or not verified: ${receiver.refused}`);
  console.log(`\nThe profile is ${status}.`);
}

/** What a lost message delays waits for the cron, which `npm start` fires every 30 s. */
async function until(isDone: () => boolean): Promise<boolean> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) if (isDone()) return true;
  return false;
}

await runCommand('demo', demo);
