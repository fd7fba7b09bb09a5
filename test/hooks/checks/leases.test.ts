import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { file } from '../../support/samples.ts';
import { asRunner, checksOf, claimChecks, report, slugOf, submitted, TYPES } from '../support/checks.ts';
import { asApplicant, auditOf, connect, type Request, submit, upload } from '../support/client.ts';
import { photo, sha256 } from '../support/photo.ts';
import { openFile } from '../support/sqlite.ts';

let pb: TestPocketBase;
let service: Request;
let root: Request;
let serviceToken: string;
let opened: ReturnType<typeof openFile>;

// A PocketBase of its own: the tests let leases run out by writing into its file.
beforeAll(async () => {
  pb = await startPocketBase();
  ({ service, root, serviceToken } = await connect(pb));
  opened = openFile(pb.dir);
});
afterAll(async () => {
  opened.database.close();
  await pb.stop();
});

// What a test has left would count among the eight that a runner may hold.
afterEach(() => opened.database.exec("UPDATE checks SET locked_until = '' WHERE status = 'pending'"));

const conflict = { status: 409, body: { code: 'status_conflict' } };
const absent = { status: 404, body: { code: 'not_found' } };
const [EARLIER, LATER] = [-1, 1].map((sign) => new Date(Date.now() + sign * 60_000).toISOString().replace('T', ' '));
const set = (id: string, assignments: string) =>
  opened.database.exec(`UPDATE checks SET ${assignments} WHERE id = '${id}'`);
const lapse = (id: string) => set(id, `locked_until = '${EARLIER}', next_attempt_at = '${EARLIER}'`);
const rowOf = (id: string) => opened.database.prepare('SELECT * FROM checks WHERE id = ?').get(id);
const beat = (id: string, attempt: number, lease_seconds = 60, runner?: string) =>
  service('POST', `/api/edge/checks/${id}/heartbeat`, { attempt, lease_seconds }, asRunner(runner));
const release = (id: string, body: object) => service('POST', `/api/edge/checks/${id}/release`, body, asRunner());
const get = (id: string, kind: string, runner?: string) =>
  fetch(`${pb.url}/api/edge/checks/${id}/documents/${kind}`, {
    headers: { authorization: serviceToken, 'x-partner': '*', ...asRunner(runner) },
  });

/** One check of the type, of a partner of its own. */
async function claimed(type = 'document_text', runner = 'runner') {
  const partner = slugOf();
  const id = await submitted(service, { partner });
  const [check] = await claimChecks(service, { partner, types: [type], runner });
  if (!check) throw new Error('Nothing was due');
  return { ...check, partner, profile: id };
}

describe('a claim', () => {
  test('gives the oldest due checks of its types and provider, with what the type needs and no more', async () => {
    const partner = slugOf();
    const id = await submitted(service, { partner, date_of_birth: '1990-04' });
    const claim = { partner, types: ['document_match', 'applicant_data'] };
    expect(await claimChecks(service, { ...claim, provider: { name: 'acme', version: '1' } })).toEqual([]);
    const items = await claimChecks(service, claim);
    expect(items.map(({ type }) => type).sort()).toEqual(['applicant_data', 'document_match']);
    const match = items.find(({ type }) => type === 'document_match');
    expect(match).toMatchObject({
      profile: id,
      attempt: 1,
      declared: { full_name: 'Nguyễn Thị Ánh', country: 'VN', document_type: 'passport', date_of_birth: '1990-04' },
      documents: [{ kind: 'document_front', version: 1, content_type: 'image/png' }],
      level: { name: 'default', min_age: null, photo_reuse: false },
    });
    expect(items.find(({ type }) => type === 'applicant_data')?.documents).toEqual([]);
    expect(Object.keys(items.find(({ type }) => type === 'applicant_data')?.declared ?? {})).not.toContain('full_name');
    expect(await claimChecks(service, claim)).toEqual([]);
  });

  test('writes nothing when nothing is due', async () => {
    const changes = () => opened.database.prepare('PRAGMA data_version').get()?.data_version;
    await claimChecks(service, { partner: slugOf() });
    const before = changes();
    expect(await claimChecks(service, { partner: slugOf() })).toEqual([]);
    expect(changes()).toBe(before);
  });

  test('leaves a key with eight checks at most', async () => {
    const partner = slugOf();
    await submitted(service, { partner });
    await submitted(service, { partner });
    const runner = 'greedy';
    const counts = [];
    for (let n = 0; n < 3; n++) counts.push((await claimChecks(service, { partner, runner })).length);
    expect(counts).toEqual([5, 3, 0]);
    expect(await claimChecks(service, { partner, runner: 'modest' })).toHaveLength(2);
  });

  test('is for keys of runners', async () => {
    const body = { provider: { name: 'builtin', version: '1' }, types: TYPES, limit: 1, lease_seconds: 60 };
    for (const type of ['partner', 'reviewer', 'applicant']) {
      const headers = { 'x-actor-type': type, 'x-actor-id': 'x', 'x-credential-id': 'settings:x', 'x-link-iat': '1' };
      expect(await service('POST', '/api/edge/checks/claim', body, headers)).toMatchObject({ status: 403 });
    }
  });
});

