import { beforeAll, describe, expect, test } from 'vitest';
import { BUILTIN, claimChecks, report, runChecks, slugOf, submitted } from '../support/checks.ts';
import {
  asApplicant,
  asReviewer,
  connect,
  decide,
  enrol,
  historyOf,
  type Request,
  review,
  submit,
  upload,
} from '../support/client.ts';
import { photo, video } from '../support/photo.ts';
import { eventsOf } from '../support/webhook-client.ts';

let service: Request;
beforeAll(async () => {
  ({ service } = await connect());
});

const VENDOR = { name: 'acme', version: '2' };
const APPROVING = {
  checks: [
    'document_text',
    { type: 'face_liveness', provider: 'acme' },
    { type: 'document_authenticity', provider: 'acme' },
  ],
  consent: { version: '1', url: 'https://acme.example/privacy', text: { en: 'I agree.' } },
  policy: { approve_when: 'all_pass' },
  optional: ['facial_video'],
};

async function partnerWith(spec: object) {
  const partner = slugOf();
  const level = { partner, name: 'default', required: { passport: ['document_front', 'facial_photo'] }, ...spec };
  expect((await service('POST', '/api/edge/levels', level)).status).toBe(200);
  return partner;
}
const read = async (id: string, headers = {}) =>
  (await service('GET', `/api/edge/profiles/${id}`, undefined, headers)).body;
const unreadable = { outcome: 'inconclusive', findings: [{ code: 'zone_not_found', kind: 'document_front' }] };

describe('without a policy', () => {
  test('no outcome changes a status', async () => {
    const partner = slugOf();
    const id = await submitted(service, { partner });
    await runChecks(service, partner, { document_text: { outcome: 'fail', findings: [{ code: 'expired' }] } });
    expect(await read(id)).toMatchObject({ status: 'pending', checks: { outcome: 'fail' } });
  });
});

describe('a policy that asks again', () => {
  const policy = { resubmit_on: ['zone_not_found'], resubmit_at_most: 1 };

  test('does so with the last result of the round, as often as it says', async () => {
    const partner = await partnerWith({ checks: ['document_text', 'applicant_data'], policy });
    const id = await submitted(service, { partner });
    const [text, data] = await claimChecks(service, { partner });
    const [first, last] = text?.type === 'document_text' ? [text, data] : [data, text];
    if (!first || !last) throw new Error('Nothing was due');
    await report(service, first, unreadable);
    expect(await read(id)).toMatchObject({ status: 'pending' });
    await report(service, last);
    expect(await read(id)).toMatchObject({
      status: 'resubmission_requested',
      missing: ['document_front'],
      latest_status: { reason_code: 'document_unreadable', kinds: ['document_front'], decided_by: 'policy' },
    });
    expect((await historyOf(service, id)).at(-1)).toMatchObject({
      actor_type: 'system',
      actor_id: 'policy:default/1',
    });
    const told = (await eventsOf(service, partner)).slice(-2).map(({ type }) => type);
    expect(told).toEqual(['profile.checks_completed', 'profile.status_changed']);

    await upload(service, id, photo('document_front', 5_001), asApplicant(id));
    await submit(service, id, asApplicant(id));
    await runChecks(service, partner, { document_text: unreadable });
    expect(await read(id)).toMatchObject({ status: 'pending', checks: { outcome: 'inconclusive' } });
  });

  test.each<[string, (id: string) => Promise<unknown>, string]>([
    [
      'a reviewer has claimed the profile',
      (id) => service('POST', `/api/edge/profiles/${id}/claim`, {}, asReviewer()),
      'pending',
    ],
    ['it is in review', (id) => decide(service, id, 'in_review'), 'in_review'],
    [
      'it is decided',
      (id) => review(service, id, 'rejected', { expected_evidence: 3, reason_code: 'other' }),
      'rejected',
    ],
    [
      'the evidence is another by now',
      (id) => upload(service, id, photo('document_front', 5_002), asApplicant(id)),
      'pending',
    ],
  ])('does nothing while %s', async (_, change, status) => {
    const partner = await partnerWith({ checks: ['document_text'], policy });
    const id = await submitted(service, { partner });
    const [check] = await claimChecks(service, { partner });
    if (!check) throw new Error('Nothing was due');
    await change(id);
    expect(await report(service, check, unreadable)).toMatchObject({ status: 200 });
    expect(await read(id)).toMatchObject({ status, checks: { status: 'completed', outcome: 'inconclusive' } });
  });
});

