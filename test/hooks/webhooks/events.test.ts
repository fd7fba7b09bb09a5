import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Event } from '../support/answers.ts';
import { applicant, connect, decide, enrol, historyOf, profilePath, type Request } from '../support/client.ts';
import { photo } from '../support/photo.ts';
import { openFile } from '../support/sqlite.ts';
import { addEndpoint, eventsOf, newPartner } from '../support/webhook-client.ts';

const { database, run } = openFile(inject('pocketbase').dir);
let service: Request;
let root: Request;

beforeAll(async () => {
  ({ service, root } = await connect());
});

afterAll(() => database.close());

const summaryOf = async (partner: string) =>
  (await eventsOf(service, partner)).map(({ type, data: { profile_id, ...data } }) => [type, data]);

const created = ['profile.created', { to: 'unverified' }];

describe('an event is written for', () => {
  test('a creation, by whichever door: that one alone', async () => {
    const partner = newPartner();
    const id = await enrol(service, { partner });
    const form = photo();
    for (const [name, value] of Object.entries(applicant({ partner }))) form.set(name, String(value));
    const other = (await root('POST', '/api/collections/profiles/records', form)).body.id;
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

  test('each document, by whichever door, and again when it is replaced', async () => {
    const partner = newPartner();
    const id = await enrol(service, { partner });
    const two = photo('document_front');
    two.set('document_back', photo('document_back').get('document_back') as File);
    await service('PATCH', profilePath(id), two);
    await service('PATCH', profilePath(id), photo('document_back'), {
      'x-actor-type': 'applicant',
      'x-actor-id': id,
      'x-link-iat': String(Date.now() / 1000),
    });
    const submitted = photo();
    submitted.set('status', 'pending');
    await root('PATCH', profilePath(id), submitted);
    const upload = (kind: string) => ['profile.document_uploaded', { kind }];
    expect(await summaryOf(partner)).toEqual([
      created,
      upload('document_front'),
      upload('document_back'),
      upload('document_back'),
      upload('facial_photo'),
      ['profile.status_changed', { from: 'unverified', to: 'pending' }],
    ]);
  });

  test('nothing else', async () => {
    const partner = newPartner();
    const fields = applicant({ partner });
    const id = (await service('POST', '/api/edge/profiles', fields)).body.id;
    await service('PATCH', profilePath(id), photo());
    await service('POST', '/api/edge/profiles', fields);
    await service('PATCH', profilePath(id), { full_name: 'Another Name' });
    await service('PATCH', profilePath(id), { facial_photo: '' });
    await service('POST', `/api/edge/profiles/${id}/notes`, { text: 'A note.' });
    await service('POST', `/api/edge/profiles/${id}/link`, { valid_after: new Date().toISOString() });
    await decide(service, id, 'unverified');
    await decide(service, id, 'approved', { reason: 'x'.repeat(6000) }); // fails after the status was judged
    expect(await summaryOf(partner)).toEqual([created, ['profile.document_uploaded', { kind: 'facial_photo' }]]);
  });
});

test('the sequence has no gaps under 16 writers whose transactions fail in between', { timeout: 60_000 }, async () => {
  const partner = newPartner();
  const external_id = randomUUID();
  const known = applicant({ partner, external_id });
  await service('POST', '/api/edge/profiles', known);
  let failures = 0;
  const write = async () => {
    for (let round = 0; round < 12; round++) {
      const id = await enrol(service, { partner });
      const answers = await Promise.all([
        decide(service, id, 'approved', { expected_status: 'unverified' }),
        decide(service, id, 'rejected', { expected_status: 'unverified' }),
        decide(service, id, 'in_review', { reason: 'x'.repeat(6000) }),
        service('POST', '/api/edge/profiles', applicant({ partner, external_id })),
        service('PATCH', profilePath(id), { document_number: known.document_number }),
        service('PATCH', profilePath(id), photo()),
      ]);
      failures += answers.filter((answer) => answer.status >= 400).length;
    }
  };
  await Promise.all(Array.from({ length: 16 }, write));
  expect(failures).toBeGreaterThanOrEqual(16 * 12 * 4);
  const events = await eventsOf(service, partner);
  expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
  const count = (type: string) => events.filter((event) => event.type === type).length;
  expect(count('profile.created')).toBe(16 * 12 + 1);
  expect(count('profile.status_changed')).toBe(16 * 12);
  expect(count('profile.document_uploaded')).toBe(16 * 12);
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
  await service('PATCH', profilePath(id), photo());
  const words = { reason_code: 'other', reason: 'A free text.', note: 'A remark.' };
  await decide(service, id, 'rejected', words, { 'x-actor-type': 'reviewer', 'x-actor-id': 'reviewer-1' });

  const stored = database.prepare('SELECT * FROM events WHERE partner = ?').all(partner);
  expect(stored).toHaveLength(3);
  const known = new Set(['profile_id', 'from', 'to', 'kind']);
  for (const row of stored) {
    expect(Object.keys(row).sort()).toEqual(['created', 'data', 'id', 'partner', 'profile', 'sequence', 'type']);
    expect(Object.keys(JSON.parse(String(row.data))).filter((key) => !known.has(key))).toEqual([]);
  }
  const text = JSON.stringify(stored);
  const { partner: _, ...personal } = fields;
  for (const value of [...Object.values({ ...personal, ...words }), 'reviewer-1', 'Ánh Nguyễn.png']) {
    expect(text).not.toContain(value);
  }

  const seen = async () => (await eventsOf(service, partner)).map((event) => event.data.external_id);
  expect(await seen()).toEqual([external_id, external_id, external_id]);
  const [first] = await eventsOf(service, partner);
  const viewed = (await service('GET', `/api/collections/events/records/${first?.id}`)).body;
  expect(viewed.data.external_id).toBe(external_id);
  await service('PATCH', profilePath(id), { external_id: '' });
  expect(await seen()).toEqual([undefined, undefined, undefined]);
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
    const feed = 'SELECT * FROM events WHERE partner = ? AND sequence > ? ORDER BY sequence LIMIT 100';
    const plan = JSON.stringify(database.prepare(`EXPLAIN QUERY PLAN ${feed}`).all('', 0));
    expect(plan).toContain('idx_events_sequence (partner=? AND sequence>?)');
    expect(plan).not.toContain('TEMP B-TREE');
  });
});

