import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { startPocketBase } from '../../support/pocketbase.ts';
import {
  asApplicant,
  asPartner,
  asReviewer,
  auditOf,
  connect,
  decide,
  documentsOf,
  enrol,
  patch,
  profilePath,
  type Request,
  remove,
  submit,
  upload,
} from '../support/client.ts';
import { photo } from '../support/photo.ts';
import { openFile } from '../support/sqlite.ts';
import { eventsOf, newPartner } from '../support/webhook-client.ts';

let service: Request;
let root: Request;

beforeAll(async () => {
  ({ service, root } = await connect());
});

const locked = { status: 409, body: { code: 'profile_locked' } };
const read = async (id: string) => (await root('GET', profilePath(id))).body;
const moved = async (...steps: string[]) => {
  const id = await enrol(service);
  await upload(service, id, photo('document_front'));
  for (const step of steps) expect(await decide(service, id, step)).toMatchObject({ status: 200 });
  return id;
};

/** Each way to change something that a decision was made on, or that a create has set. */
const writes = (id: string, headers: Record<string, string>) => [
  () => patch(service, id, { full_name: 'B' }, headers),
  () => patch(service, id, { document_number: 'B1' }, headers),
  () => patch(service, id, { email: 'b@example.com', metadata: { tier: 'b' } }, headers),
  () => upload(service, id, photo(), headers),
  () => remove(service, id, 'document_front', headers),
];

describe('in a final status', () => {
  test.each(['approved', 'rejected', 'expired', 'canceled'])('%s nobody changes anything', async (status) => {
    const id = await moved(status);
    const before = [await read(id), await documentsOf(service, id)];
    for (const headers of [{}, asPartner, asReviewer()]) {
      for (const write of writes(id, headers)) expect(await write()).toMatchObject(locked);
      expect(await service('GET', `/api/edge/profiles/${id}/open`, undefined, headers)).toMatchObject(locked);
    }
    expect(await upload(service, id, photo(), asApplicant(id))).toMatchObject(locked);
    for (const field of [{ full_name: 'B' }, { country: 'ES' }, { email: 'b@example.com' }, { metadata: { b: 1 } }]) {
      expect(await root('PATCH', profilePath(id), field)).toMatchObject(locked);
    }
    expect([await read(id), await documentsOf(service, id)]).toEqual(before);
  });

  test('a repetition of what stands there is no change', async () => {
    const id = await moved('approved');
    const { full_name, email } = await read(id);
    for (const headers of [{}, asReviewer()]) {
      expect(await patch(service, id, { full_name, email }, headers)).toMatchObject({ status: 200 });
    }
    // As the admin UI does, which sends the whole form.
    const form = { full_name, email, status: 'rejected' };
    expect(await root('PATCH', profilePath(id), form)).toMatchObject({ status: 200, body: { status: 'rejected' } });
    expect(await auditOf(service, `profile = "${id}" && action = "profile.updated"`)).toEqual([]);
  });

  test('an empty external_id is filled by internal keys, reviewers and superusers, once', async () => {
    for (const write of [
      (id: string, external_id: string) => patch(service, id, { external_id }),
      (id: string, external_id: string) => patch(service, id, { external_id }, asReviewer()),
      (id: string, external_id: string) => root('PATCH', profilePath(id), { external_id }),
    ]) {
      const id = await moved('approved');
      const external_id = randomUUID();
      expect(await patch(service, id, { external_id }, asPartner)).toMatchObject(locked);
      expect(await write(id, external_id)).toMatchObject({ status: 200, body: { external_id } });
      expect(await write(id, randomUUID())).toMatchObject(locked);
      expect(await write(id, '')).toMatchObject(locked);
      expect(await read(id)).toMatchObject({ external_id, status: 'approved', evidence_version: 2 });
    }
  });

  test('links, notes and a legal hold are not frozen', async () => {
    const id = await moved('approved');
    const valid_after = '2026-06-01T00:00:00.123Z';
    expect(await service('POST', `/api/edge/profiles/${id}/link`, { valid_after })).toMatchObject({ status: 200 });
    expect(await service('POST', `/api/edge/profiles/${id}/notes`, { text: 'x' })).toMatchObject({ status: 200 });
    expect(await service('POST', `/api/edge/profiles/${id}/hold`, { legal_hold: true })).toMatchObject({ status: 200 });
    expect(await read(id)).toMatchObject({ legal_hold: true, links_valid_after: '2026-06-01 00:00:00.123Z' });
  });
});

