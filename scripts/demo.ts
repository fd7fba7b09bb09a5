/**
 * `npm run demo`: one applicant from create to approval through the HTTP API that `npm start` serves, and what a webhook hears of it; then one
 * who mistyped the number.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from './lib/command.ts';
import { runningPort } from './lib/data-dir.ts';
import { type Receiver, startReceiver } from './lib/receiver.ts';
import { type SamplePassport, samplePassport, sampleSelfie } from './lib/samples.ts';
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
  const passport = await samplePassport();
  step('1. The partner sends an applicant');
  const { id, token } = await enrol(passport.declared);

  step('2. The same applicant again is recognised');
  const again = await read(call('POST', '/api/profiles/create', partner, passport.declared));
  console.log(`  profile ${again.id}, created: ${again.created}`);

  step('3. The applicant supplies what is missing, and submits');
  const kinds = await submit(passport, token);

  step('4. The runner of checks looks first');
  await showChecks(id);

  step('5. The reviewer looks at the front and approves');
  const response = await call('GET', `/api/profiles/${id}/documents/document_front`, operator);
  if (sha256(Buffer.from(await response.arrayBuffer())) !== sha256(passport.photo))
    throw new Error('The download differs');
  console.log('  the download has the digest of the upload');
  await call('POST', `/api/status_history/${id}`, operator, { status: 'in_review', expected_status: 'pending' });
  const decision = { status: 'approved', expected_status: 'in_review', note: 'All fine' };
  await call('POST', `/api/status_history/${id}`, operator, decision);

  step('6. The partner reads the outcome and how it came about');
  const { status } = await read(call('GET', `/api/profiles/${id}`, partner));
  const { items } = await read(call('GET', `/api/status_history/${id}`, partner));
  for (const row of items as Answer[]) {
    const move = `${String(row.from ?? '–').padEnd(11)} → ${String(row.to).padEnd(11)}`;
    console.log(`  ${row.created}  ${move} by ${row.actor_type}`);
  }

  step('7. The webhook has told all of it, each delivery signed');
  // Created, the documents, the end of the checks, three changes of status.
  await showEvents(receiver, 5 + kinds);
  console.log(`\nThe profile is ${status}.`);

  step('8. Another applicant mistypes the number, and the reviewer is told');
  await showMismatch();
}

async function enrol(declared: Record<string, string>): Promise<{ id: string; token: Record<string, string> }> {
  const { id, redirect_url } = await read(call('POST', '/api/profiles/create', partner, declared));
  console.log(`  profile ${id}, the link goes to the applicant`);
  const token = { authorization: `Bearer ${new URL(redirect_url as string).hash.replace('#token=', '')}` };
  return { id: id as string, token };
}

/** Returns how many documents it took. */
async function submit({ photo }: SamplePassport, token: Record<string, string>): Promise<number> {
  const files = { document_front: photo, facial_photo: await sampleSelfie() };
  for (const [kind, file] of Object.entries(files)) {
    const headers = { ...token, 'content-type': 'image/jpeg' };
    const stored = await read(call('PUT', `/api/applicant/documents/${kind}`, headers, file));
    if (stored.sha256 !== sha256(file)) throw new Error(`${kind} was stored with another digest`);
    console.log(`  ${kind}: ${stored.size} bytes, sha256 ${stored.sha256}`);
  }
  await call('POST', '/api/applicant/submit', token);
  return Object.keys(files).length;
}

interface Check {
  type: string;
  status: string;
  outcome: string;
  findings: { code: string; field?: string }[];
}

async function showChecks(id: string): Promise<void> {
  let checks: Check[] = [];
  const isDone = await until(async () => {
    const response = await fetch(`${API}/api/profiles/${id}/checks`, { headers: operator });
    checks = ((await response.json()) as { items: Check[] }).items;
    return checks.length > 0 && checks.every(({ status }) => status === 'completed');
  });
  if (!isDone) throw new Error('The checks wait for a runner: `npm start` runs one where it runs PocketBase');
  for (const { type, outcome, findings } of checks) {
    const found = findings.map(({ code, field }) => (field ? `${code} (${field})` : code)).join(', ');
    console.log(`  ${type.padEnd(17)} ${outcome.padEnd(13)} ${found}`);
  }
}

async function showMismatch(): Promise<void> {
  const passport = await samplePassport();
  const number = passport.declared.document_number;
  const mistyped = number.slice(0, -1) + ((Number(number.at(-1)) + 1) % 10);
  const { id, token } = await enrol({ ...passport.declared, document_number: mistyped });
  await submit(passport, token);
  await showChecks(id);
  console.log(`  declared against read, field by field: ${API}/dashboard/profiles/${id}`);
}

async function showEvents(receiver: Receiver, count: number): Promise<void> {
  const isTold = await until(() => receiver.events.length >= count);
  for (const { sequence, type, data } of [...receiver.events].sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))) {
    console.log(`  ${String(sequence).padStart(6)}  ${type.padEnd(25)} ${data.kind ?? data.to ?? data.outcome ?? ''}`);
  }
  if (!isTold || receiver.refused > 0) throw new Error(`Not told of everything, or not verified: ${receiver.refused}`);
}

/** What a lost message delays waits for the cron, which `npm start` fires every 30 s. */
async function until(isDone: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) if (await isDone()) return true;
  return false;
}

await runCommand('demo', demo);
