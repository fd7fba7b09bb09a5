import { beforeAll, describe, expect, test } from 'vitest';
import { checksOf, claimChecks, report, runChecks, slugOf, submitted, TYPES } from '../support/checks.ts';
import {
  asApplicant,
  asReviewer,
  connect,
  decide,
  enrol,
  patch,
  type Request,
  redact,
  submit,
  upload,
} from '../support/client.ts';
import { photo, sha256 } from '../support/photo.ts';
import { eventsOf } from '../support/webhook-client.ts';

let service: Request;
let root: Request;
beforeAll(async () => {
  ({ service, root } = await connect());
});

const read = async (id: string) => (await service('GET', `/api/edge/profiles/${id}`)).body;
const again = (id: string, headers = {}) =>
  service('POST', `/api/edge/profiles/${id}/checks`, {}, { ...asReviewer(), ...headers });

describe('a round of checks', () => {
  test('comes with the move to pending: a row per type of the level, each with what it looks at', async () => {
    const id = await submitted(service);
    const rows = await checksOf(root, id);
    expect(rows.map(({ type }) => type)).toEqual(TYPES);
    for (const row of rows)
      expect(row).toMatchObject({ status: 'pending', outcome: '', round: 1, evidence_version: 3 });
    expect(rows[0]?.inputs).toEqual([
      { kind: 'document_front', version: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(rows.at(-1)?.inputs).toEqual([]);
    expect((await read(id)).checks).toEqual({ status: 'pending', outcome: null, evidence_version: 3 });
  });

  test('comes whoever moves it there, and says what cannot be looked at', async () => {
    const id = await enrol(service);
    expect((await read(id)).checks).toBeNull();
    await decide(service, id, 'pending');
    const rows = await checksOf(root, id);
    const undone = rows.filter(({ status }) => status === 'completed');
    expect(undone.map(({ type }) => type)).toEqual(TYPES.slice(0, 4));
    for (const row of undone) expect(row).toMatchObject({ outcome: 'not_run', findings: [{ code: 'no_document' }] });
    expect(rows.at(-1)).toMatchObject({ type: 'applicant_data', status: 'pending' });
  });

  test('comes with a submit in pending when the evidence is newer, and ends the one before', async () => {
    const id = await submitted(service);
    await submit(service, id, asApplicant(id));
    expect(await checksOf(root, id)).toHaveLength(5);
    await upload(service, id, photo('document_front', 777), asApplicant(id));
    expect(await checksOf(root, id)).toHaveLength(5);
    await submit(service, id, asApplicant(id));
    const rows = await checksOf(root, id);
    expect(rows.map(({ status, round }) => [status, round])).toEqual([
      ...Array(5).fill(['superseded', 1]),
      ...Array(5).fill(['pending', 2]),
    ]);
    expect(rows.at(-5)?.inputs?.[0]).toMatchObject({ version: 2, sha256: expect.any(String) });
    expect((await read(id)).checks).toMatchObject({ status: 'pending', evidence_version: 4 });
  });

  test('comes with a change of evidence in review, and with no other change', async () => {
    const id = await submitted(service);
    await decide(service, id, 'in_review');
    await patch(service, id, { locale: 'vi' });
    expect(await checksOf(root, id)).toHaveLength(5);
    await patch(service, id, { full_name: 'Another Name' });
    expect(await checksOf(root, id)).toHaveLength(10);
    await upload(service, id, photo('document_front', 778));
    const rows = await checksOf(root, id);
    expect(rows.filter(({ status }) => status === 'pending').map(({ round }) => round)).toEqual(Array(5).fill(3));
  });

  test('ends with an event and the worst outcome, which the profile keeps and lists find', async () => {
    const partner = slugOf();
    const id = await submitted(service, { partner });
    await runChecks(service, partner, {
      document_match: { outcome: 'attention', findings: [{ code: 'name_differs', field: 'full_name' }] },
      document_quality: { outcome: 'inconclusive', findings: [{ code: 'picture_unreadable', kind: 'document_front' }] },
    });
    expect(await read(id)).toMatchObject({ status: 'pending', checks: { status: 'completed', outcome: 'attention' } });
    const events = (await eventsOf(service, partner)).filter(({ type }) => type === 'profile.checks_completed');
    expect(events).toMatchObject([{ profile: id, data: { outcome: 'attention' } }]);
    const filter = encodeURIComponent(`partner = "${partner}" && checks_outcome = "attention"`);
    const { items } = (await service('GET', `/api/collections/profiles/records?filter=${filter}`)).body;
    expect(items).toMatchObject([{ id }]);
  });

  test('of a level without a runner for any of it is over at once', async () => {
    const partner = slugOf();
    const level = { name: 'default', required: { passport: ['document_front'] }, checks: ['document_authenticity'] };
    await service('POST', '/api/edge/levels', { ...level, partner });
    const id = await enrol(service, { partner });
    await upload(service, id, photo('document_front'), asApplicant(id));
    await submit(service, id, asApplicant(id));
    expect(await checksOf(root, id)).toMatchObject([{ outcome: 'not_run', findings: [{ code: 'no_provider' }] }]);
    expect((await read(id)).checks).toMatchObject({ status: 'completed', outcome: 'not_run' });
    expect((await eventsOf(service, partner)).at(-1)).toMatchObject({ type: 'profile.checks_completed' });
  });
});

describe('checks asked for again', () => {
  test('are another round on the evidence as it stands, ten a day, and once for an idempotency key', async () => {
    const id = await submitted(service);
    const headers = { 'x-idempotency-key': sha256(id), 'x-idempotency-body': sha256(id) };
    const first = await again(id, headers);
    expect(first).toMatchObject({
      status: 200,
      body: { items: Array(5).fill({ status: 'queued', evidence_version: 3 }) },
    });
    const repeated = await again(id, headers);
    expect(repeated.body.replayed).toBe(true);
    expect(repeated.body.items.map((check) => check.id)).toEqual(first.body.items.map((check) => check.id));
    for (let round = 3; round <= 10; round++) expect((await again(id)).status).toBe(200);
    expect(await again(id)).toMatchObject({ status: 429, body: { code: 'rate_limited', retry_after: 3600 } });
    const shown = await service('GET', `/api/edge/profiles/${id}/checks`);
    expect(shown.body.rounds_left).toBe(0);
    expect(shown.body.items).toHaveLength(50);

    // Nothing is written by the other ways either, and the profile's answer says so.
    await upload(service, id, photo('document_front', 779), asApplicant(id));
    expect((await submit(service, id, asApplicant(id))).status).toBe(200);
    expect(await checksOf(root, id)).toHaveLength(50);
    expect(await read(id)).toMatchObject({ evidence_version: 4, checks: { evidence_version: 3 } });
  });

  test('at the same time are rounds one after the other', async () => {
    const id = await submitted(service);
    expect((await Promise.all([again(id), again(id), again(id)])).map(({ status }) => status)).toEqual([200, 200, 200]);
    const rows = await checksOf(root, id);
    expect(rows.filter(({ status }) => status === 'pending').map(({ round }) => round)).toEqual(Array(5).fill(4));
  });

  test('are for those who review, before a decision', async () => {
    const id = await submitted(service);
    for (const type of ['partner', 'applicant']) {
      const headers = { 'x-actor-type': type, 'x-actor-id': id, 'x-link-iat': String(Date.now() / 1000) };
      expect(await service('POST', `/api/edge/profiles/${id}/checks`, {}, headers)).toMatchObject({ status: 403 });
    }
    await decide(service, id, 'rejected');
    expect(await again(id)).toMatchObject({ status: 409, body: { code: 'profile_locked' } });
  });
});

describe('what was found', () => {
  test('is read by those who review; partners see outcomes and findings', async () => {
    const partner = slugOf();
    const id = await submitted(service, { partner });
    await runChecks(service, partner, { document_text: { facts: { zone: 'P<UTO' }, scores: { weakest: 0.99 } } });
    const shown = async (headers = {}) => {
      const { items } = (await service('GET', `/api/edge/profiles/${id}/checks`, undefined, headers)).body;
      return items.find(({ type }) => type === 'document_text');
    };
    expect(await shown()).toMatchObject({ outcome: 'pass', facts: { zone: 'P<UTO' }, scores: { weakest: 0.99 } });
    expect(await shown(asReviewer())).toMatchObject({ facts: { zone: 'P<UTO' }, provider: { name: 'builtin' } });
    const told = await shown({ 'x-actor-type': 'partner', 'x-actor-id': 'key1', 'x-partner': partner });
    expect(told).toMatchObject({ outcome: 'pass', findings: [] });
    expect(Object.keys(told ?? {})).not.toContain('facts');
    expect(Object.keys(told ?? {})).not.toContain('scores');
  });

  test('goes with an erasure, and a result that comes after it stores nothing', async () => {
    const partner = slugOf();
    const id = await submitted(service, { partner });
    const [done, late] = await claimChecks(service, { partner });
    if (!done || !late) throw new Error('Nothing was due');
    await report(service, done, { facts: { zone: 'P<UTO' }, scores: { weakest: 0.99 } });
    await redact(service, id);
    const gone = { status: 410, body: { code: 'gone' } };
    expect(await report(service, late, { facts: { zone: 'P<UTO' } })).toMatchObject(gone);
    expect(await report(service, done, { facts: { zone: 'P<UTO' }, scores: { weakest: 0.99 } })).toMatchObject(gone);
    expect(await claimChecks(service, { partner })).toEqual([]);
    for (const row of await checksOf(root, id)) {
      expect(row).toMatchObject({ facts: null, scores: null, inputs: null, result: '' });
      expect(row.status).not.toBe('pending');
    }
  });
});
