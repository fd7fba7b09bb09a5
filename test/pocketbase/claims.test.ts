import { beforeAll, describe, expect, test } from 'vitest';
import { connect, decide, enrol, profilePath, type Request } from './client.ts';

let service: Request;
let root: Request;
beforeAll(async () => {
  ({ service, root } = await connect());
});

interface Claim {
  changed: boolean;
  claimed_by: string;
  claimed_until: string;
  updated: string;
}

const MINUTE_MS = 60_000;
const as = (reviewer: string) => ({ 'x-actor-type': 'reviewer', 'x-actor-id': reviewer });
const call = async (id: string, action: 'claim' | 'release', reviewer: string) => {
  const { status, body } = await service('POST', `/api/edge/profiles/${id}/${action}`, {}, as(reviewer));
  expect(status).toBe(200);
  return body as unknown as Claim;
};
const read = async (id: string) => (await service('GET', profilePath(id))).body as unknown as Claim;
const minutesLeft = ({ claimed_until }: Claim) =>
  (Date.parse(claimed_until.replace(' ', 'T')) - Date.now()) / MINUTE_MS;

describe('a claim', () => {
  test('goes to one of twenty who ask at once, for ten minutes', async () => {
    const id = await enrol(service);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => call(id, 'claim', `reviewer${index}`)));
    const winners = answers.filter(({ changed }) => changed);
    expect(winners).toHaveLength(1);
    const holders = new Set(answers.map(({ claimed_by }) => claimed_by));
    expect(holders).toEqual(new Set([winners[0]?.claimed_by]));
    expect((await read(id)).claimed_by).toBe(winners[0]?.claimed_by);
    expect(Math.round(minutesLeft(await read(id)))).toBe(10);
  });

  test('is renewed by its holder, and given back by nobody else', async () => {
    const id = await enrol(service);
    const first = await call(id, 'claim', 'anna');
    expect(await call(id, 'release', 'ben')).toMatchObject({ changed: false, claimed_by: 'anna' });
    const second = await call(id, 'claim', 'anna');
    expect(second.changed).toBe(true);
    expect(second.claimed_until >= first.claimed_until).toBe(true);
    expect(await call(id, 'release', 'anna')).toMatchObject({ changed: true, claimed_by: '', claimed_until: '' });
    expect(await call(id, 'claim', 'ben')).toMatchObject({ changed: true, claimed_by: 'ben' });
  });

  test('is no news to partners: it leaves `updated` as it was', async () => {
    const id = await enrol(service);
    const { updated } = await read(id);
    await call(id, 'claim', 'anna');
    expect((await read(id)).updated).toBe(updated);
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
    for (const client of [service, root])
      await client('PATCH', profilePath(id), { claimed_by: 'eve', phone: '+4912345' });
    expect(await read(id)).toMatchObject({ claimed_by: '', phone: '+4912345' });
  });

  test('stops the decision of another reviewer who asked to respect it, and no other', async () => {
    const id = await enrol(service);
    await call(id, 'claim', 'anna');
    const refused = await decide(service, id, 'in_review', { respect_claim: true }, as('ben'));
    expect(refused).toMatchObject({ status: 409, body: { code: 'status_conflict', claimed_by: 'anna' } });
    expect(await decide(service, id, 'in_review', { respect_claim: true }, as('anna'))).toMatchObject({ status: 200 });
    expect((await read(id)).claimed_by).toBe('anna');
    expect(await decide(service, id, 'approved', {}, as('ben'))).toMatchObject({ status: 200 });
    expect(await read(id)).toMatchObject({ claimed_by: '', claimed_until: '' });
  });
});

describe('the queue', () => {
  const queue = async (query: string) =>
    (await service('GET', `/api/edge/queue?${query}`, undefined, as('anna'))).body as unknown as {
      counts: Record<string, number>;
      items: { id: string; status: string; since: string }[];
    };

  test('has the longest waiting first, of the statuses and the partner asked for', async () => {
    const partner = 'queue-of-one';
    const ids = [];
    for (const to of ['pending', 'pending', 'in_review', 'approved']) {
      const id = await enrol(service, { partner });
      await decide(service, id, to);
      ids.push(id);
    }
    expect((await queue(`partner=${partner}`)).items.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    expect((await queue(`partner=${partner}&status=pending&order=newest`)).items.map(({ id }) => id)).toEqual([
      ids[1],
      ids[0],
    ]);
    expect((await queue(`partner=${partner}&status=nonsense`)).counts).toMatchObject({
      unverified: 0,
      pending: 2,
      in_review: 1,
      approved: 1,
    });
  });

  test('and the figures are for reviewers only', async () => {
    for (const path of ['queue', 'reviewers', 'metrics/daily']) {
      expect((await service('GET', `/api/edge/${path}`)).status).toBe(403);
      expect((await service('GET', `/api/edge/${path}`, undefined, as('anna'))).status).toBe(200);
    }
  });

  test('figures count a day’s arrivals and decisions, with the median of what they took', async () => {
    const figures = async () =>
      (
        (await service('GET', '/api/edge/metrics/daily?days=7', undefined, as('anna'))).body as unknown as {
          items: { day: string; pending: number; approved: number; median_seconds: number | null }[];
        }
      ).items;
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
