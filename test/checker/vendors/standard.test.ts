import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChecksClient } from '../../../checker/runner/client.ts';
import { runLoop } from '../../../checker/runner/loop.ts';
import { defineRunner } from '../../../checker/vendors/define-runner.ts';
import { standardVendor } from '../../../checker/vendors/standard.ts';
import { StubApi } from '../support/stub-api.ts';
import { StubVendor } from '../support/stub-vendor.ts';

const HOUR_MS = 3_600_000;
let api: StubApi;
let vendor: StubVendor;
let stop: AbortController;
let ended: Promise<void>;
let nowMs: number;

beforeEach(async () => {
  [api, vendor] = await Promise.all([new StubApi().start(), new StubVendor().start()]);
  nowMs = Date.now();
  stop = new AbortController();
  const { url, key } = vendor;
  const runner = defineRunner(
    standardVendor({ name: 'ours', url, key, types: ['document_authenticity'] }),
    () => nowMs,
  );
  const client = new ChecksClient({ url: api.url, key: api.key, provider: { name: 'ours', version: '1' } });
  ended = runLoop(runner, client, stop.signal);
});
afterEach(async () => {
  stop.abort();
  await ended;
  api.stop();
  vendor.stop();
});

const add = () => api.add('document_authenticity', { document_front: Buffer.from('a front') });
/** As the API does at a callback, and when the time to look again has come. */
const wake = (check: { state: string }) => Object.assign(check, { state: 'queued' });
const until = (isTrue: () => void) => vi.waitFor(isTrue, { timeout: 20_000, interval: 20 });
const waits = (check: { state: string }) => until(() => expect(check.state).toBe('waiting'));
const isDone = (check: { state: string }) => until(() => expect(check.state).toBe('completed'));

describe('a vendor that signs by Standard Webhooks', () => {
  it('gets declared fields and documents under the check’s id, and the check waits for it', async () => {
    const check = add();
    await waits(check);
    expect(check.externalRef).toBe(check.id);
    expect(vendor.jobs.get(check.id)?.form).toContain(`"external_ref":"${check.id}"`);
    expect(vendor.jobs.get(check.id)?.form).toContain('a front');
  });

  it('its answer becomes ours, with the outcome that the codes stand for', async () => {
    const check = add();
    await waits(check);
    vendor.finish(check.id, [{ code: 'vendor_refused' }], { scores: { authentic: 0.4 }, models: { net: '7' } });
    wake(check);
    await isDone(check);
    expect(check.results).toMatchObject([
      { outcome: 'attention', scores: { authentic: 0.4 }, provider: { name: 'ours', models: { net: '7' } } },
    ]);
  });

  it('late: woken before there is an answer, the check waits on', async () => {
    const check = add();
    await waits(check);
    wake(check);
    await until(() => expect(vendor.jobs.get(check.id)?.asked).toBe(1));
    await waits(check);
    vendor.finish(check.id);
    wake(check);
    await isDone(check);
    expect(check.results).toMatchObject([{ outcome: 'pass' }]);
    expect(vendor.jobs.get(check.id)?.submitted).toBe(1);
  });

  it('forged: a callback for a check that the vendor has not done changes nothing', async () => {
    const [check, other] = [add(), add()];
    await waits(check);
    vendor.finish(other.id);
    wake(check);
    await until(() => expect(vendor.jobs.get(check.id)?.asked).toBe(1));
    await waits(check);
    expect(check.results).toEqual([]);
  });

  it('doubled and out of order: each check is concluded once, by what the vendor says last', async () => {
    const checks = [add(), add(), add()];
    for (const check of checks) await waits(check);
    for (const check of [...checks].reverse()) vendor.finish(check.id);
    for (const check of [...checks].reverse()) wake(check);
    for (const check of checks) await isDone(check);
    expect(checks.map(({ results }) => results.length)).toEqual([1, 1, 1]);
  });

  it('never: after a day nobody waits any more', async () => {
    const check = add();
    await waits(check);
    nowMs += 23 * HOUR_MS;
    wake(check);
    await waits(check);
    nowMs += 2 * HOUR_MS;
    wake(check);
    await isDone(check);
    expect(check.results).toMatchObject([{ outcome: 'inconclusive', findings: [{ code: 'vendor_timeout' }] }]);
  });

  it('refused: that is the result', async () => {
    vendor.status = 422;
    const check = add();
    await isDone(check);
    expect(check.results).toMatchObject([{ outcome: 'attention', findings: [{ code: 'vendor_refused' }] }]);
  });

  it('out of order for a while: the check is given back, and handed in when the vendor is well', async () => {
    vendor.status = 500;
    const check = add();
    await until(() => expect(api.requests.some((request) => request.endsWith('/release'))).toBe(true));
    vendor.status = null;
    await waits(check);
  });

  it('an applicant who was erased is erased at the vendor', async () => {
    const check = add();
    await waits(check);
    api.fault = ({ path }) => (path.endsWith('/release') ? 410 : null);
    wake(check);
    await until(() => expect(vendor.jobs.get(check.id)?.erased).toBe(true));
  });
});