/** The second scenario of the design: an approved identity was rewritten without a trace. */
test.each<[string, (id: string, fields: object) => ReturnType<Request>, string]>([
  ['reviewer', (id, fields) => patch(service, id, fields, asReviewer()), 'reviewer'],
  ['internal key', (id, fields) => patch(service, id, fields), 'service'],
  ['superuser', (id, fields) => root('PATCH', profilePath(id), fields), 'superuser'],
])(
  'an approved identity is reopened before a %s changes it, and each change is told',
  async (_, change, actor_type) => {
    const partner = newPartner();
    const id = await enrol(service, { partner });
    await upload(service, id, photo());
    await decide(service, id, 'approved');
    const fields = [{ full_name: 'Another Name' }, { document_number: randomUUID() }, { date_of_birth: '1990-01-01' }];
    const told = [await auditOf(service, `profile = "${id}"`), await eventsOf(service, partner)];
    for (const field of [...fields, { country: 'ES' }]) expect(await change(id, field)).toMatchObject(locked);
    expect([await auditOf(service, `profile = "${id}"`), await eventsOf(service, partner)]).toEqual(told);

    await decide(service, id, 'in_review');
    for (const field of [...fields, { country: 'ES' }]) expect(await change(id, field)).toMatchObject({ status: 200 });
    expect(await upload(service, id, photo('facial_photo', 300))).toMatchObject({ status: 200 });
    expect(await remove(service, id, 'facial_photo')).toMatchObject({ status: 204 });
    const names = ['full_name', 'document_number', 'date_of_birth', 'country'];
    const rows = (await auditOf(service, `profile = "${id}" && action != "profile.read"`)).slice(told[0]?.length);
    expect(rows).toMatchObject([
      { action: 'status.decided', target: 'in_review' },
      ...names.map((target) => ({ action: 'profile.updated', target, actor_type, partner })),
      { action: 'document.written', target: 'facial_photo/2' },
      { action: 'document.removed', target: 'facial_photo/2' },
    ]);
    expect((await eventsOf(service, partner)).slice(told[1]?.length)).toMatchObject([
      { type: 'profile.status_changed' },
      ...names.map((name) => ({ type: 'profile.updated', data: { profile_id: id, fields: [name] } })),
      { type: 'profile.document_uploaded', data: { kind: 'facial_photo', version: 2 } },
      { type: 'profile.document_removed', data: { kind: 'facial_photo', version: 2 } },
    ]);
    expect(await read(id)).toMatchObject({ evidence_version: 2 + names.length + 2 });
  },
);

test('in_review is locked for partners and applicants, and open for reviewers and internal keys', async () => {
  const id = await moved('in_review');
  for (const write of writes(id, asPartner)) expect(await write()).toMatchObject(locked);
  expect(await upload(service, id, photo(), asApplicant(id))).toMatchObject(locked);
  expect(await submit(service, id, asApplicant(id))).toMatchObject({
    status: 409,
    body: { code: 'illegal_transition' },
  });
  expect(await patch(service, id, { full_name: 'B' }, asReviewer())).toMatchObject({ status: 200 });
  expect(await patch(service, id, { full_name: 'C' })).toMatchObject({ status: 200, body: { full_name: 'C' } });
  expect(await root('PATCH', profilePath(id), { full_name: 'D' })).toMatchObject({ status: 200 });
});

test.each([[], ['pending'], ['pending', 'resubmission_requested']])(
  'a profile moved to %s %s is open',
  async (...steps) => {
    const id = await moved(...steps);
    expect(await service('GET', `/api/edge/profiles/${id}/open`, undefined, asPartner)).toMatchObject({ status: 200 });
    expect(await patch(service, id, { full_name: 'B' }, asPartner)).toMatchObject({
      status: 200,
      body: { full_name: 'B' },
    });
    expect(await upload(service, id, photo(), asApplicant(id))).toMatchObject({ status: 200 });
  },
);

test('an erased profile is gone, for everyone', async () => {
  // A PocketBase of its own: while another process writes to its file, PocketBase may refuse a write.
  const pocketbase = await startPocketBase();
  const { service, root } = await connect(pocketbase);
  const id = await enrol(service);
  const { database } = openFile(pocketbase.dir);
  database.prepare("UPDATE profiles SET redacted_at = '2026-01-01 00:00:00.000Z' WHERE id = ?").run(id);
  database.close();
  const gone = { status: 410, body: { code: 'gone' } };
  expect(await root('PATCH', profilePath(id), { full_name: 'B' })).toMatchObject(gone);
  expect(await patch(service, id, { full_name: 'B' })).toMatchObject(gone);
  expect(await upload(service, id, photo())).toMatchObject(gone);
  expect(await remove(service, id, 'facial_photo')).toMatchObject(gone);
  expect(await submit(service, id)).toMatchObject(gone);
  expect(await decide(service, id, 'approved')).toMatchObject(gone);
  for (const action of ['', '/open', '/exists', '/documents/facial_photo']) {
    expect(await service('GET', `/api/edge/profiles/${id}${action}`)).toMatchObject(gone);
  }
  for (const action of ['link', 'hold', 'claim', 'release']) {
    const headers = action === 'hold' || action === 'link' ? {} : asReviewer();
    expect(await service('POST', `/api/edge/profiles/${id}/${action}`, {}, headers)).toMatchObject(gone);
  }
  expect(await service('POST', `/api/edge/profiles/${id}/notes`, { text: 'x' })).toMatchObject(gone);
  expect(await root('POST', '/api/collections/notes/records', { profile: id, text: 'x' })).toMatchObject(gone);
  await pocketbase.stop();
});
