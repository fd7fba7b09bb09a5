import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  applicant,
  asApplicant,
  connect,
  decide,
  enrol,
  historyOf,
  patch,
  profilePath,
  type Request,
  remove,
  review,
  send,
  upload,
} from '../support/client.ts';
import { addPhoto, photo, withFields } from '../support/photo.ts';
import type { Event } from '../support/records.ts';
import { openFile } from '../support/sqlite.ts';
import { eventsOf, newPartner } from '../support/webhook-client.ts';

const { database, run } = openFile(inject('pocketbase').dir);
let service: Request;
let root: Request;

beforeAll(async () => {
  ({ service, root } = await connect());
});

afterAll(() => database.close());

const summaryOf = async (partner: string) =>
  (await eventsOf(service, partner)).map(
    ({ type, data: { profile_id, ...data } }) => [type, data] as [string, Partial<Event['data']>],
  );

const created = ['profile.created', { to: 'unverified' }];

describe('an event is written for', () => {
  test('a creation, by whichever door: that one alone', async () => {
    const partner = newPartner();
    const id = await enrol(service, { partner });
    const other = (await root('POST', '/api/collections/profiles/records', applicant({ partner }))).body.id;
    const events = await eventsOf(service, partner);
    expect(events).toMatchObject([
      { sequence: 1, type: 'profile.created', profile: id, data: { profile_id: id, to: 'unverified' } },
      { sequence: 2, type: 'profile.created', profile: other, data: { profile_id: other, to: 'unverified' } },
    ]);
  });

  test('each change of status, by whichever door', async () => {
    const partner = newPartner();
    const fields = applicant({ partner });
    const id = (await service('POST', '/api/edge/profiles', fields)).body.id;
    await decide(service, id, 'expired');
    await service('POST', '/api/edge/profiles', fields); // the applicant is back
    await root('PATCH', profilePath(id), { status: 'approved' });
    const change = (from: string, to: string) => ['profile.status_changed', { from, to }];
    expect(await summaryOf(partner)).toEqual([
      created,
      change('unverified', 'expired'),
      change('expired', 'unverified'),
      change('unverified', 'approved'),
    ]);
  });

  test('each document, and again when it is replaced or removed', async () => {
    const partner = newPartner();
    const id = await enrol(service, { partner, document_type: 'id_card' });
    await send(service, id, addPhoto(photo('document_front'), 'document_back'));
    await upload(service, id, photo('document_back'), asApplicant(id));
    await remove(service, id, 'document_front');
    await send(service, id, withFields(photo(), { full_name: 'B', email: 'b@example.com' }));
    const told = (type: string, kind: string, version: number) => [`profile.document_${type}`, { kind, version }];
    expect(await summaryOf(partner)).toEqual([
      created,
      told('uploaded', 'document_front', 1),
      told('uploaded', 'document_back', 1),
      told('uploaded', 'document_back', 2),
      told('removed', 'document_front', 1),
      ['profile.updated', { fields: ['full_name', 'email'] }],
      told('uploaded', 'facial_photo', 1),
    ]);
  });

  test('each change of fields, by whichever door, with the names of what changed', async () => {
    const partner = newPartner();
    const fields = applicant({ partner, email: 'a@example.com' });
    const id = (await service('POST', '/api/edge/profiles', fields)).body.id;
    await patch(service, id, { full_name: 'B', email: 'a@example.com', locale: 'vi' });
    await patch(service, id, { metadata: { tier: 'gold' } });
    await root('PATCH', profilePath(id), { ...fields, full_name: 'C', status: 'pending' });
    await service('POST', '/api/edge/profiles', { ...fields, full_name: 'C', external_id: randomUUID() });
    const updated = (...fields: string[]) => ['profile.updated', { fields }];
    expect((await summaryOf(partner)).map(([type, { external_id: _, ...data }]) => [type, data])).toEqual([
      created,
      updated('full_name', 'locale'),
      updated('metadata'),
      updated('full_name'),
      ['profile.status_changed', { from: 'unverified', to: 'pending' }],
      updated('external_id'),
    ]);
  });

  test('nothing else', async () => {
    const partner = newPartner();
    const fields = applicant({ partner });
    const id = (await service('POST', '/api/edge/profiles', fields)).body.id;
    await service('POST', '/api/edge/profiles', fields);
    await patch(service, id, { full_name: fields.full_name });
    await patch(service, id, { country: 'Vietnam' }); // refused
    await remove(service, id, 'facial_photo'); // there is none
    await service('POST', `/api/edge/profiles/${id}/notes`, { text: 'A note.' });
    await service('POST', `/api/edge/profiles/${id}/link`, { valid_after: new Date().toISOString() });
    await service('POST', `/api/edge/profiles/${id}/hold`, { legal_hold: true });
    await decide(service, id, 'unverified');
    await decide(service, id, 'approved', { reason: 'x'.repeat(6000) }); // refused
    expect(await summaryOf(partner)).toEqual([created]);
  });
});

