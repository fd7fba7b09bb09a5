import '../../support/runtime-globals.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { createManagedKey } from '../../../src/auth/managed-key-format.ts';
import { ManagedKeys } from '../../../src/auth/managed-keys.ts';
import { sha256, sha256Hex } from '../../../src/lib/digest.ts';
import { ApiProblem } from '../../../src/lib/problem.ts';
import type { PocketBaseClient } from '../../../src/pocketbase/client.ts';
import type { KeyAnswer } from '../../../src/pocketbase/records/keys.ts';

let now: number;
let keys: ManagedKeys;
let calls: string[];
/** Of the keys that PocketBase was asked about. */
let digests: string[];
let stored: Map<string, KeyAnswer>;
let isDown: boolean;
beforeEach(() => {
  now = Date.parse('2026-11-24T09:30:00Z');
  keys = new ManagedKeys(() => now);
  calls = [];
  digests = [];
  stored = new Map();
  isDown = false;
});

const pb = {
  as: () => pb,
  async call(_: unknown, path: string, { query: { digest = '' } = {} }: { query?: Record<string, string> } = {}) {
    calls.push(path);
    digests.push(digest);
    if (isDown) throw new ApiProblem('upstream_unavailable');
    const key = stored.get(path.slice('/api/edge/keys/'.length));
    if (!key) throw new ApiProblem('not_found');
    return { ...key };
  },
} as unknown as PocketBaseClient;

const anyId = () => `a${crypto.randomUUID().replaceAll('-', '').slice(0, 14)}`;

async function issue(more: Partial<KeyAnswer> = {}, environment: 'live' | 'test' = 'live'): Promise<string> {
  const id = anyId();
  const { key } = createManagedKey(environment, id);
  const digest = await sha256Hex(key);
  const scopes = ['profiles:read', 'status:write'];
  const fields = { id, digest, partner: 'acme', partner_active: true, scopes, expires_at: null, revoked_at: null };
  stored.set(id, { ...fields, ...more });
  return key;
}
const change = (key: string, more: Partial<KeyAnswer>) => {
  const id = key.slice(8, 23);
  stored.set(id, { ...(stored.get(id) as KeyAnswer), ...more });
};
const verify = async (key: string, environment: 'live' | 'test' = 'live') =>
  keys.verify(key, await sha256(key), environment, pb);

describe('a managed key', () => {
  it('costs one call in 30 seconds, and has no scope that a partner may not have', async () => {
    const key = await issue();
    const caller = await verify(key);
    expect(caller).toMatchObject({ type: 'partner', id: 'acme', partner: 'acme' });
    expect([...(caller?.scopes ?? [])]).toEqual(['profiles:read']);
    now += 29_999;
    await verify(key);
    expect(calls).toHaveLength(1);
    now += 1;
    await verify(key);
    expect(calls).toHaveLength(2);
  });

  it.each([
    ['revoked', { revoked_at: '2026-11-24T09:30:01.000Z' }],
    ['of a partner who was shut out', { partner_active: false }],
  ])('that is %s stops within its cache life', async (_, more) => {
    const key = await issue();
    expect(await verify(key)).not.toBeNull();
    change(key, more);
    now += 30_000;
    expect(await verify(key)).toBeNull();
  });

  it('stops at its expiry to the millisecond, cached or not', async () => {
    const key = await issue({ expires_at: '2026-11-24T09:30:10.000Z' });
    now += 9_999;
    expect(await verify(key)).not.toBeNull();
    now += 1;
    expect(await verify(key)).toBeNull();
    expect(calls).toHaveLength(1);
  });

  it('that was rotated stops at the end of its grace', async () => {
    const key = await issue();
    expect(await verify(key)).not.toBeNull();
    change(key, { expires_at: new Date(now + 60_000).toISOString() });
    now += 59_999;
    expect(await verify(key)).not.toBeNull();
    now += 1;
    expect(await verify(key)).toBeNull();
  });

  it('that this isolate changed is asked for again', async () => {
    const key = await issue();
    await verify(key);
    change(key, { revoked_at: '2026-11-24T09:30:01.000Z' });
    keys.forget(key.slice(8, 23));
    expect(await verify(key)).toBeNull();
  });

  it('is not asked for when it is mistyped, or a test key before a live system', async () => {
    const key = await issue({}, 'test');
    expect(await verify(`${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`, 'test')).toBeNull();
    expect(await verify(key)).toBeNull();
    expect(calls).toEqual([]);
  });

  it('that is live is refused by a test system, unless it is the operator’s', async () => {
    expect(await verify(await issue(), 'test')).toBeNull();
    const scopes = ['metrics:read', 'no:such'];
    const caller = await verify(await issue({ partner: null, scopes }), 'test');
    expect(caller).toMatchObject({ type: 'service', partner: null });
    expect([...(caller?.scopes ?? [])]).toEqual(['metrics:read']);
    expect(await verify(await issue({ partner: null }, 'test'), 'test')).toBeNull();
  });

  it('with the id of another and a secret of its own is refused', async () => {
    const key = await issue();
    const id = key.slice(8, 23);
    stored.set(id, { ...(stored.get(id) as KeyAnswer), digest: await sha256Hex('another') });
    expect(await verify(key)).toBeNull();
  });

  it('whose use a wrong one with its id has kept from being noted is asked about once more', async () => {
    const key = await issue();
    const wrong = createManagedKey('live', key.slice(8, 23)).key;
    expect([await verify(wrong), await verify(wrong)]).toEqual([null, null]);
    expect(digests).toEqual([await sha256Hex(wrong)]);
    for (let i = 0; i < 3; i++) expect(await verify(key)).not.toBeNull();
    expect(await verify(wrong)).toBeNull();
    expect(digests).toEqual([await sha256Hex(wrong), await sha256Hex(key)]);
  });

  it('that was good may be asked about for an hour where others may not', async () => {
    const [good, other] = [await issue(), await issue()];
    await verify(good);
    const refuse = () => {
      throw new ApiProblem('rate_limited');
    };
    const verifyThere = async (key: string) => keys.verify(key, await sha256(key), 'live', pb, { mayAsk: refuse });
    now += 3_599_000;
    expect(await verifyThere(good)).not.toBeNull();
    await expect(verifyThere(other)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(calls).toHaveLength(2);
  });

  it('that is unknown is remembered for five seconds, and no more than 2,000 of them', async () => {
    const { key } = createManagedKey('live', anyId());
    for (let i = 0; i < 3; i++) expect(await verify(key)).toBeNull();
    expect(calls).toHaveLength(1);
    now += 5_000;
    await verify(key);
    expect(calls).toHaveLength(2);
    for (let i = 0; i < 2_000; i++) await verify(createManagedKey('live', anyId()).key);
    calls = [];
    await verify(key);
    expect(calls).toHaveLength(1);
  });

  it('is never refused because PocketBase is down: that is a 503, and a cached key goes on', async () => {
    const [cached, other] = [await issue(), await issue()];
    await verify(cached);
    isDown = true;
    expect(await verify(cached)).not.toBeNull();
    await expect(verify(other)).rejects.toMatchObject({ code: 'upstream_unavailable' });
  });
});
