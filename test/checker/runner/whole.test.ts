/** The runner as a process, before a real Worker and PocketBase. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { samplePassport, sampleSelfie } from '../../../scripts/lib/samples.ts';
import type { Check } from '../../../src/schemas/check.ts';
import { api } from '../../support/api.ts';
import { issueKey } from '../../support/keys.ts';
import { startWorker, type TestWorker } from '../../support/worker.ts';
import { hostileFiles } from '../support/files.ts';
import { spawnRunner, stopRunners } from '../support/runner-process.ts';

const TYPES = ['document_text', 'document_match', 'document_quality', 'document_reuse', 'applicant_data'];
let worker: TestWorker;
let key: string;
beforeAll(async () => {
  worker = await startWorker();
  // Of one partner, so that other tests keep their checks.
  const fields = { partner: null, scopes: ['checks:run'], types: TYPES, partners: ['acme'] };
  await api(worker).created();
  ({ key } = await issueKey(worker, fields));
});
afterEach(stopRunners);
afterAll(() => worker.stop());

async function submitted(front: BodyInit, declared: Record<string, string>): Promise<string> {
  const partner = api(worker);
  const { id } = await partner.created(declared);
  const jpeg = { 'content-type': 'image/jpeg' };
  expect((await partner.upload(id, 'document_front', front, jpeg)).status).toBe(200);
  expect((await partner.upload(id, 'facial_photo', await sampleSelfie(), jpeg)).status).toBe(200);
  expect((await partner.post(`/api/profiles/${id}/submit`, {})).status).toBe(200);
  return id;
}

async function checksOf(id: string): Promise<Record<string, Check>> {
  const response = await api(worker, worker.keys.internal).get(`/api/profiles/${id}/checks`);
  const { items } = (await response.json()) as { items: Check[] };
  return Object.fromEntries(items.map((check) => [check.type, check]));
}

async function concluded(id: string): Promise<Record<string, Check>> {
  let checks: Record<string, Check> = {};
  const isDone = async () => {
    checks = await checksOf(id);
    expect(Object.values(checks).map(({ status }) => status)).toEqual(TYPES.map(() => 'completed'));
  };
  await vi.waitFor(isDone, { timeout: 120_000, interval: 100 });
  return checks;
}

// Reading pictures takes its time beside other tests.
vi.setConfig({ testTimeout: 180_000 });

describe('a submitted applicant', () => {
  it('whose passport is as declared passes every check', async () => {
    const { declared, photo } = await samplePassport();
    spawnRunner({ url: worker.origin, key });
    const checks = await concluded(await submitted(photo, declared));
    expect(
      Object.values(checks)
        .map(({ type, outcome }) => `${type} ${outcome}`)
        .sort(),
    ).toEqual(TYPES.map((type) => `${type} pass`).sort());
    expect(checks.document_text?.facts).toMatchObject({ expires_on: expect.stringMatching(/^\d{4}-06-30$/) });
    expect(checks.document_text?.provider).toMatchObject({
      name: 'builtin',
      models: { zone_reader: expect.any(String) },
    });
  });

  it('who mistyped the number fails, by the number alone', async () => {
    const { declared, photo } = await samplePassport();
    spawnRunner({ url: worker.origin, key });
    const id = await submitted(photo, { ...declared, document_number: `${declared.document_number}7` });
    const { document_match, document_text } = await concluded(id);
    expect(document_text?.outcome).toBe('pass');
    expect(document_match).toMatchObject({
      outcome: 'fail',
      findings: [{ code: 'number_differs', field: 'document_number' }],
    });
  });

  it('who sends a picture that was cut off is inconclusive, and the data are judged all the same', async () => {
    const [, cutOff] = (await hostileFiles()).find(([name]) => name === 'a JPEG that was cut off') ?? [];
    const { declared } = await samplePassport();
    spawnRunner({ url: worker.origin, key });
    const checks = await concluded(await submitted(cutOff as Buffer<ArrayBuffer>, declared));
    const finding = { code: 'picture_unreadable', kind: 'document_front' };
    expect(checks.document_text).toMatchObject({ outcome: 'inconclusive', findings: [finding] });
    expect(checks.document_quality).toMatchObject({ outcome: 'inconclusive', findings: [finding] });
    expect(checks.applicant_data).toMatchObject({ outcome: 'pass' });
  });
});

it('a runner that is stopped and one that is killed leave nothing undone', async () => {
  const { declared, photo } = await samplePassport();
  const ids: string[] = [];
  for (const digit of '123456') {
    ids.push(await submitted(photo, { ...declared, document_number: `${declared.document_number}${digit}` }));
  }
  const first = spawnRunner({ url: worker.origin, key });
  await vi.waitFor(() => expect(first.output()).toContain('check_done'), { timeout: 80_000 });
  first.process.kill('SIGTERM');
  expect(await first.exit).toBe(0);
  const second = spawnRunner({ url: worker.origin, key });
  await vi.waitFor(() => expect(second.children()).toHaveLength(1), { timeout: 80_000 });
  for (const pid of second.children()) process.kill(pid, 'SIGKILL');
  for (const id of ids) await concluded(id);
});
