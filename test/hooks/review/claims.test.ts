import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { runChecks, slugOf, submitted } from '../support/checks.ts';
import { connect, decide, enrol, historyOf, patch, profilePath, type Request } from '../support/client.ts';

let service: Request;
let root: Request;
beforeAll(async () => {
  ({ service, root } = await connect());
});

const MINUTE_MS = 60_000;
const as = (reviewer: string) => ({ 'x-actor-type': 'reviewer', 'x-actor-id': reviewer });
const call = async (id: string, action: 'claim' | 'release', reviewer: string) => {
  const { status, body } = await service('POST', `/api/edge/profiles/${id}/${action}`, {}, as(reviewer));
  expect(status).toBe(200);
  return body;
};
const read = async (id: string) => (await service('GET', profilePath(id))).body;
/** PocketBase's times are in milliseconds. */
const later = () => new Promise((resolve) => setTimeout(resolve, 5));
const minutesLeft = ({ claimed_until }: { claimed_until: string }) =>
  (Date.parse(claimed_until.replace(' ', 'T')) - Date.now()) / MINUTE_MS;

describe('a claim', () => {
  test('goes to one of twenty who ask at once, for ten minutes', async () => {
    const id = await enrol(service);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => call(id, 'claim', `reviewer${index}`)));
    const winners = answers.filter(({ claimed_by }, index) => claimed_by === `reviewer${index}`);
    expect(winners).toHaveLength(1);
    const holders = new Set(answers.map(({ claimed_by }) => claimed_by));
    expect(holders).toEqual(new Set([winners[0]?.claimed_by]));
    expect((await read(id)).claimed_by).toBe(winners[0]?.claimed_by);
    expect(Math.round(minutesLeft(await read(id)))).toBe(10);
  });

  test('is renewed by its holder, and given back by nobody else', async () => {
    const id = await enrol(service);
    const first = await call(id, 'claim', 'anna');
    expect(await call(id, 'release', 'ben')).toMatchObject({ claimed_by: 'anna' });
    await later();
    expect((await call(id, 'claim', 'anna')).claimed_until > first.claimed_until).toBe(true);
    expect(await call(id, 'release', 'anna')).toEqual({ claimed_by: '', claimed_until: '' });
    expect(await call(id, 'claim', 'ben')).toMatchObject({ claimed_by: 'ben' });
  });

  test('is no news to partners: it leaves `updated` as it was', async () => {
    const id = await enrol(service);
    const { updated } = await read(id);
    await call(id, 'claim', 'anna');
    expect((await read(id)).updated).toBe(updated);
    await later();
    await patch(service, id, {});
    expect((await read(id)).updated).toBe(updated);
    await patch(service, id, { email: 'new@example.com' }); // unlike a PATCH that changes something
    expect((await read(id)).updated > updated).toBe(true);
  });

  test('is for reviewers only, and no PATCH writes it', async () => {
    const id = await enrol(service);
    for (const headers of [
      {},
      { 'x-actor-type': 'partner', 'x-actor-id': 'acme' },
      { ...as('anna'), 'x-partner': 'acme' },
    ]) {
      expect((await service('POST', `/api/edge/profiles/${id}/claim`, {}, headers)).status).toBe(403);
    }
    await patch(service, id, { claimed_by: 'eve', phone: '+4912344' });
    await root('PATCH', profilePath(id), { claimed_by: 'eve', phone: '+4912345' });
    expect(await read(id)).toMatchObject({ claimed_by: '', phone: '+4912345' });
  });

  test('stops the decision of another reviewer who asked to respect it, and no other', async () => {
    const id = await enrol(service);
    await call(id, 'claim', 'anna');
    const refused = await decide(service, id, 'in_review', { respect_claim: true }, as('ben'));
    expect(refused).toMatchObject({ status: 409, body: { code: 'status_conflict', claimed_by: 'anna' } });
    expect(await decide(service, id, 'in_review', { respect_claim: true }, as('anna'))).toMatchObject({ status: 200 });
    expect((await read(id)).claimed_by).toBe('anna');
    expect(await decide(service, id, 'approved', { expected_evidence: 1 }, as('ben'))).toMatchObject({ status: 200 });
    expect(await read(id)).toMatchObject({ claimed_by: '', claimed_until: '' });
  });
});

