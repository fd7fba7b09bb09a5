import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import kinds from '../../../pocketbase/hooks/lib/shared/document-kinds.json' with { type: 'json' };
import {
  asApplicant,
  asPartner,
  asReviewer,
  connect,
  decide,
  documentsOf,
  enrol,
  historyOf,
  patch,
  profilePath,
  type Request,
  redact,
  remove,
  review,
  submit,
  upload,
} from '../support/client.ts';
import { photo } from '../support/photo.ts';
import { openFile } from '../support/sqlite.ts';

const { database } = openFile(inject('pocketbase').dir);
let service: Request;
let root: Request;

beforeAll(async () => {
  ({ service, root } = await connect());
});

afterAll(() => database.close());

const read = async (id: string) => (await service('GET', profilePath(id))).body;
const versionOf = async (id: string) => (await read(id)).evidence_version;
const sealOf = (row: string) => database.prepare('SELECT salt, text, version FROM evidence WHERE id = ?').get(row);
const digestOf = (row: string) => {
  const seal = sealOf(row);
  return createHash('sha256').update(`${seal?.salt}${seal?.text}`).digest('hex');
};

/** What docs say: a heading, the fields, the documents in the order of the kinds; each value is JSON. */
function textOf(fields: Record<string, unknown>, digests: Record<string, string>): string {
  const names = ['full_name', 'country', 'document_type', 'document_number', 'date_of_birth'];
  const lines = names.map((name) => `${name} ${JSON.stringify(fields[name] ?? '')}`);
  const documents = Object.keys(kinds).flatMap((kind) =>
    digests[kind] ? [`${kind} ${JSON.stringify(digests[kind])}`] : [],
  );
  return ['ekyc-edge evidence 1', ...lines, ...documents].map((line) => `${line}\n`).join('');
}

describe('evidence_version', () => {
  test('begins at 1, and counts each change of the identity and of the current documents', async () => {
    const id = await enrol(service);
    expect(await versionOf(id)).toBe(1);
    const changes = [
      () => patch(service, id, { full_name: 'B' }),
      () => patch(service, id, { country: 'ES', date_of_birth: '1990' }),
      () => patch(service, id, { document_type: 'id_card' }),
      () => root('PATCH', profilePath(id), { document_number: crypto.randomUUID() }),
      () => upload(service, id, photo('facial_photo', 200)),
      () => upload(service, id, photo('facial_photo', 300)),
      () => remove(service, id, 'facial_photo'),
    ];
    for (const [index, change] of changes.entries()) {
      expect((await change()).status).toBeLessThan(300);
      expect(await versionOf(id)).toBe(index + 2);
    }
  });

  test('counts no equal value, no equal bytes, and nothing beside the evidence', async () => {
    const id = await enrol(service, { full_name: 'A' });
    await upload(service, id, photo());
    await patch(service, id, { full_name: 'A', country: 'VN' });
    await upload(service, id, photo());
    await remove(service, id, 'document_back');
    await patch(service, id, { email: 'a@example.com', metadata: { tier: 'gold' }, locale: 'vi', external_id: id });
    await decide(service, id, 'in_review');
    await service('POST', `/api/edge/profiles/${id}/claim`, {}, asReviewer());
    expect(await versionOf(id)).toBe(2);
    expect(await documentsOf(service, id)).toMatchObject([{ state: 'superseded' }, { version: 2, state: 'current' }]);
  });
});

/** The first scenario of the design: the reviewer approves a form that was open while the evidence changed. */
test('a decision on other evidence than was seen is refused, and what was seen is kept', async () => {
  const id = await enrol(service);
  for (const kind of ['document_front', 'facial_photo']) await upload(service, id, photo(kind), asApplicant(id));
  await submit(service, id, asApplicant(id));
  await service('POST', `/api/edge/profiles/${id}/claim`, {}, asReviewer());
  const seen = await versionOf(id);
  await upload(service, id, photo('document_front', 300), asApplicant(id));
  await patch(service, id, { full_name: 'Another Name', document_number: crypto.randomUUID() }, asPartner);
  for (const to of ['approved', 'rejected']) {
    const stale = { expected_status: 'pending', expected_evidence: seen };
    expect(await decide(service, id, to, stale, asReviewer())).toMatchObject({
      status: 409,
      body: { code: 'evidence_changed', current_evidence_version: seen + 2 },
    });
  }
  expect((await documentsOf(service, id))[0]).toMatchObject({ kind: 'document_front', state: 'superseded', size: 200 });
  expect(await historyOf(service, id)).toHaveLength(2);

  const answer = await review(service, id, 'approved', { expected_evidence: seen + 2 });
  expect(answer).toMatchObject({ status: 200, body: { row: { evidence_version: seen + 2 } } });
  expect(answer.body.row.evidence_sha256).toBe(digestOf(answer.body.row.id));
});

