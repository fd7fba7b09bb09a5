import { beforeAll, describe, expect, test } from 'vitest';
import { asRunner, claimChecks, slugOf, submitted } from '../support/checks.ts';
import { connect, type Request } from '../support/client.ts';
import { sha256 } from '../support/photo.ts';

let service: Request;
beforeAll(async () => {
  ({ service } = await connect());
});

const provider = { name: 'acme', version: '2' };
let events = 0;
const call = (external_ref: string, fields: object = {}) =>
  service('POST', '/api/edge/checks/callbacks', {
    provider: 'acme',
    event: sha256(`event ${Date.now()} ${events++}`),
    external_ref,
    ...fields,
  });

/** A check of the vendor's that its runner has begun. */
async function begun() {
  const partner = slugOf();
  const level = { partner, name: 'default', required: { passport: ['document_front', 'facial_photo'] } };
  const checks = [{ type: 'document_authenticity', provider: 'acme' }];
  await service('POST', '/api/edge/levels', { ...level, checks });
  await submitted(service, { partner });
  const claim = { partner, types: ['document_authenticity'], provider, runner: partner };
  const [check] = await claimChecks(service, claim);
  if (!check) throw new Error('Nothing was due');
  const wait = (attempt = 1) =>
    service(
      'POST',
      `/api/edge/checks/${check.id}/release`,
      { attempt, external_ref: `${check.id}.1`, after_seconds: 3_600 },
      asRunner(partner),
    );
  const beat = () =>
    service('POST', `/api/edge/checks/${check.id}/heartbeat`, { attempt: 1, lease_seconds: 900 }, asRunner(partner));
  return { id: check.id, ref: `${check.id}.1`, wait, beat, claim: () => claimChecks(service, claim) };
}

describe('a vendor’s callback', () => {
  test('makes the check due that waits for it, once an event', async () => {
    const { id, ref, wait, claim } = await begun();
    await wait();
    expect(await claim()).toEqual([]);
    const event = sha256(ref);
    expect((await call(ref, { event })).body).toEqual({ woken: true });
    expect(await claim()).toMatchObject([{ id, attempt: 2, external_ref: ref }]);
    await wait(2);
    expect((await call(ref, { event })).body).toEqual({ woken: false });
    expect(await claim()).toEqual([]);
  });

  test('that comes before the runner has let go of the check is not lost', async () => {
    const { id, ref, wait, claim } = await begun();
    expect((await call(ref)).body).toEqual({ woken: true });
    expect(await claim()).toEqual([]);
    await wait();
    expect(await claim()).toMatchObject([{ id, attempt: 2 }]);
  });

  test('that comes while a lease is prolonged is not lost either', async () => {
    const { id, ref, wait, beat, claim } = await begun();
    await call(ref);
    expect(await beat()).toMatchObject({ status: 200 });
    await wait();
    expect(await claim()).toMatchObject([{ id }]);
  });

  test.each([
    ['of another provider', { provider: 'other' }, ''],
    ['with another reference of the check', {}, '.2'],
    ['of no check', {}, 'x'],
  ])('%s wakes nothing', async (_, fields, suffix) => {
    const { id, ref, wait, claim } = await begun();
    await wait();
    const named = suffix === 'x' ? 'zzzzzzzzzzzzzzz.1' : suffix ? `${id}${suffix}` : ref;
    expect((await call(named, fields)).body).toEqual({ woken: false });
    expect(await claim()).toEqual([]);
  });
});
