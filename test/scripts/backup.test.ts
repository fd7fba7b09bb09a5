import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { takeAway } from '../../scripts/lib/revoked.ts';
import { restore } from '../../scripts/restore.ts';
import { api, json, PNG, problemOf, reviewer, superuser } from '../support/api.ts';
import { issueKey } from '../support/keys.ts';
import { startPocketBase, type TestPocketBase } from '../support/pocketbase.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

const root = mkdtempSync(join(tmpdir(), 'ekyc-backup-'));
const backups = join(root, 'backups');
const env = {
  SUPERUSER_EMAIL: 'root@ekyc.example',
  SUPERUSER_PASSWORD: randomBytes(24).toString('base64url'),
  POCKETBASE_SERVICE_EMAIL: 'worker@ekyc.example',
  POCKETBASE_SERVICE_PASSWORD: randomBytes(24).toString('base64url'),
  DEDUPE_SECRET: randomBytes(32).toString('base64url'),
};
/** Of both Workers, or no link of the first would be good at the second. */
const linkSecret = randomBytes(24).toString('base64url');
let pocketbase: TestPocketBase;
let worker: TestWorker;

beforeAll(async () => {
  pocketbase = await startPocketBase({ dir: join(root, 'lost'), env });
  worker = await startWorker({ LINK_SECRET: linkSecret }, { pocketbase });
});
afterAll(async () => {
  await worker.stop();
  await pocketbase.stop();
  rmSync(root, { recursive: true, force: true });
});

/** In a process of its own, so that uploads go on meanwhile. */
async function runBackup(...more: string[]): Promise<string> {
  const args = ['scripts/backup.ts', backups, '--data', join(root, 'lost'), ...more];
  return (await promisify(execFile)(process.execPath, args)).stdout;
}
const picture = () => Buffer.concat([PNG, randomBytes(5000)]);
const upload = (id: string, body: Buffer) =>
  api(worker).upload(id, 'document_front', new Uint8Array(body), { 'content-type': 'image/png' });
const download = (id: string) =>
  worker.fetch(`/api/profiles/${id}/documents/document_front`, { headers: { 'x-api-key': worker.keys.internal } });
const newest = () =>
  join(
    backups,
    readdirSync(backups)
      .filter((name) => !name.includes('.json'))
      .sort()
      .at(-1) ?? '',
  );
const find = (dir: string, part: string) =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes(part));

/** As PocketBase holds it. */
function sealedSecretOf(dir: string, webhook: string) {
  const database = new DatabaseSync(join(dir, 'data.db'), { readOnly: true });
  const row = database.prepare('SELECT secret FROM webhook_endpoints WHERE id = ?').get(webhook);
  database.close();
  return row?.secret;
}

/** One right of each kind that a restore could bring back. */
async function grantRights() {
  const internal = api(worker, worker.keys.internal);
  const key = await issueKey(worker, { partner: 'acme' });
  await internal.post('/api/partners', { slug: 'shut-out', name: 'Shut out' });
  const partnerKey = await issueKey(worker, { partner: 'shut-out' });
  const person = await reviewer('Leaver', pocketbase);
  const linked = await api(worker).created();
  const hook = (await (await api(worker).post('/api/webhooks', { url: 'http://127.0.0.1:9/hook' })).json()) as {
    id: string;
  };
  const gone = (await (await api(worker).post('/api/webhooks', { url: 'http://127.0.0.1:9/gone' })).json()) as {
    id: string;
  };
  const admin = await superuser(pocketbase);
  const sealed = sealedSecretOf(join(root, 'lost'), hook.id);
  return {
    async takeAway() {
      const as = { headers: { 'x-api-key': worker.keys.internal } };
      await worker.fetch(`/api/keys/${key.id}`, { method: 'DELETE', ...as });
      await worker.fetch('/api/partners/shut-out', { ...json({ active: false }, as.headers), method: 'PATCH' });
      await admin.collection('reviewers').update(person.id, { active: false });
      await api(worker).post(`/api/profiles/${linked.id}/link`, { revoke_previous: true });
      await api(worker).post(`/api/webhooks/${hook.id}/rotate`, { grace_seconds: 0 });
      await worker.fetch(`/api/webhooks/${gone.id}`, { method: 'DELETE', headers: { 'x-api-key': worker.keys.acme } });
    },
    async expectTaken(dir: string) {
      for (const ended of [key.key, partnerKey.key])
        expect((await api(worker, ended).get('/api/profiles')).status).toBe(401);
      const asPerson = { headers: person.authorization };
      expect((await worker.fetch('/api/profiles', asPerson)).status).toBe(401);
      expect((await api(worker).get(`/api/webhooks/${gone.id}`)).status).toBe(404);
      expect(sealedSecretOf(dir, hook.id)).not.toBe(sealed);
      const asApplicant = { headers: { authorization: `Bearer ${linked.token}` } };
      expect((await worker.fetch('/api/applicant', asApplicant)).status).toBe(401);
    },
  };
}