describe('x-deliveries', () => {
  test('names what each door made due, and nothing when there is nothing', async () => {
    const partner = newPartner();
    const fields = applicant({ partner });
    const before = await service('POST', '/api/edge/profiles', applicant({ partner }));
    expect(before.deliveries).toEqual([]);
    await addEndpoint(service, partner);
    await addEndpoint(service, partner, { events: ['profile.status_changed'] });

    const enrolled = await service('POST', '/api/edge/profiles', fields);
    const path = profilePath(enrolled.body.id);
    const both = photo();
    both.set('status', 'pending');
    const answers = [
      enrolled,
      await decide(service, enrolled.body.id, 'expired'),
      await service('POST', '/api/edge/profiles', fields),
      await service('PATCH', path, photo()),
      await root('PATCH', path, both),
      await service('PATCH', path, { full_name: 'Another Name' }),
      await decide(service, enrolled.body.id, 'pending'),
      await decide(service, enrolled.body.id, 'expired'), // illegal
    ];
    expect(answers.map((answer) => answer.deliveries.length)).toEqual([1, 2, 2, 1, 3, 0, 0, 0]);
    const stored = database.prepare('SELECT id FROM webhook_deliveries WHERE partner = ?').all(partner);
    const ids = answers.flatMap((answer) => answer.deliveries);
    expect(ids.sort()).toEqual(stored.map((row) => String(row.id)).sort());
  });

  test('names 20 at most', async () => {
    const partner = newPartner();
    await Promise.all(Array.from({ length: 20 }, () => addEndpoint(service, partner)));
    const id = await enrol(service, { partner });
    const form = photo();
    form.set('status', 'pending');
    expect((await root('PATCH', profilePath(id), form)).deliveries).toHaveLength(20);
    const [row] = database.prepare('SELECT COUNT(*) AS n FROM webhook_deliveries WHERE partner = ?').all(partner);
    expect(row?.n).toBe(60);
  });
});