describe('a policy that approves', () => {
  const types = ['document_text', 'face_liveness', 'document_authenticity'];

  /** A profile with all three documents, whose applicant has agreed. */
  async function handedIn(partner: string) {
    const id = await enrol(service, { partner });
    for (const kind of ['document_front', 'facial_photo'])
      await upload(service, id, photo(kind, 30_000 + Math.floor(Math.random() * 9_000)), asApplicant(id));
    await upload(service, id, video(), asApplicant(id));
    const consent = { version: '1', given_at: new Date().toISOString(), locale: 'en' };
    await service('POST', `/api/edge/profiles/${id}/submit`, { consent }, asApplicant(id));
    return id;
  }
  async function finish(partner: string, found: Record<string, object> = {}) {
    for (const provider of [BUILTIN, VENDOR]) {
      for (const check of await claimChecks(service, { partner, types, provider })) {
        const result = { provider: { ...provider, models: {} }, ...found[check.type] };
        expect(await report(service, check, result)).toMatchObject({ status: 200 });
      }
    }
  }

  test('does so once every check has passed', async () => {
    const partner = await partnerWith(APPROVING);
    const id = await handedIn(partner);
    await finish(partner);
    expect(await read(id)).toMatchObject({
      status: 'approved',
      checks: { outcome: 'pass' },
      latest_status: { decided_by: 'policy', evidence_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    const told = await read(id, { 'x-actor-type': 'partner', 'x-actor-id': 'k', 'x-partner': partner });
    expect(told.latest_status).toMatchObject({ decided_by: 'policy' });
    expect(Object.keys(told.latest_status)).not.toContain('actor_id');
  });

  test('does not on the checks of another level, and asks for its own', async () => {
    const partner = await partnerWith({ checks: ['document_text'] });
    const strict = {
      partner,
      name: 'strict',
      required: { passport: ['document_front', 'facial_photo'] },
      ...APPROVING,
    };
    expect((await service('POST', '/api/edge/levels', strict)).status).toBe(200);
    const id = await submitted(service, { partner });
    const [early] = await claimChecks(service, { partner });
    if (!early) throw new Error('Nothing was due');
    expect((await service('PATCH', `/api/edge/profiles/${id}`, { level: 'strict' })).status).toBe(200);
    expect(await report(service, early)).toMatchObject({ status: 200 });
    await finish(partner);
    expect(await read(id)).toMatchObject({ status: 'pending', level: { name: 'strict' }, consent: null });
    const [newest] = (await service('GET', `/api/edge/profiles/${id}/checks`)).body.items;
    expect(types).toContain(newest?.type);
  });

  test('does not while a document is missing, although all that was checked has passed', async () => {
    const partner = await partnerWith({
      ...APPROVING,
      required: { passport: ['document_front', 'facial_photo', 'proof_of_address'] },
    });
    const id = await enrol(service, { partner });
    for (const kind of ['document_front', 'facial_photo', 'proof_of_address'])
      await upload(service, id, photo(kind, 40_000 + Math.floor(Math.random() * 9_000)), asApplicant(id));
    await upload(service, id, video(), asApplicant(id));
    const consent = { version: '1', given_at: new Date().toISOString(), locale: 'en' };
    await service('POST', `/api/edge/profiles/${id}/submit`, { consent }, asApplicant(id));
    await service('DELETE', `/api/edge/profiles/${id}/documents/proof_of_address`);
    await submit(service, id, asApplicant(id));
    await finish(partner);
    expect(await read(id)).toMatchObject({
      status: 'pending',
      missing: ['proof_of_address'],
      checks: { outcome: 'pass' },
    });
  });

  test.each([
    ['doubt', { outcome: 'attention', findings: [{ code: 'vendor_refused' }] }],
    ['a check that nobody did', { outcome: 'not_run', findings: [{ code: 'unsupported' }] }],
    ['a fact against it, and rejects nothing', { outcome: 'fail', findings: [{ code: 'expired' }] }],
  ])('does not with %s', async (_, found) => {
    const partner = await partnerWith(APPROVING);
    const id = await handedIn(partner);
    await finish(partner, { document_authenticity: found });
    expect(await read(id)).toMatchObject({
      status: 'pending',
      checks: { status: 'completed', outcome: found.outcome },
    });
  });
});