describe('a decision', () => {
  test.each(['approved', 'rejected'])(
    '%s: a reviewer names the evidence, others decide on the current one',
    async (to) => {
      const id = await enrol(service);
      expect(await decide(service, id, to, {}, asReviewer())).toMatchObject({
        status: 422,
        body: { code: 'validation_failed', errors: [{ pointer: '/expected_evidence' }] },
      });
      const changed = { status: 409, body: { code: 'evidence_changed', current_evidence_version: 1 } };
      expect(await decide(service, id, to, { expected_evidence: 2 })).toMatchObject(changed);
      expect(await decide(service, id, to)).toMatchObject({ status: 200, body: { row: { evidence_version: 1 } } });
    },
  );

  test('is sealed with what it was made on, through every door; other changes are not', async () => {
    const fields = { full_name: 'Nguyễn "Ánh"\n', date_of_birth: '1990-04', document_number: crypto.randomUUID() };
    for (const decideBy of [
      (id: string) => review(service, id, 'approved', { expected_evidence: 3 }),
      (id: string) => decide(service, id, 'approved'),
      (id: string) => root('PATCH', profilePath(id), { status: 'approved' }),
    ]) {
      const id = await enrol(service, { ...fields, document_number: crypto.randomUUID() });
      const { document_number } = (await service('GET', `/api/edge/profiles/${id}`)).body;
      await upload(service, id, photo('facial_photo', 300));
      await upload(service, id, photo('document_front'));
      await decideBy(id);
      const [row] = (await historyOf(service, id)).slice(-1);
      const documents = await documentsOf(service, id);
      const digests = Object.fromEntries(documents.map(({ kind, sha256 }) => [kind, sha256]));
      const text = textOf({ ...fields, country: 'VN', document_type: 'passport', document_number }, digests);
      const seal = sealOf(row?.id ?? '');
      expect(seal).toMatchObject({ text, version: 3 });
      expect(String(seal?.salt)).toHaveLength(43);
      expect(row).toMatchObject({ evidence_version: 3, evidence_sha256: digestOf(row?.id ?? '') });
      await decide(service, id, 'in_review');
      expect((await historyOf(service, id)).at(-1)).toMatchObject({ evidence_version: 3, evidence_sha256: '' });
    }
  });

  test('keeps its digest after an erasure, without salt and text', async () => {
    const id = await enrol(service);
    const { row } = (await decide(service, id, 'approved')).body;
    await redact(service, id);
    expect((await historyOf(service, id)).at(-1)).toMatchObject({ evidence_sha256: row.evidence_sha256 });
    expect(sealOf(row.id)).toEqual({ salt: '', text: '', version: 1 });
  });
});

test('200 uploads race 200 decisions: each decision is sealed with the documents that were current', {
  timeout: 120_000,
}, async () => {
  let overlaps = 0;
  for (let round = 0; round < 10; round++) {
    const full_name = `Round ${round}`;
    const ids = await Promise.all(Array.from({ length: 20 }, () => enrol(service, { full_name })));
    await Promise.all(ids.map((id) => upload(service, id, photo('document_front', 200 + round))));
    const [uploads, decisions] = await Promise.all([
      Promise.all(ids.map((id, index) => upload(service, id, photo('document_front', 20_000 + index), asReviewer()))),
      Promise.all(ids.map((id) => decide(service, id, 'approved'))),
    ]);
    for (const [index, id] of ids.entries()) {
      const uploaded = uploads[index];
      const row = decisions[index]?.body.row;
      const documents = await documentsOf(service, id);
      const isFirst = uploaded?.status === 200;
      if (!isFirst) expect(uploaded).toMatchObject({ status: 409, body: { code: 'profile_locked' } });
      else overlaps++;
      expect(documents.map(({ state }) => state)).toEqual(isFirst ? ['superseded', 'current'] : ['current']);
      expect(decisions[index]?.status).toBe(200);
      const current = documents.find(({ state }) => state === 'current');
      const digests = { document_front: current?.sha256 ?? '' };
      const { document_number } = (await service('GET', `/api/edge/profiles/${id}`)).body;
      const fields = { full_name, country: 'VN', document_type: 'passport', document_number };
      expect(sealOf(row?.id ?? '')).toMatchObject({ text: textOf(fields, digests), version: isFirst ? 3 : 2 });
      expect(row).toMatchObject({ evidence_version: isFirst ? 3 : 2, evidence_sha256: digestOf(row?.id ?? '') });
    }
  }
  expect(overlaps).toBeGreaterThan(0);
  expect(overlaps).toBeLessThan(200);
});
