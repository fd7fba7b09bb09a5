import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { runChecks, slugOf, submitted } from '../support/checks.ts';
import { connect, decide, type Request, redact, review } from '../support/client.ts';
import { eventsOf } from '../support/webhook-client.ts';

let pb: TestPocketBase;
let service: Request;

// A PocketBase of its own: a sweep is about all profiles.
beforeAll(async () => {
  pb = await startPocketBase();
  ({ service } = await connect(pb));
});
afterAll(() => pb.stop());

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const sweep = async () => (await service('POST', '/api/edge/sweep', {})).body.expiring;
const toldOf = async (partner: string) =>
  (await eventsOf(service, partner)).filter(({ type }) => type === 'profile.document_expiring');

/** A profile whose document was read to expire on that day. */
async function checked(partner: string, expires_on: unknown) {
  const id = await submitted(service, { partner });
  await runChecks(service, partner, { document_text: { facts: { expires_on } } });
  return id;
}

test('an approved profile’s document that expires within 30 days is told of, once a version', async () => {
  const partner = slugOf();
  const id = await checked(partner, inDays(29));
  expect(await sweep()).toBe(0);
  await review(service, id, 'approved', { expected_evidence: 3 });
  expect(await sweep()).toBe(1);
  expect(await toldOf(partner)).toMatchObject([{ profile: id, data: { kind: 'document_front', version: 1 } }]);
  expect(await sweep()).toBe(0);

  // The same version, checked and approved once more.
  await decide(service, id, 'in_review');
  await service('POST', `/api/edge/profiles/${id}/checks`, {});
  await runChecks(service, partner, { document_text: { facts: { expires_on: inDays(29) } } });
  await review(service, id, 'approved', { expected_evidence: 3 });
  expect(await sweep()).toBe(0);
  expect(await toldOf(partner)).toHaveLength(1);
});

test.each<[string, unknown]>([
  ['later', inDays(31)],
  ['that was over before', inDays(-1)],
  ['that is no day', 'soon'],
  ['that is no text', 20_300],
])('nothing is told of an expiry %s', async (_, expires_on) => {
  const partner = slugOf();
  const id = await checked(partner, expires_on);
  await review(service, id, 'approved', { expected_evidence: 3 });
  await sweep();
  expect(await toldOf(partner)).toEqual([]);
});

test('nothing is told of a rejected or an erased profile', async () => {
  const partner = slugOf();
  const [rejected, erased] = [await checked(partner, inDays(5)), await checked(partner, inDays(5))];
  await review(service, rejected, 'rejected', { expected_evidence: 3, reason_code: 'other' });
  await review(service, erased, 'approved', { expected_evidence: 3 });
  await redact(service, erased);
  expect(await sweep()).toBe(0);
  expect(await toldOf(partner)).toEqual([]);
});