describe('the queue', () => {
  const REVIEW = 'pending,in_review';
  const queue = async (query: string) => (await service('GET', `/api/edge/queue?${query}`, undefined, as('anna'))).body;

  test('has the longest waiting first, of the statuses and the partner asked for', async () => {
    const partner = 'queue-of-one';
    const ids = [];
    for (const to of ['pending', 'pending', 'in_review', 'approved']) {
      const id = await enrol(service, { partner });
      await decide(service, id, to);
      ids.push(id);
    }
    expect((await queue(`partner=${partner}&status=${REVIEW}`)).items.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    expect((await queue(`partner=${partner}&status=pending&order=newest`)).items.map(({ id }) => id)).toEqual([
      ids[1],
      ids[0],
    ]);
    expect((await queue(`partner=${partner}&status=canceled`)).counts).toMatchObject({
      unverified: 0,
      pending: 2,
      in_review: 1,
      approved: 1,
    });
  });

  test('has one outcome of checks alone with its counts, or all of them with the worst first', async () => {
    const partner = slugOf();
    const found: Record<string, object> = {
      pass: {},
      fail: { outcome: 'fail', findings: [{ code: 'expired' }] },
      attention: { outcome: 'attention', findings: [{ code: 'expires_soon' }] },
    };
    const ids: Record<string, string> = {};
    for (const outcome of ['pass', 'attention', 'fail', 'pass again', '']) {
      ids[outcome] = await submitted(service, { partner });
      const document_text = found[outcome.split(' ')[0] ?? ''];
      if (outcome) await runChecks(service, partner, { ...(document_text && { document_text }) });
    }
    const listed = async (query: string) => (await queue(`partner=${partner}&status=${REVIEW}&${query}`)).items;
    expect((await listed('order=outcome')).map(({ id }) => id)).toEqual(
      ['fail', 'attention', 'pass', 'pass again', ''].map((name) => ids[name]),
    );
    expect((await listed('order=outcome')).map(({ checks_outcome }) => checks_outcome)).toEqual([
      'fail',
      'attention',
      'pass',
      'pass',
      '',
    ]);
    expect((await listed('outcome=pass')).map(({ id }) => id)).toEqual([ids.pass, ids['pass again']]);
    expect((await queue(`partner=${partner}&status=pending&outcome=pass`)).counts).toMatchObject({ pending: 2 });
    const next = async (query: object) =>
      (await service('POST', '/api/edge/queue/next', { partner, status: REVIEW, ...query }, as('anna'))).body.id;
    expect(await next({ outcome: 'attention' })).toBe(ids.attention);
    expect(await next({ order: 'outcome' })).toBe(ids.fail);
    expect(await next({ order: 'outcome' })).toBe(ids.pass);
  });

  test('counts from the change of status, which nobody can write and only reviewers are told', async () => {
    const partner = `since-${randomUUID().slice(0, 8)}`;
    const id = await enrol(service, { partner });
    const sinceOf = async (status: string) => (await queue(`partner=${partner}&status=${status}`)).items[0]?.since;
    const newest = async () => (await historyOf(service, id)).at(-1)?.created;
    expect(await sinceOf('unverified')).toBe(await newest());
    await later();
    await decide(service, id, 'pending');
    const created = await newest();
    await call(id, 'claim', 'anna');
    await patch(service, id, { status_since: '2020-01-01', email: 'a@example.com' });
    await root('PATCH', profilePath(id), { status_since: '2020-01-01', email: '' });
    expect(await sinceOf('pending')).toBe(created);
    expect(await read(id)).not.toHaveProperty('status_since');
  });

  const next = async (reviewer: string, partner: string, status = REVIEW) =>
    (await service('POST', '/api/edge/queue/next', { partner, status }, as(reviewer))).body.id;

  test('gives two who ask for the next at once two profiles, past sixty that others have claimed', {
    timeout: 120_000,
  }, async () => {
    const partner = `next-${randomUUID().slice(0, 8)}`;
    const ids = await Promise.all(Array.from({ length: 62 }, () => enrol(service, { partner })));
    const taken = ids.slice(0, 60);
    await Promise.all(taken.map((id) => decide(service, id, 'pending')));
    for (const id of ids.slice(60)) await decide(service, id, 'pending');
    await Promise.all(taken.map((id, index) => call(id, 'claim', `reviewer${index}`)));
    const given = await Promise.all([next('anna', partner), next('ben', partner)]);
    expect(given.toSorted()).toEqual(ids.slice(60).toSorted());
    expect((await read(given[0] ?? '')).claimed_by).toBe('anna');
    expect(await next('anna', partner)).toBeNull();
    await call(given[1] ?? '', 'release', 'ben');
    expect(await next('anna', partner)).toBe(given[1]);
  });

  test('gives the next to reviewers only, and no queue of a status that is none', async () => {
    expect((await service('POST', '/api/edge/queue/next', { status: REVIEW })).status).toBe(403);
    for (const status of ['', 'nonsense', "pending'"]) {
      const answer = await service('GET', `/api/edge/queue?status=${status}`, undefined, as('anna'));
      expect(answer.status).toBe(422);
    }
  });

  test('and the figures are for reviewers only', async () => {
    for (const path of ['queue?status=pending', 'reviewers', 'metrics/daily']) {
      expect((await service('GET', `/api/edge/${path}`)).status).toBe(403);
      expect((await service('GET', `/api/edge/${path}`, undefined, as('anna'))).status).toBe(200);
    }
  });

  test('figures count a day’s arrivals and decisions, with the median of what they took', async () => {
    const figures = async () =>
      (await service('GET', '/api/edge/metrics/daily?days=7', undefined, as('anna'))).body.items;
    const before = await figures();
    const id = await enrol(service);
    await decide(service, id, 'pending');
    await decide(service, id, 'approved');
    const after = await figures();
    expect(after).toHaveLength(7);
    expect(after.at(-1)?.day).toBe(new Date().toISOString().slice(0, 10));
    expect(after.at(-1)?.pending).toBeGreaterThan(before.at(-1)?.pending ?? 0);
    expect(after.at(-1)?.approved).toBeGreaterThan(before.at(-1)?.approved ?? 0);
    expect(after.at(-1)?.median_seconds).toBeGreaterThanOrEqual(0);
    expect(after[0]).toMatchObject({ pending: 0, approved: 0, median_seconds: null });
  });
});
