import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import {
  applicant,
  asApplicant,
  auditOf,
  connect,
  decide,
  documentsOf,
  historyOf,
  patch,
  profilePath,
  type Request,
  redact,
  remove,
  submit,
  upload,
} from '../support/client.ts';
import { marked, markedForm, storageOf } from '../support/marked.ts';
import { photo } from '../support/photo.ts';
import { addEndpoint, claim, conclude, deliveriesOf, eventsOf, newPartner } from '../support/webhook-client.ts';

let pb: TestPocketBase;
let service: Request;
let root: Request;
let guest: Request;

// A PocketBase of its own: a claim takes what is due of all partners, and would take other tests' deliveries.
beforeAll(async () => {
  pb = await startPocketBase();
  ({ service, root, guest } = await connect(pb));
});

afterAll(() => pb.stop());

const gone = { status: 410, body: { code: 'gone' } };
const create = async (fields: object) => (await service('POST', '/api/edge/profiles', fields)).body.id;

test('erases every personal field, and keeps id, partner, statuses and times', async () => {
  const { fields, words } = marked();
  const id = await create({ ...fields, date_of_birth: '1990-01-01', phone: '+84901234567', locale: 'vi' });
  await upload(service, id, markedForm(words.filename));
  await service('POST', `/api/edge/profiles/${id}/notes`, { text: words.note });
  await decide(service, id, 'rejected', {
    reason_code: 'document_unreadable',
    reason: words.reason,
    note: words.private,
  });
  const before: Record<string, unknown> = (await root('GET', profilePath(id))).body;
  const documents = await documentsOf(service, id);
  const history = await historyOf(service, id);
  const headers = { 'x-actor-type': 'service', 'x-actor-id': 'ops', 'x-request-id': 'req-9' };
  expect(await redact(service, id, headers)).toMatchObject({ status: 200, body: { redacted: true } });

  const after: Record<string, unknown> = { ...(await root('GET', profilePath(id))).body };
  const own = ['id', 'collectionId', 'collectionName', 'partner', 'status', 'latest_status', 'evidence_version'];
  const kept = [...own, 'level_name', 'level_version', 'created', 'status_since', 'final_since'];
  for (const [name, value] of Object.entries(after)) {
    if (kept.includes(name)) expect(value, name).toEqual(before[name]);
    else if (!['updated', 'redacted_at', 'files_due', 'revision'].includes(name))
      expect([name, value || '']).toEqual([name, '']);
  }
  expect(after.redacted_at).toBeTruthy();
  expect(await historyOf(service, id)).toEqual(history.map((row) => ({ ...row, reason: '', note: '' })));
  const notes = await service('GET', `/api/collections/notes/records?filter=profile="${id}"`);
  expect(notes.body.items).toMatchObject([{ text: '', actor_type: 'service' }]);
  expect(documents).toHaveLength(1);
  expect(storageOf(pb.dir, documents)).toEqual([]);
  const empty = { file: '', filename: '', size: 0, sha256: '' };
  expect(await documentsOf(service, id)).toEqual(
    documents.map((document) => expect.objectContaining({ ...document, ...empty, updated: expect.anything() })),
  );
  expect(await auditOf(service, `profile = "${id}" && action = "profile.redacted"`)).toMatchObject([
    { actor_type: 'service', actor_id: 'ops', request_id: 'req-9', partner: 'acme' },
  ]);
  expect(await redact(service, id)).toMatchObject({ status: 200, body: { redacted: false } });
  expect(await auditOf(service, `profile = "${id}" && action = "profile.redacted"`)).toHaveLength(1);
});

test('makes every route of the profile 410, and lets the same applicant enrol again', async () => {
  const { fields } = marked();
  const id = await create(fields);
  await service('POST', `/api/edge/profiles/${id}/notes`, { text: 'x' });
  await redact(service, id);
  expect(await decide(service, id, 'approved')).toMatchObject(gone);
  expect(await patch(service, id, { full_name: 'B' })).toMatchObject(gone);
  expect(await remove(service, id, 'facial_photo')).toMatchObject(gone);
  expect(await submit(service, id)).toMatchObject(gone);
  expect(await root('PATCH', profilePath(id), { full_name: 'B', redacted_at: '' })).toMatchObject(gone);
  expect(await upload(service, id, photo())).toMatchObject(gone);
  expect(await service('POST', `/api/edge/profiles/${id}/link`, {})).toMatchObject(gone);
  expect(await service('POST', `/api/edge/profiles/${id}/notes`, { text: 'x' })).toMatchObject(gone);
  for (const path of [
    '',
    '/open',
    '/exists',
    '/documents/facial_photo',
    '/documents/facial_photo?version=1',
  ] as const) {
    expect(await service('GET', `/api/edge/profiles/${id}${path}`)).toMatchObject(gone);
  }
  const again = await service('POST', '/api/edge/profiles', fields);
  expect(again).toMatchObject({ status: 200, body: { created: true } });
  expect(again.body.id).not.toBe(id);
});

test('is nobody else’s: another partner, an applicant, a guest', async () => {
  const id = await create(applicant());
  expect(await redact(service, id, { 'x-partner': 'globex' })).toMatchObject({ status: 404 });
  expect(await redact(service, id, asApplicant(id))).toMatchObject({ status: 403 });
  expect(await redact(guest, id)).toMatchObject({ status: 401 });
  expect(await redact(service, 'nosuchprofile00')).toMatchObject({ status: 404 });
  expect(await redact(service, id, { 'x-partner': 'acme', 'x-actor-type': 'partner' })).toMatchObject({ status: 200 });
});

test('is told by one of ten at once', async () => {
  const id = await create(applicant());
  const answers = await Promise.all(Array.from({ length: 10 }, () => redact(service, id)));
  expect(answers.filter((answer) => answer.body.redacted === true)).toHaveLength(1);
});

test('what endpoints answered about the profile is erased, about others kept, and the erasure is an event to deliver', async () => {
  const partner = newPartner();
  const endpoint = await addEndpoint(service, partner);
  const [erased, kept] = [await create({ ...applicant(), partner }), await create({ ...applicant(), partner })];
  for (const delivery of await claim(service))
    await conclude(service, delivery, { outcome: 'succeeded', excerpt: 'echo' });
  expect((await deliveriesOf(service, endpoint.id)).map(({ last_excerpt }) => last_excerpt)).toEqual(['echo', 'echo']);
  const answer = await redact(service, erased);
  await redact(service, erased);

  const events = await eventsOf(service, partner);
  expect(events.map(({ sequence, type, profile, data }) => [sequence, type, profile, data])).toEqual([
    [1, 'profile.created', erased, { profile_id: erased, to: 'unverified' }],
    [2, 'profile.created', kept, { profile_id: kept, to: 'unverified' }],
    [3, 'profile.redacted', erased, { profile_id: erased }],
  ]);
  const deliveries = await deliveriesOf(service, endpoint.id);
  expect(deliveries.map(({ event, status, last_excerpt }) => [event, status, last_excerpt])).toEqual([
    [events[0]?.id, 'succeeded', ''],
    [events[1]?.id, 'succeeded', 'echo'],
    [events[2]?.id, 'pending', ''],
  ]);
  expect(answer.deliveries).toEqual([deliveries[2]?.id]);
});