test('the sequence has no gaps under 16 writers whose transactions fail in between', { timeout: 120_000 }, async () => {
  const partner = newPartner();
  const external_id = randomUUID();
  const known = applicant({ partner, external_id });
  await service('POST', '/api/edge/profiles', known);
  let failures = 0;
  let uploads = 0;
  const write = async () => {
    for (let round = 0; round < 12; round++) {
      const id = await enrol(service, { partner });
      const answers = await Promise.all([
        decide(service, id, 'approved', { expected_status: 'unverified' }),
        decide(service, id, 'rejected', { expected_status: 'unverified' }),
        decide(service, id, 'in_review', { reason: 'x'.repeat(6000) }),
        service('POST', '/api/edge/profiles', applicant({ partner, external_id })),
        patch(service, id, { document_number: known.document_number }),
        upload(service, id, photo()),
      ]);
      failures += answers.filter((answer) => answer.status >= 400).length;
      if (answers.at(-1)?.status === 200) uploads++; // a decision that came first has locked the profile
    }
  };
  await Promise.all(Array.from({ length: 16 }, write));
  expect(failures).toBeGreaterThanOrEqual(16 * 12 * 4);
  const events = await eventsOf(service, partner);
  expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
  const count = (type: string) => events.filter((event) => event.type === type).length;
  expect(count('profile.created')).toBe(16 * 12 + 1);
  expect(count('profile.status_changed')).toBe(16 * 12);
  expect(count('profile.document_uploaded')).toBe(uploads);
  expect(uploads).toBeGreaterThan(0);
});

test('each profile’s history can be rebuilt from the events', { timeout: 60_000 }, async () => {
  const partner = newPartner();
  const ids = await Promise.all(Array.from({ length: 20 }, () => enrol(service, { partner })));
  const statuses = ['pending', 'in_review', 'approved', 'rejected', 'resubmission_requested', 'expired', 'unverified'];
  const change = (index: number) => {
    const id = ids[index % ids.length] ?? '';
    const to = statuses[(index * 7 + (index >> 3)) % statuses.length] ?? '';
    return index % 5 ? decide(service, id, to) : root('PATCH', profilePath(id), { status: to });
  };
  await Promise.all(
    Array.from({ length: 16 }, async (_, k) => {
      for (let round = 0; round < 20; round++) await change(k * 20 + round);
    }),
  );

  const rebuilt: Record<string, object[]> = {};
  for (const { type, data } of await eventsOf(service, partner)) {
    if (type === 'profile.created') rebuilt[data.profile_id] = [{ from: '', to: data.to }];
    if (type === 'profile.status_changed') rebuilt[data.profile_id]?.push({ from: data.from, to: data.to });
  }
  const histories = await Promise.all(ids.map((id) => historyOf(service, id)));
  const stored = histories.map((history) => history.map(({ from, to }) => ({ from, to })));
  expect(ids.map((id) => rebuilt[id])).toEqual(stored);
  expect(stored.flat().length).toBeGreaterThan(60);
});

test('an event holds nothing personal; external_id joins it when it is read, for as long as the profile has one', async () => {
  const partner = newPartner();
  const external_id = randomUUID();
  const fields = applicant({ partner, external_id, email: 'anh@example.com', phone: '+84901234567' });
  const id = (await service('POST', '/api/edge/profiles', fields)).body.id;
  await upload(service, id, photo());
  await patch(service, id, { metadata: { tier: 'A tier.' } });
  const words = { reason_code: 'other', reason: 'A free text.', note: 'A remark.' };
  await review(service, id, 'rejected', { ...words, expected_evidence: 2 }, 'reviewer-1');
  await decide(service, id, 'in_review');
  await remove(service, id, 'facial_photo');
  await service('POST', '/api/edge/profiles', { ...fields, full_name: 'Another Name' });

  const stored = database.prepare('SELECT * FROM events WHERE partner = ?').all(partner);
  expect(new Set(stored.map(({ type }) => type)).size).toBe(6);
  const known = new Set(['profile_id', 'from', 'to', 'kind', 'version', 'fields']);
  for (const row of stored) {
    expect(Object.keys(row).sort()).toEqual(['created', 'data', 'id', 'partner', 'profile', 'sequence', 'type']);
    expect(Object.keys(JSON.parse(String(row.data))).filter((key) => !known.has(key))).toEqual([]);
  }
  const text = JSON.stringify(stored);
  const { partner: _, ...personal } = fields;
  for (const value of [
    ...Object.values({ ...personal, ...words }),
    'reviewer-1',
    'Ánh Nguyễn.png',
    'Another Name',
    'A tier.',
  ]) {
    expect(text).not.toContain(value);
  }

  const seen = async () => (await eventsOf(service, partner)).map((event) => event.data.external_id);
  expect(await seen()).toEqual(stored.map(() => external_id));
  const [first] = await eventsOf(service, partner);
  const viewed = (await service('GET', `/api/collections/events/records/${first?.id}`)).body;
  expect(viewed.data.external_id).toBe(external_id);
  await patch(service, id, { external_id: '' });
  expect(await seen()).toEqual([...stored, 'profile.updated'].map(() => undefined));
});