describe('a lease', () => {
  test('opens the very version of the document that the check is about, and tells the audit log', async () => {
    const partner = slugOf();
    const id = await submitted(service, { partner });
    const [check] = await claimChecks(service, { partner, types: ['document_text'] });
    if (!check) throw new Error('Nothing was due');
    await upload(service, id, photo('document_front', 4_321), asApplicant(id));
    const answer = await get(check.id, 'document_front');
    const digest = sha256(Buffer.from(await answer.arrayBuffer()));
    expect([answer.status, digest]).toEqual([200, check.documents[0]?.sha256]);
    expect(digest).not.toBe(sha256(file('image/png', 4_321)));
    const rows = await auditOf(service, `profile = "${id}" && action = "document.read"`);
    expect(rows).toMatchObject([{ target: 'document_front/1', actor_type: 'service', actor_id: 'runner' }]);
    // Not what the check does not look at, not for anybody else, and not once it has run out.
    expect((await get(check.id, 'facial_photo')).status).toBe(404);
    expect((await get(check.id, 'document_front', 'another')).status).toBe(404);
    lapse(check.id);
    expect((await get(check.id, 'document_front')).status).toBe(409);
  });

  test('is prolonged by a heartbeat', async () => {
    const check = await claimed();
    set(check.id, `locked_until = '${LATER}'`);
    const answer = await beat(check.id, 1, 900);
    expect(answer.body).toMatchObject({ id: check.id, attempt: 1 });
    expect(Date.parse(answer.body.locked_until) - Date.now()).toBeGreaterThan(800_000);
    expect(String(rowOf(check.id)?.next_attempt_at)).toBe(answer.body.locked_until);
    expect(await beat(check.id, 2, 60)).toMatchObject(conflict);
    expect(await beat(check.id, 1, 60, 'another')).toMatchObject(absent);
  });

  test('that runs out is given to another runner, and the first one’s words count no more', async () => {
    const check = await claimed();
    const claim = { partner: check.partner, types: [check.type] };
    expect(await claimChecks(service, claim)).toEqual([]);
    lapse(check.id);
    const [second] = await claimChecks(service, { ...claim, runner: 'second' });
    expect(second).toMatchObject({ id: check.id, attempt: 2 });
    expect(await report(service, check)).toMatchObject(conflict);
    expect(await beat(check.id, 1, 60)).toMatchObject(conflict);
    expect(await release(check.id, { attempt: 1 })).toMatchObject(conflict);
    expect((await get(check.id, 'document_front')).status).toBe(404);
    expect(await report(service, { ...check, attempt: 2 }, {}, 'second')).toMatchObject({ status: 200 });
  });

  test('that runs out may still be reported while nobody else has the check', async () => {
    const check = await claimed();
    lapse(check.id);
    expect(await report(service, check)).toMatchObject({ status: 200, body: { status: 'completed' } });
  });

  test('is given out again after longer and longer pauses, and then the check has failed', async () => {
    const check = await claimed();
    const pauses = [];
    for (let n = 0; n < 6; n++) {
      const { locked_until, next_attempt_at } = rowOf(check.id) ?? {};
      pauses.push((Date.parse(String(next_attempt_at)) - Date.parse(String(locked_until))) / 1_000);
      lapse(check.id);
      if (n < 5) expect(await claimChecks(service, { partner: check.partner, types: [check.type] })).toHaveLength(1);
    }
    expect(pauses).toEqual([0, 30, 300, 1800, 7200, 0]);
    expect(await claimChecks(service, { partner: check.partner, types: [check.type] })).toEqual([]);
    await service('POST', '/api/edge/sweep', {});
    expect(rowOf(check.id)).toMatchObject({ status: 'failed', attempt: 6, outcome: '' });
    // It ends its round, as one that told nothing.
    for (const one of await claimChecks(service, { partner: check.partner })) await report(service, one);
    expect((await service('GET', `/api/edge/profiles/${check.profile}`)).body.checks).toMatchObject({
      status: 'completed',
      outcome: 'inconclusive',
    });
  });
});

describe('a release', () => {
  test('without a result is a lost lease', async () => {
    const check = await claimed();
    expect(await release(check.id, { attempt: 1 })).toMatchObject({ status: 200, body: { status: 'queued' } });
    expect(await release(check.id, { attempt: 1 })).toMatchObject(conflict);
    expect(await report(service, check)).toMatchObject(conflict);
    const [again] = await claimChecks(service, { partner: check.partner, types: [check.type] });
    expect(again).toMatchObject({ id: check.id, attempt: 2 });
    await release(check.id, { attempt: 2 });
    expect(await claimChecks(service, { partner: check.partner, types: [check.type] })).toEqual([]);
  });

  test('with the vendor’s reference waits as long as it says, as often as that takes', async () => {
    const check = await claimed();
    const ref = `${check.id}-x`;
    for (let attempt = 1; attempt <= 8; attempt++) {
      const body = { attempt, external_ref: ref, after_seconds: 3_600 };
      expect(await release(check.id, body)).toMatchObject({ status: 200, body: { status: 'waiting' } });
      const { items } = (await service('GET', `/api/edge/profiles/${check.profile}/checks`)).body;
      expect(items.find(({ id }) => id === check.id)?.status).toBe('waiting');
      expect(await claimChecks(service, { partner: check.partner, types: [check.type] })).toEqual([]);
      set(check.id, `next_attempt_at = '${EARLIER}'`);
      const [next] = await claimChecks(service, { partner: check.partner, types: [check.type] });
      expect(next).toMatchObject({ id: check.id, attempt: attempt + 1, external_ref: ref });
    }
  });

  test('takes no reference of another check', async () => {
    const check = await claimed();
    expect(await release(check.id, { attempt: 1, external_ref: 'x' })).toMatchObject({ status: 422 });
  });
});

