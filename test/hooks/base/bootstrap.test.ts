import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startPocketBase } from '../../support/pocketbase.ts';
import { applicant, connect, type Request } from '../support/client.ts';

const dir = mkdtempSync(join(tmpdir(), 'ekyc-bootstrap-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const secret = () => randomBytes(24).toString('base64url');

async function withPocketBase(env: Record<string, string>, work: (service: Request) => Promise<void>): Promise<void> {
  const pb = await startPocketBase({ dir, env });
  try {
    await work((await connect(pb)).service);
  } finally {
    await pb.stop();
  }
}

test('accounts follow the environment from start to start, and a token outlives a restart with the same password', async () => {
  const [root, first, second] = [secret(), secret(), secret()];
  const start = (password: string) =>
    startPocketBase({ dir, env: { SUPERUSER_PASSWORD: root, POCKETBASE_SERVICE_PASSWORD: password } });
  const health = (url: string, authorization: string) =>
    fetch(`${url}/api/edge/schema`, { headers: { authorization } }).then((response) => response.status);

  let pb = await start(first);
  const { serviceToken: token } = await connect(pb);
  await pb.stop();
  pb = await start(first);
  expect(await health(pb.url, token)).toBe(200);
  await pb.stop();
  pb = await start(second);
  expect(await health(pb.url, token)).toBe(401);
  expect(await health(pb.url, (await connect(pb)).serviceToken)).toBe(200);
  await pb.stop();

  // auxiliary.db holds PocketBase's log.
  const log = readFileSync(join(dir, 'auxiliary.db'), 'latin1');
  for (const password of [root, first, second]) expect(log).not.toContain(password);
});

test.each(['', 'too-short'])('without a proper DEDUPE_SECRET (%j) nobody can enrol', async (DEDUPE_SECRET) => {
  await withPocketBase({ DEDUPE_SECRET }, async (service) => {
    expect((await service('GET', '/api/edge/schema')).body).toMatchObject({ dedupe: false });
    expect(await service('POST', '/api/edge/profiles', applicant())).toMatchObject({
      status: 503,
      body: { code: 'not_configured' },
    });
  });
});