it('a lost database comes back with its files, and without whom was erased since', { timeout: 180_000 }, async () => {
  const erased = await api(worker).created({ full_name: 'Erased Later', external_id: 'gone' });
  const kept = await api(worker).created({ external_id: 'kept' });
  const busy = await api(worker).created();
  const original = picture();
  const rights = await grantRights();
  for (const [id, body] of [
    [erased.id, picture()],
    [kept.id, original],
    [busy.id, picture()],
  ] as const) {
    expect((await upload(id, body)).status).toBe(200);
  }
  await api(worker).decide(kept.id, { status: 'in_review' });

  let isOver = false;
  const uploads = (async () => {
    while (!isOver) expect((await upload(busy.id, picture())).status).toBe(200);
  })();
  const said = /and (\d+) files, each with the hash/.exec(await runBackup());
  // Versions that were replaced meanwhile are kept.
  const files = Number(said?.[1]);
  expect(files).toBeGreaterThanOrEqual(3);
  isOver = true;
  await uploads;
  expect(statSync(newest()).mode & 0o077).toBe(0);

  await worker.fetch(`/api/profiles/${erased.id}`, {
    method: 'DELETE',
    headers: { 'x-api-key': worker.keys.internal },
  });
  await api(worker).created({ external_id: 'too-late' });
  await rights.takeAway();
  expect(await runBackup('--revoked-only')).toMatch(/^1 erased/);
  await worker.stop();
  await pocketbase.kill();
  rmSync(join(root, 'lost'), { recursive: true });

  const dir = join(root, 'restored');
  expect(await restore(newest(), dir, env)).toEqual({ files, erased: 1, reaches: expect.stringMatching(/^20.*Z$/) });
  await expect(restore(newest(), dir, env)).rejects.toThrow('There is data already');
  pocketbase = await startPocketBase({ dir, env });
  worker = await startWorker({ LINK_SECRET: linkSecret }, { pocketbase });
  const profile = await api(worker).read(kept.id);
  expect([profile.external_id, profile.status, profile.latest_status.from]).toEqual([
    'kept',
    'in_review',
    'unverified',
  ]);
  expect(Buffer.from(await (await download(kept.id)).arrayBuffer()).equals(original)).toBe(true);
  expect((await download(busy.id)).status).toBe(200);
  expect(await problemOf(await api(worker).get(`/api/profiles/${erased.id}`))).toMatchObject({ code: 'gone' });
  expect(find(dir, erased.id)).toEqual([]);
  const list = (await (await api(worker).get('/api/profiles')).json()) as { items: { external_id: string | null }[] };
  expect(list.items.map(({ external_id }) => external_id)).not.toContain('too-late');
  await rights.expectTaken(dir);
});

it('without a list beside it a restore says that everything which ended later is in force again', () => {
  expect(takeAway(mkdtempSync(join(root, 'none-')), join(root, 'restored'))).toBeNull();
});

it('a backup with a file that is not what was stored puts nothing back, and names it', async () => {
  const [file = ''] = find(join(newest(), 'storage'), '.png');
  appendFileSync(join(newest(), 'storage', file), 'x');
  const dir = join(root, 'never');
  await expect(restore(newest(), dir, env)).rejects.toThrow(/not what was stored:\n\w{15} document_front\/\d+$/);
  expect(existsSync(dir)).toBe(false);
});