describe('events', () => {
  let partner: string;
  let event: Event;

  beforeAll(async () => {
    partner = newPartner();
    const id = await enrol(service, { partner });
    await decide(service, id, 'approved');
    event = (await eventsOf(service, partner))[1] as Event;
  });

  test('are another partner’s secret', async () => {
    for (const headers of [{ 'x-partner': 'globex' }, { 'x-partner': '' }]) {
      const path = '/api/collections/events/records';
      const list = await service('GET', `${path}?filter=partner='${partner}'`, undefined, headers);
      expect(list.body.items).toEqual([]);
      expect(await service('GET', `${path}/${event.id}`, undefined, headers)).toMatchObject({ status: 404 });
    }
    const own = await service('GET', '/api/collections/events/records', undefined, { 'x-partner': partner });
    expect(own.body.items).toHaveLength(2);
  });

  test('are written, changed and removed by nobody', async () => {
    const path = '/api/collections/events/records';
    const body = { partner, sequence: 3, type: 'profile.created', profile: event.profile, data: {} };
    for (const client of [service, root]) {
      expect(await client('POST', path, body)).toMatchObject({ status: 403 });
      expect(await client('PATCH', `${path}/${event.id}`, { data: {} })).toMatchObject({ status: 403 });
      expect(await client('DELETE', `${path}/${event.id}`)).toMatchObject({ status: 403 });
    }
    const truncated = await root('DELETE', '/api/collections/events/truncate');
    expect(truncated).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await eventsOf(service, partner)).toHaveLength(2);
  });

  const insert = (verb: string, values: Record<string, string>) => {
    const columns = { id: "'another00000000'", partner: 'partner', sequence: '3', type: 'type', profile: 'profile' };
    const all = { ...columns, data: 'data', created: 'created', ...values };
    return `${verb} INTO events (${Object.keys(all)}) SELECT ${Object.values(all)} FROM events WHERE id = '${event.id}'`;
  };

  test.each<[string, () => string]>([
    ['UPDATE', () => `UPDATE events SET data = '{}' WHERE id = '${event.id}'`],
    ['UPDATE of rowid', () => `UPDATE events SET rowid = rowid + 1000000 WHERE id = '${event.id}'`],
    ['UPDATE OR REPLACE', () => `UPDATE OR REPLACE events SET sequence = 1 WHERE id = '${event.id}'`],
    ['DELETE', () => `DELETE FROM events WHERE id = '${event.id}'`],
    ['DELETE of all', () => 'DELETE FROM events'],
    ['REPLACE by id', () => insert('REPLACE', { id: 'id' })],
    ['REPLACE by rowid', () => insert('REPLACE', { rowid: 'rowid' })],
    ['REPLACE by sequence', () => insert('REPLACE', { sequence: 'sequence' })],
    ['INSERT with a gap', () => insert('INSERT', { sequence: '4' })],
    ['INSERT of a first event with a gap', () => insert('INSERT', { partner: "'nobody'", sequence: '2' })],
    ['INSERT without a number', () => insert('INSERT', { partner: "'nobody'", sequence: "''" })],
  ])('refuse %s in the file', (_, sql) => {
    expect(() => run(sql())).toThrow(/append-only|continue their sequence/);
  });

  test('take the next one in the file', () => {
    expect(() => run(insert('INSERT', {}))).not.toThrow();
  });

  test('have an index for the feed', () => {
    // As PocketBase joins its rule to the Worker's filter.
    const feed = `SELECT * FROM events WHERE ('acme' = '*' OR partner = 'acme') AND (partner = 'acme' AND sequence > 0)
      ORDER BY sequence LIMIT 100`;
    const plan = JSON.stringify(database.prepare(`EXPLAIN QUERY PLAN ${feed}`).all());
    expect(plan).toContain('idx_events_sequence (partner=? AND sequence>?)');
    expect(plan).not.toContain('TEMP B-TREE');
  });
});