describe('a result', () => {
  test('is taken once: the same again changes nothing, and another one is refused', async () => {
    const check = await claimed();
    const fields = { facts: { zone: 'P<UTO' } };
    const done = { status: 200, body: { id: check.id, status: 'completed', outcome: 'pass' } };
    for (const _ of [1, 2]) expect(await report(service, check, fields)).toMatchObject(done);
    expect(await report(service, check, { facts: { zone: 'other' } })).toMatchObject(conflict);
    expect(await report(service, check, fields, 'another')).toMatchObject(absent);
    expect(await checksOf(root, check.profile)).toMatchObject([{ facts: { zone: 'P<UTO' } }, {}, {}, {}, {}]);
  });

  test.each<[string, object]>([
    ['a fail without a fact', { outcome: 'fail', findings: [{ code: 'name_differs' }] }],
    ['a pass with doubts', { findings: [{ code: 'name_differs' }] }],
    ['a doubt without a finding', { outcome: 'attention' }],
    ['a code that there is not', { findings: [{ code: 'looks_odd' }] }],
    ['an outcome that there is not', { outcome: 'perfect' }],
    ['another check’s reference', { external_ref: 'x' }],
    ['a hash of another length', { photo_hash: 'ff' }],
  ])('with %s is refused', async (_, fields) => {
    const check = await claimed();
    expect(await report(service, check, fields)).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(rowOf(check.id)).toMatchObject({ status: 'pending', result: '' });
  });

  test('with hints alone is a pass; of more than 64 KiB it is refused', async () => {
    const check = await claimed();
    expect(await report(service, check, { facts: { zone: 'x'.repeat(70_000) } })).toMatchObject({ status: 413 });
    const findings = [{ code: 'too_dark', kind: 'document_front' }];
    expect(await report(service, check, { findings })).toMatchObject({ status: 200, body: { outcome: 'pass' } });
  });

  test('comes from the provider that the check is for, and no fact is nested deeper than 32 levels', async () => {
    const partner = slugOf();
    await submitted(service, { partner });
    const [check] = await claimChecks(service, { partner });
    if (!check) throw new Error('Nothing was due');
    const nested = (levels: number): object => (levels === 0 ? {} : { deeper: nested(levels - 1) });
    for (const [pointer, fields] of [
      ['/provider/name', { provider: { name: 'acme', version: '1', models: {} } }],
      ['/facts', { facts: nested(33) }],
    ] as const) {
      expect(await report(service, check, fields)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer }] },
      });
    }
    expect(await report(service, check, { facts: nested(31) })).toMatchObject({ status: 200 });
  });

  test('of evidence that changed meanwhile is kept, and nothing follows from it', async () => {
    const check = await claimed();
    await upload(service, check.profile, photo('document_front', 4_444), asApplicant(check.profile));
    await submit(service, check.profile, asApplicant(check.profile));
    expect(await beat(check.id, 1, 60)).toMatchObject(conflict);
    const findings = [{ code: 'expired' }];
    const answer = await report(service, check, { outcome: 'fail', findings, facts: { expires_on: '2020-01-01' } });
    expect(answer).toMatchObject({ status: 200, body: { status: 'superseded', outcome: 'fail' } });
    expect(rowOf(check.id)).toMatchObject({ status: 'superseded', outcome: 'fail' });
    expect((await service('GET', `/api/edge/profiles/${check.profile}`)).body.checks).toMatchObject({
      status: 'pending',
    });
  });
});

test('no statement changes what a check looks at or what came of it, and none removes it', async () => {
  const check = await claimed();
  await report(service, check);
  for (const sql of [
    `UPDATE checks SET outcome = 'fail' WHERE id = '${check.id}'`,
    `UPDATE checks SET status = 'pending' WHERE id = '${check.id}'`,
    `UPDATE checks SET profile = 'aaaaaaaaaaaaaaa' WHERE id = '${check.id}'`,
    `DELETE FROM checks WHERE id = '${check.id}'`,
    `REPLACE ${opened.copy('checks', `id = '${check.id}'`, { outcome: "'fail'" })}`,
  ]) {
    expect(() => opened.run(sql), sql).toThrow(/concluded once|keeps what it looks at|never/);
  }
  for (const method of ['PATCH', 'DELETE']) {
    expect(await root(method, `/api/collections/checks/records/${check.id}`, {})).toMatchObject({ status: 403 });
  }
});
