/**
 * What a request costs PocketBase: processor time of its process, which is the capacity of the one writer. Beside it a bare collection of the
 * same columns and indexes, in a PocketBase of its own without hooks.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PocketBase from 'pocketbase';
import { startPocketBase, type TestPocketBase } from '../test/support/pocketbase.ts';
import { load, type PlannedRequest } from './lib/load.ts';
import { nameOf } from './lib/names.ts';
import { cpuMs, pocketBasePid } from './lib/proc.ts';
import type { Comparison, Row } from './lib/report.ts';
import { documentNumber, PARTNER, sampleIds } from './lib/seed.ts';
import { interleave, median, ratio } from './lib/statistics.ts';
import { type Cleanup, seededPocketBase, serviceHeaders } from './stand.ts';

const PROFILES = 40_000;
const FEW = 8;
const MANY = 100;
const REQUESTS = 2_000;
const WARM_UP_EACH = 10;
const UPLOAD_BYTES = 100_000;
/** What they took before documents were records of their own, on a machine whose bare read took 0.21 ms: 0.36 and 0.45 ms. */
const [READ, KNOWN] = [1.71, 2.14];
/** 2 ms on that machine, whose bare create took 0.43 ms; an upload took 3.4 ms before. */
const UPLOAD = 4.65;
const JSON_TYPE = { 'content-type': 'application/json' };

interface Measured {
  title: string;
  pid: number;
  url: string;
  lanes: PlannedRequest[][];
  /** The most it may take by the bare request of that name. */
  target?: { by: string; atMost: number };
}

export async function measureWriter(cleanup: Cleanup, rounds: number): Promise<Row[]> {
  const ours = cleanup.add(await seededPocketBase(PROFILES));
  const bare = cleanup.add(await barePocketBase(ours));
  const requests = { ...(await bareRequests(bare)), ...(await ourRequests(ours)) };
  const few = await interleave(Object.keys(requests), rounds, (name) => costOf(requests[name] as Measured, FEW));
  const many = await interleave(Object.keys(requests), rounds, (name) => costOf(requests[name] as Measured, MANY));
  return Object.entries(requests).map(([name, { title, target }]) => {
    const at = { few: median(few[name] ?? []), many: median(many[name] ?? []) };
    const comparisons: Comparison[] = [];
    if (target) comparisons.push({ by: target.by, ratio: ratio(few, name, target.by), atMost: target.atMost });
    if (!name.startsWith('bare')) comparisons.push({ by: `at ${FEW} clients`, ratio: at.many / at.few, atMost: 1.3 });
    const figures = { [`${FEW} clients`]: at.few, [`${MANY} clients`]: at.many };
    return { name: `writer-${name}`, title, unit: 'ms of processor time a request', figures, comparisons };
  });
}

/**
 * After a warm-up, as each of PocketBase's runtimes compiles what it asks once. A number of requests and no time: one that is cut off goes on
 * in PocketBase, beside those of the next round.
 */
async function costOf({ pid, url, lanes }: Measured, connections: number): Promise<number> {
  await load({ url, connections, lanes, amount: WARM_UP_EACH * connections }, [200, 201]);
  const before = cpuMs(pid);
  const { total } = await load({ url, connections, lanes, amount: REQUESTS }, [200, 201]);
  return (cpuMs(pid) - before) / total;
}

const FIELDS = {
  partner: PARTNER,
  full_name: 'Nguyễn Thị Minh',
  country: 'VN',
  document_type: 'passport',
  date_of_birth: '1990-04-30',
  email: 'minh@example.com',
  metadata: { tier: 'gold' },
};

