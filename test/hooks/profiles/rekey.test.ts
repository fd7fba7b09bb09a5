import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rekey } from '../../../scripts/rekey.ts';
import { startPocketBase } from '../../support/pocketbase.ts';
import { applicant, connect, decide, patch, profilePath, redact } from '../support/client.ts';

const dir = mkdtempSync(join(tmpdir(), 'ekyc-rekey-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const secret = () => randomBytes(32).toString('base64url');
const COUNT = 620; // more than one batch

test('after another DEDUPE_SECRET nobody enrols until the script is done, and then everybody is recognised', {
  timeout: 120_000,
}, async () => {
  const env = { SUPERUSER_PASSWORD: secret(), POCKETBASE_SERVICE_PASSWORD: secret() };
  const start = async (DEDUPE_SECRET: string) => {
    const pb = await startPocketBase({ dir, env: { ...env, DEDUPE_SECRET } });
    return { pb, ...(await connect(pb)) };
  };
  const [first, second, third] = [secret(), secret(), secret()];

  // As long as no profile is keyed, another secret contradicts nothing.
  await (await start(first)).pb.stop();
  let { pb, service, root } = await start(second);
  const applicants = Array.from({ length: COUNT }, () => applicant());
  const create = (fields: object) => service('POST', '/api/edge/profiles', fields);
  const ids: string[] = [];
  for (const fields of applicants) ids.push((await create(fields)).body.id);
  const [known, canceled, erased] = [ids[0] ?? '', ids[1] ?? '', ids[2] ?? ''];
  await decide(service, canceled, 'canceled');
  await redact(service, erased);
  const before = (await root('GET', profilePath(known))).body;
  await pb.stop();

  ({ pb, service, root } = await start(third));
  const refused = { status: 503, body: { code: 'not_configured' } };
  const [sample] = applicants;
  expect((await service('GET', '/api/edge/schema')).body).toMatchObject({ dedupe: false });
  expect(await create({ ...sample })).toMatchObject(refused);
  expect(await create(applicant())).toMatchObject(refused);
  expect(await patch(service, known, { document_number: 'OTHER1' })).toMatchObject(refused);
  expect(await patch(service, known, { email: 'a@example.com' })).toMatchObject({ status: 200 });
  expect(await service('POST', '/api/edge/rekey', {}, { 'x-partner': 'acme' })).toMatchObject({ status: 403 });
  // Broken off after a batch, by a restart.
  expect((await service('POST', '/api/edge/rekey', {})).body).toEqual({ rekeyed: 500, done: false });
  expect(await create({ ...sample })).toMatchObject(refused);
  await pb.stop();

  ({ pb, service, root } = await start(third));
  expect(await rekey(pb.url, pb.service)).toBe(COUNT - 1 - 500);
  expect(await rekey(pb.url, pb.service)).toBe(0);
  expect((await service('GET', '/api/edge/schema')).body).toMatchObject({ dedupe: true });
  for (const [index, fields] of applicants.entries()) {
    const { body } = await create(fields);
    if (index === 1 || index === 2) expect(body.created).toBe(true);
    else expect(body).toMatchObject({ created: false, id: ids[index] });
  }
  const after = (await root('GET', profilePath(known))).body;
  expect(after.dedupe_key).not.toBe(before.dedupe_key);
  // A canceled profile has no key, and its number is still compared with others.
  const skeletons = [];
  for (const id of [known, canceled]) skeletons.push((await root('GET', profilePath(id))).body.number_skeleton);
  expect(skeletons).not.toContain(before.number_skeleton);
  expect(skeletons).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)]);
  await pb.stop();
});

test('a wrong password is told, not taken for done', async () => {
  const pb = await startPocketBase();
  await expect(rekey(pb.url, { ...pb.service, password: 'wrong' })).rejects.toThrow('auth-with-password: 400');
  await pb.stop();
});