/** Without hooks and with one collection: as `profiles` is, but that it refers to no other. */
async function barePocketBase(ours: TestPocketBase): Promise<TestPocketBase> {
  const dir = mkdtempSync(join(tmpdir(), 'ekyc-bare-'));
  const [hooksDir, migrationsDir] = [join(dir, 'hooks'), join(dir, 'migrations')] as const;
  for (const folder of [hooksDir, migrationsDir]) mkdirSync(folder);
  const service = { email: 'bare@ekyc.example', password: randomBytes(24).toString('hex') };
  const rule = '@request.auth.collectionName = "services"';
  const rules = { createRule: rule, updateRule: rule, viewRule: rule };
  const profiles = JSON.stringify({ type: 'base', name: 'profiles', ...(await schemaOf(ours)), ...rules });
  const migration = `migrate((app) => {
    app.save(new Collection({ type: 'auth', name: 'services', passwordAuth: { enabled: true, identityFields: ['email'] } }));
    app.save(new Collection(${profiles}));
    const account = new Record(app.findCollectionByNameOrId('services'));
    account.setEmail(${JSON.stringify(service.email)});
    account.setPassword(${JSON.stringify(service.password)});
    app.save(account);
  }, () => {});`;
  writeFileSync(join(migrationsDir, '1_bare.js'), migration);
  const bare = await startPocketBase({ dir, hooksDir, migrationsDir });
  return {
    ...bare,
    service,
    async stop() {
      await bare.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Columns and indexes of `profiles`. */
async function schemaOf({ url, superuser }: TestPocketBase) {
  const root = new PocketBase(url);
  await root.collection('_superusers').authWithPassword(superuser.email, superuser.password);
  const { fields, indexes } = await root.collections.getOne('profiles');
  const columns = fields
    .filter((field) => !field.system)
    .map(({ id: _, ...field }) =>
      field.type === 'relation' ? { type: 'text', name: field.name } : { ...field, required: false },
    );
  return { fields: columns, indexes };
}

async function bareRequests(bare: TestPocketBase): Promise<Record<string, Measured>> {
  const headers = { ...(await serviceHeaders(bare)), ...JSON_TYPE };
  const path = '/api/collections/profiles/records';
  const body = { ...FIELDS, status: 'unverified', document_number: '[unique]', dedupe_key: '[unique]' };
  const ids = await Promise.all(
    Array.from({ length: MANY }, async (_, i) => {
      const init = {
        method: 'POST',
        headers,
        body: JSON.stringify({ ...body, document_number: `${i}`, dedupe_key: `${i}` }),
      };
      return ((await (await fetch(bare.url + path, init)).json()) as { id: string }).id;
    }),
  );
  const common = { pid: pocketBasePid(bare.dir), url: bare.url };
  const change = (id: string, status: string) => ({
    method: 'PATCH',
    path: `${path}/${id}`,
    headers,
    body: JSON.stringify({ status }),
  });
  return {
    'bare create': {
      ...common,
      title: 'Create, bare record',
      lanes: [[{ method: 'POST', path, headers, body: JSON.stringify({ ...body, document_number: 'N' }) }]],
    },
    'bare update': {
      ...common,
      title: 'Change of status, bare record',
      lanes: ids.map((id) => [change(id, 'in_review'), change(id, 'approved')]),
    },
    'bare read': {
      ...common,
      title: 'Read, bare record',
      lanes: ids.map((id) => [{ method: 'GET', path: `${path}/${id}`, headers }]),
    },
  };
}

async function ourRequests(ours: TestPocketBase): Promise<Record<string, Measured>> {
  const service = await serviceHeaders(ours);
  const json = { ...service, ...JSON_TYPE };
  const internal = { ...json, 'x-actor-type': 'service', 'x-actor-id': 'bench' };
  const common = { pid: pocketBasePid(ours.dir), url: ours.url };
  const ids = sampleIds(ours.dir, 4 * MANY);
  const create = (document_number: string, full_name = FIELDS.full_name) => ({
    method: 'POST',
    path: '/api/edge/profiles',
    headers: json,
    body: JSON.stringify({ ...FIELDS, full_name, document_number }),
  });
  const known = (k: number) => create(documentNumber(2 * k), nameOf(2 * k));
  const decide = (id: string, to: string) => ({
    method: 'POST',
    path: `/api/edge/profiles/${id}/status`,
    headers: internal,
    body: JSON.stringify({ to }),
  });
  const form = uploadForm();
  const upload = (id: string) => ({
    method: 'POST',
    path: `/api/edge/profiles/${id}/documents`,
    headers: { ...internal, 'content-type': form.type },
    body: form.body,
  });
  const lanes = (make: (id: string, i: number) => PlannedRequest[], from: number) =>
    ids.slice(from * MANY, (from + 1) * MANY).map(make);
  return {
    create: {
      ...common,
      title: 'Create, new applicant',
      lanes: [[create('[unique]')]],
      target: { by: 'bare create', atMost: 2 },
    },
    known: {
      ...common,
      title: 'Create, known applicant',
      lanes: lanes((_, i) => [known(i)], 0),
      target: { by: 'bare read', atMost: KNOWN },
    },
    status: {
      ...common,
      title: 'Change of status, approval among them',
      lanes: lanes((id) => [decide(id, 'in_review'), decide(id, 'approved')], 1),
      target: { by: 'bare update', atMost: 2.5 },
    },
    upload: {
      ...common,
      title: 'Upload of 100 kB',
      lanes: lanes((id) => [upload(id)], 2),
      target: { by: 'bare create', atMost: UPLOAD },
    },
    read: {
      ...common,
      title: 'Profile read',
      lanes: lanes((id) => [{ method: 'GET', path: `/api/edge/profiles/${id}`, headers: service }], 3),
      target: { by: 'bare read', atMost: READ },
    },
  };
}

/** As the Worker writes it. */
function uploadForm() {
  const boundary = 'bench-boundary';
  const file = '%PDF-1.4\n'.padEnd(UPLOAD_BYTES, 'x');
  const meta = { filename: 'scan.pdf', content_type: 'application/pdf', size: UPLOAD_BYTES, sha256: '0'.repeat(64) };
  const part = (disposition: string, content: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
  const body = `${part('name="document_front"; filename="document_front.pdf"', file)}${part('name="document_front_meta"', JSON.stringify(meta))}--${boundary}--\r\n`;
  return { type: `multipart/form-data; boundary=${boundary}`, body };
}
